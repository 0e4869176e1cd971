-- SPDX-License-Identifier: Apache-2.0
-- A range of event_item_idx.
select id, body from event where item_id = :item_id and id > :after and tenant_id = :tenant order by id limit :limit
