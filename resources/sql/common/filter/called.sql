-- SPDX-License-Identifier: Apache-2.0
-- One row of the index (tenant_id, owner_kind, owner_id, name).
select id from saved_filter where tenant_id = :tenant and owner_kind = :owner_kind and owner_id = :owner_id and name = :name
