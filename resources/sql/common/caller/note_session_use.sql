-- SPDX-License-Identifier: Apache-2.0
update session set seen_ms = :at_ms where tenant_id = :tenant and hash = :hash and coalesce(seen_ms, 0) < :at_ms
