-- SPDX-License-Identifier: Apache-2.0
delete from job_plan where tenant_id = :tenant and job_id = :job_id
