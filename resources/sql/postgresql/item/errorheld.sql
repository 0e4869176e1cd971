-- SPDX-License-Identifier: Apache-2.0
-- A range of item_aside_idx; the condition repeats the index's own.
select i.id from item i join item_payload p on p.tenant_id = i.tenant_id and p.item_id = i.id
where i.tenant_id = :tenant and i.aside and i.status = 6 and i.id > :after and (:capture_point_id = '' or p.capture_point_id = :capture_point_id)
order by i.id limit :limit
