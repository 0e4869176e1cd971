-- SPDX-License-Identifier: Apache-2.0
-- All rows of the tenant, of which there is a bounded number for each webhook.
select capture_point_id, case when died_ms is null then 0 else 1 end, count(*), min(at_ms)
from webhook_delivery where tenant_id = :tenant group by 1, 2
