-- SPDX-License-Identifier: Apache-2.0
select id from job where tenant_id = :tenant and confirmation = :confirmation
