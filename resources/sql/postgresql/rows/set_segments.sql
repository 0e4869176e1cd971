-- SPDX-License-Identifier: Apache-2.0
insert into segment_service (tenant_id, queue_id, segment, start, finish)
select :tenant, n.queue_id, n.segment, n.start, n.finish from unnest(:queue_ids::text[], :segments::text[], :starts::bigint[], :finishes::bigint[]) as n (queue_id, segment, start, finish)
on conflict (tenant_id, queue_id, segment) do update set start = excluded.start, finish = excluded.finish
