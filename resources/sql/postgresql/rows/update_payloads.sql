-- SPDX-License-Identifier: Apache-2.0
-- As update_items.sql.
update item_payload p
set category_id = n.category_id, queue_id = n.queue_id, created_ms = n.created_ms, document = n.document::jsonb, customer_key = n.customer_key
from unnest(:ids::bigint[], :created::bigint[], :category_ids::text[], :queue_ids::text[], :customer_keys::text[], :documents::text[])
     as n (id, created_ms, category_id, queue_id, customer_key, document)
where p.tenant_id = :tenant and p.item_id = n.id
