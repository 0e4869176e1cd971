-- SPDX-License-Identifier: Apache-2.0
delete from session where tenant_id = :tenant and expires_ms < :now_ms
