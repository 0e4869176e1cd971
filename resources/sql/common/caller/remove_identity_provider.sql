-- SPDX-License-Identifier: Apache-2.0
delete from identity_provider where tenant_id = :tenant and id = :id
