-- SPDX-License-Identifier: Apache-2.0
-- What was updated (event type 6) in a range of the log, as far as it is in the index already.
select distinct p.item_id, coalesce(p.capture_id, ''), p.document
from event e cross join item_payload p on p.item_id = e.item_id
where e.id > :after and e.id <= :up_to and e.type = 6 and e.item_id <= :last_item
