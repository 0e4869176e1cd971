-- SPDX-License-Identifier: Apache-2.0
insert into item_timer (tenant_id, item_id, kind, at_ms) values (:tenant, :item_id, :kind, :at_ms)
on conflict (tenant_id, item_id, kind) do update set at_ms = excluded.at_ms
