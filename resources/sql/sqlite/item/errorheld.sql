-- SPDX-License-Identifier: Apache-2.0
-- A range of item_open_idx; the list repeats the index's own condition, without which SQLite does not see that it fits.
select i.id from item i join item_payload p on p.item_id = i.id
where i.tenant_id = :tenant and i.status in (0, 1, 3, 4, 5, 6) and i.status = 6 and i.id > :after and (:capture_point_id = '' or p.capture_point_id = :capture_point_id)
order by i.id limit :limit
