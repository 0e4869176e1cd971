-- SPDX-License-Identifier: Apache-2.0
delete from session where hash = :hash and tenant_id = :tenant
