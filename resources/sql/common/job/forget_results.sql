-- SPDX-License-Identifier: Apache-2.0
delete from job_result where tenant_id = :tenant and job_id = :job_id and item_id in
  (select item_id from job_result where tenant_id = :tenant and job_id = :job_id order by item_id limit :limit)
