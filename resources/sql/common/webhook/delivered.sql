-- SPDX-License-Identifier: Apache-2.0
-- Not when it was tried once more meanwhile.
delete from webhook_delivery where tenant_id = :tenant and id = :id and attempts = :attempts and died_ms is null
