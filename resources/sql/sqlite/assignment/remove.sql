-- SPDX-License-Identifier: Apache-2.0
delete from assignment where item_id = :item_id and tenant_id = :tenant
