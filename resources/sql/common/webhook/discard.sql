-- SPDX-License-Identifier: Apache-2.0
delete from webhook_delivery where tenant_id = :tenant and id = :id and died_ms is not null
returning capture_point_id, item_id
