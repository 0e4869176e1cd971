-- SPDX-License-Identifier: Apache-2.0
update agent_status set idle_since_ms = :idle_since_ms where tenant_id = :tenant and agent_id = :agent_id
