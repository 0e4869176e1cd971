-- SPDX-License-Identifier: Apache-2.0
update item_payload
set category_id = :category_id, queue_id = :queue_id, created_ms = :created_ms, document = :document, customer_key = :customer_key
where tenant_id = :tenant and item_id = :item_id
