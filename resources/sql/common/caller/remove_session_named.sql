-- SPDX-License-Identifier: Apache-2.0
delete from session where tenant_id = :tenant and id = :id and user_name = :user_name
