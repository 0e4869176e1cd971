-- SPDX-License-Identifier: Apache-2.0
delete from refusal where item_id = :item_id and agent_id = :agent_id and tenant_id = :tenant
