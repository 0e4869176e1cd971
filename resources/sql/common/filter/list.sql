-- SPDX-License-Identifier: Apache-2.0
-- A range of (tenant_id, id), as far as the page goes. Private filters of others are passed over: a person keeps a few.
select id, owner_kind, owner_id, owner_name, name, description, visibility, roles, search, version, created_ms, updated_ms
from saved_filter
where tenant_id = :tenant and id > :after and (visibility <> 0 or (owner_kind = :owner_kind and owner_id = :owner_id))
order by id limit :limit
