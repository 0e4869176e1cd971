-- SPDX-License-Identifier: Apache-2.0
-- A row for each capture point with a webhook.
select capture_point_id, cursor, secret_seed, secret_ms, old_seed, old_until_ms, success_ms, failure_ms, failure, missed, missed_ms
from webhook where tenant_id = :tenant order by capture_point_id
