-- SPDX-License-Identifier: Apache-2.0
-- Of all tenants, to see what other processes have done; and what time it is here.
select tenant_id, last_event, writes, callers_version, (extract(epoch from clock_timestamp()) * 1000)::bigint from tenant_state
