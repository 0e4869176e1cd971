-- SPDX-License-Identifier: Apache-2.0
insert into item_payload (tenant_id, item_id, capture_point_id, capture_id, category_id, queue_id, created_ms, document, customer_key)
values (:tenant, :item_id, :capture_point_id, :capture_id, :category_id, :queue_id, :created_ms, :document, :customer_key)
