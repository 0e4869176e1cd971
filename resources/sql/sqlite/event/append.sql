-- SPDX-License-Identifier: Apache-2.0
-- As many rows as the caller has at once; the further ones are put in by it.
insert into event (tenant_id, item_id, at_ms, type, body) values (:tenant, :item0, :at0, :type0, :body0) {more}
