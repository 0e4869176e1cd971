-- SPDX-License-Identifier: Apache-2.0
-- The next items in the order of their capture, of all tenants: a range of the primary key.
select item_id, coalesce(capture_id, ''), document from item_payload where item_id > :after order by item_id limit :limit
