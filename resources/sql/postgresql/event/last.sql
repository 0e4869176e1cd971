-- SPDX-License-Identifier: Apache-2.0
-- The state is written with every transaction, so it says the same as the log.
select coalesce((select last_event from tenant_state where tenant_id = :tenant), 0)
