-- SPDX-License-Identifier: Apache-2.0
-- All that a step has done, in one list of objects.
insert into job_result (tenant_id, job_id, item_id, outcome, version, code, detail, before)
select :tenant, :job_id, r.item_id, r.outcome, r.version, r.code, r.detail, r.before
from jsonb_to_recordset(:rows::jsonb) as r (item_id bigint, outcome smallint, version bigint, code text, detail text, before text)
