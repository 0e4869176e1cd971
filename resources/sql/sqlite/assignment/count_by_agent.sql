-- SPDX-License-Identifier: Apache-2.0
select agent_id, count(*) from assignment where tenant_id = :tenant group by agent_id
