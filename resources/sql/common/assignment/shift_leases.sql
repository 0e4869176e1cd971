-- SPDX-License-Identifier: Apache-2.0
-- The system clock was changed by :by_ms. Leases that were given since then, by the new time, are right as they are. There are as many rows as items in
-- agents' hands, so a scan of the tenant's is nothing.
update assignment set lease_until_ms = lease_until_ms + :by_ms where tenant_id = :tenant and lease_until_ms - lease_ms not between :from_ms and :to_ms
