-- SPDX-License-Identifier: Apache-2.0
select last_event, last_day, last_item, last_token, configuration_version, callers_version, writes, worker, worker_until_ms,
  (extract(epoch from clock_timestamp()) * 1000)::bigint
from tenant_state where tenant_id = :tenant
