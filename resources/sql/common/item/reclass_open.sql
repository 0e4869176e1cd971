-- SPDX-License-Identifier: Apache-2.0
update item set class_id = :to_class
where tenant_id = :tenant and status in (0, 1, 3, 4, 5, 6) and class_id = :from_class and business_value >= :from_value and business_value < :to_value
