-- SPDX-License-Identifier: Apache-2.0
select document from job_plan where tenant_id = :tenant and job_id = :job_id
