-- SPDX-License-Identifier: Apache-2.0
delete from job where tenant_id = :tenant and id = :id
