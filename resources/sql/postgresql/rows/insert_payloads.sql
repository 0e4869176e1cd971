-- SPDX-License-Identifier: Apache-2.0
-- As insert_items.sql.
insert into item_payload (tenant_id, item_id, created_ms, capture_point_id, capture_id, category_id, queue_id, customer_key, document)
select :tenant, n.id, n.created_ms, n.capture_point_id, n.capture_id, n.category_id, n.queue_id, n.customer_key, n.document::jsonb
from unnest(:ids::bigint[], :created::bigint[], :capture_point_ids::text[], :capture_ids::text[], :category_ids::text[], :queue_ids::text[], :customer_keys::text[], :documents::text[])
     as n (id, created_ms, capture_point_id, capture_id, category_id, queue_id, customer_key, document)
