-- SPDX-License-Identifier: Apache-2.0
insert into event (tenant_id, item_id, at_ms, type, body) values (:tenant, :item_id, :at_ms, :type, :body)
