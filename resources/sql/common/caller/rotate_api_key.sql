-- SPDX-License-Identifier: Apache-2.0
update api_key set old_hash = hash, old_until_ms = :old_until_ms, hash = :hash where tenant_id = :tenant and id = :id and revoked_ms is null
