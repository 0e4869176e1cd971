-- SPDX-License-Identifier: Apache-2.0
delete from assignment where tenant_id = :tenant and item_id = any (:item_ids::bigint[])
