-- SPDX-License-Identifier: Apache-2.0
select segment, start, finish from segment_service where tenant_id = :tenant and queue_id = :queue_id
