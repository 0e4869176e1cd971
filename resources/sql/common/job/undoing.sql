-- SPDX-License-Identifier: Apache-2.0
-- What was canceled or has failed (4, 5) may be tried again.
select max(id) from job where tenant_id = :tenant and undo_of = :id and state < 4
