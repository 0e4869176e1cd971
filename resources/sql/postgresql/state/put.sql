-- SPDX-License-Identifier: Apache-2.0
update tenant_state
set last_event = :last_event, last_day = :last_day, last_item = :last_item, last_token = :last_token, configuration_version = :configuration_version,
  callers_version = :callers_version, writes = :writes, worker = :worker, worker_until_ms = :worker_until_ms
where tenant_id = :tenant
