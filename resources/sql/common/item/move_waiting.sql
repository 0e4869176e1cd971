-- SPDX-License-Identifier: Apache-2.0
update item set class_id = :class_id where id = :id and tenant_id = :tenant and status = 2
