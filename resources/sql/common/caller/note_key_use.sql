-- SPDX-License-Identifier: Apache-2.0
update api_key set used_ms = :at_ms, used_address = :address where tenant_id = :tenant and (hash = :hash or old_hash = :hash) and coalesce(used_ms, 0) < :at_ms
