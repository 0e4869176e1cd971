-- SPDX-License-Identifier: Apache-2.0
delete from session where tenant_id = :tenant and user_name = :user_name and hash <> :but
