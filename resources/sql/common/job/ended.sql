-- SPDX-License-Identifier: Apache-2.0
-- The head of job_ended_idx.
select id from job where tenant_id = :tenant and ended_ms < :before_ms order by ended_ms limit 1
