-- SPDX-License-Identifier: Apache-2.0
-- No index is concerned with what changes at each step: where ended_ms stays null, the row stays on its page.
update job
set state = :state, started_ms = :started_ms, ended_ms = :ended_ms, total = :total, total_exact = :total_exact, done = :done, skipped = :skipped, failed = :failed,
    last_item = :last_item, worked_ms = :worked_ms, updated_ms = :updated_ms, error = :error
where tenant_id = :tenant and id = :id
