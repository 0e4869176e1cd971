-- SPDX-License-Identifier: Apache-2.0
-- job_result_trouble_idx: skipped or failed ones among any number of others.
select item_id, outcome, version, code, detail, before
from job_result where tenant_id = :tenant and job_id = :job_id and outcome = :outcome and outcome <> 0 and item_id > :after order by item_id limit :limit
