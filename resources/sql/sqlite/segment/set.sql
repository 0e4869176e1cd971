-- SPDX-License-Identifier: Apache-2.0
insert into segment_service (tenant_id, queue_id, segment, start, finish) values (:tenant, :queue_id, :segment, :start, :finish)
on conflict (tenant_id, queue_id, segment) do update set start = excluded.start, finish = excluded.finish
