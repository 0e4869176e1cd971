-- SPDX-License-Identifier: Apache-2.0
-- Not when it was tried once more meanwhile.
update webhook_delivery
set attempts = attempts + 1, first_ms = coalesce(first_ms, :now_ms), next_ms = :next_ms, died_ms = :died_ms, failure = :failure, status = :status
where tenant_id = :tenant and id = :id and attempts = :attempts and died_ms is null
