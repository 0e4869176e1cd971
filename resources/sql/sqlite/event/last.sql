-- SPDX-License-Identifier: Apache-2.0
select coalesce((select id from event where tenant_id = :tenant order by id desc limit 1), 0)
