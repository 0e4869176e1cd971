-- SPDX-License-Identifier: Apache-2.0
update api_key set revoked_ms = :now_ms where id = :id and tenant_id = :tenant and revoked_ms is null
