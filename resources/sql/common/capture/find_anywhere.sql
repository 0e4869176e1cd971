-- SPDX-License-Identifier: Apache-2.0
-- A range of item_payload_capture_idx: as many rows as there are capture points that know the key.
select item_id from item_payload where tenant_id = :tenant and capture_id = :capture_id order by item_id limit 20
