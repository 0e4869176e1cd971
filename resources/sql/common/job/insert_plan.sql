-- SPDX-License-Identifier: Apache-2.0
insert into job_plan (tenant_id, job_id, document) values (:tenant, :job_id, :document)
