-- SPDX-License-Identifier: Apache-2.0
insert into webhook (tenant_id, capture_point_id, cursor, secret_seed, secret_ms, old_seed, old_until_ms, success_ms, failure_ms, failure, missed, missed_ms)
values (:tenant, :capture_point_id, :cursor, :secret_seed, :secret_ms, :old_seed, :old_until_ms, :success_ms, :failure_ms, :failure, :missed, :missed_ms)
on conflict (tenant_id, capture_point_id) do update
set cursor = excluded.cursor, secret_seed = excluded.secret_seed, secret_ms = excluded.secret_ms, old_seed = excluded.old_seed, old_until_ms = excluded.old_until_ms,
  success_ms = excluded.success_ms, failure_ms = excluded.failure_ms, failure = excluded.failure, missed = excluded.missed, missed_ms = excluded.missed_ms
