-- SPDX-License-Identifier: Apache-2.0
-- All that a step has done, in one list of objects.
insert into job_result (tenant_id, job_id, item_id, outcome, version, code, detail, before)
select :tenant, :job_id, r.value ->> 'item_id', r.value ->> 'outcome', r.value ->> 'version', r.value ->> 'code', r.value ->> 'detail', r.value ->> 'before'
from json_each(:rows) r
