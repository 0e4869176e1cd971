-- SPDX-License-Identifier: Apache-2.0
-- One probe of item_payload_capture_idx.
select item_id from item_payload where tenant_id = :tenant and capture_id = :capture_id and capture_point_id = :capture_point_id
