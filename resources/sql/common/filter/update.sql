-- SPDX-License-Identifier: Apache-2.0
update saved_filter
set name = :name, description = :description, visibility = :visibility, roles = :roles, search = :search, version = version + 1, updated_ms = :now_ms
where tenant_id = :tenant and id = :id
returning version
