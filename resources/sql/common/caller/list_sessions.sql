-- SPDX-License-Identifier: Apache-2.0
-- Those of a server of the version before have no name, and are not many: they end within a day.
select coalesce(id, ''), user_name, created_ms, expires_ms, coalesce(seen_ms, created_ms), address, program, provider_id
from session where tenant_id = :tenant and expires_ms > :now_ms order by created_ms, id
