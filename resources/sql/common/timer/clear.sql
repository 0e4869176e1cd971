-- SPDX-License-Identifier: Apache-2.0
delete from item_timer where item_id = :item_id and kind = :kind and tenant_id = :tenant
