-- SPDX-License-Identifier: Apache-2.0
-- Only when the bands of a schema change: the rows whose business value falls into another band.
update item set class_id = :to_class
where tenant_id = :tenant and id in (select id from waiting where tenant_id = :tenant and class_id = :from_class) and business_value >= :from_value and business_value < :to_value
