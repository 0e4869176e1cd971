-- SPDX-License-Identifier: Apache-2.0
delete from stored_answer where (tenant_id, caller, key) in
  (select tenant_id, caller, key from stored_answer where tenant_id = :tenant and at_ms < :before_ms order by at_ms limit :limit)
