-- SPDX-License-Identifier: Apache-2.0
-- Of all tenants, to see what other processes have done.
select tenant_id, last_event, writes, callers_version from tenant_state
