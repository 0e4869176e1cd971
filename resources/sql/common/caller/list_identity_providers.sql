-- SPDX-License-Identifier: Apache-2.0
select id, definition, secret, version, created_ms, updated_ms from identity_provider where tenant_id = :tenant order by id
