-- SPDX-License-Identifier: Apache-2.0
-- By the names that the other store has tables for: what waits, and what neither waits nor has ended. Both are ranges of an index.
create view waiting as select tenant_id, id, class_id, anchor_ms from item where status = 2;
create view apart as select tenant_id, id, class_id from item where status in (0, 1, 3, 4, 5, 6);
