-- SPDX-License-Identifier: Apache-2.0
insert into item_payload (item_id, tenant_id, capture_point_id, capture_id, category_id, queue_id, created_ms, document, customer_key)
values (:item_id, :tenant, :capture_point_id, :capture_id, :category_id, :queue_id, :created_ms, :document, :customer_key)
