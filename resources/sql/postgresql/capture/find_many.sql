-- SPDX-License-Identifier: Apache-2.0
-- A probe of item_payload_capture_idx for each key.
select capture_id, item_id, capture_point_id from item_payload where tenant_id = :tenant and capture_id = any (:capture_ids::text[]) order by item_id
