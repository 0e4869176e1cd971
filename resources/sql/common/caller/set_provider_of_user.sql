-- SPDX-License-Identifier: Apache-2.0
update user_account set provider_id = :provider_id where tenant_id = :tenant and name = :name
