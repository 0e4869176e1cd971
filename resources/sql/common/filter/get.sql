-- SPDX-License-Identifier: Apache-2.0
select id, owner_kind, owner_id, owner_name, name, description, visibility, roles, search, version, created_ms, updated_ms
from saved_filter where tenant_id = :tenant and id = :id
