-- SPDX-License-Identifier: Apache-2.0
-- A range of the index (tenant_id, owner_kind, owner_id, name).
delete from saved_filter where tenant_id = :tenant and owner_kind = :owner_kind and owner_id = :owner_id and visibility = 0
