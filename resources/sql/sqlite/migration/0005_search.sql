-- SPDX-License-Identifier: Apache-2.0
-- What searches look for most: customers, queues, categories, agents and dates. Case does not count in conditions, and ids are ASCII, so nocase serves them;
-- a customer's id may be any text and is kept in Unicode's simple case folding.

alter table item_payload add column customer_key text;
update item_payload set customer_key = iwd_fold(iwd_attribute(document, 'customerId')) where document like '%"customerId"%';
create index item_payload_customer_idx on item_payload (tenant_id, customer_key) where customer_key is not null;
create index item_payload_queue_idx on item_payload (tenant_id, queue_id collate nocase) where queue_id is not null;
create index item_payload_category_idx on item_payload (tenant_id, category_id collate nocase) where category_id is not null;
create index item_payload_created_idx on item_payload (tenant_id, created_ms);
create index item_agent_idx on item (tenant_id, agent_id collate nocase) where agent_id is not null;
