-- SPDX-License-Identifier: Apache-2.0
-- As many rows as the caller has at once.
insert into event (tenant_id, item_id, at_ms, type, body) values {rows}
