-- SPDX-License-Identifier: Apache-2.0
insert into item_timer (item_id, kind, tenant_id, at_ms) values (:item_id, :kind, :tenant, :at_ms)
on conflict (item_id, kind) do update set at_ms = excluded.at_ms
