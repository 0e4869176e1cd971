-- SPDX-License-Identifier: Apache-2.0
-- The primary key from one place on.
select item_id, outcome, version, code, detail, before
from job_result where tenant_id = :tenant and job_id = :job_id and item_id > :after order by item_id limit :limit
