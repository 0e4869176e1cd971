-- SPDX-License-Identifier: Apache-2.0
-- Every statement that servers of release 1 send; see README.md.
-- name: agent/get_status
select state, reason, since_ms from agent_status where tenant_id = :tenant and agent_id = :agent_id
-- name: agent/list_channels
select agent_id, channel, state, reason, since_ms from agent_channel_status where tenant_id = :tenant
-- name: agent/list_status
select agent_id, state, reason, since_ms, idle_since_ms from agent_status where tenant_id = :tenant
-- name: agent/set_channel
insert into agent_channel_status (tenant_id, agent_id, channel, state, reason, since_ms) values (:tenant, :agent_id, :channel, :state, :reason, :since_ms)
on conflict (tenant_id, agent_id, channel) do update set state = excluded.state, reason = excluded.reason, since_ms = excluded.since_ms
-- name: agent/set_idle
update agent_status set idle_since_ms = :idle_since_ms where tenant_id = :tenant and agent_id = :agent_id
-- name: agent/set_status
insert into agent_status (tenant_id, agent_id, state, reason, since_ms) values (:tenant, :agent_id, :state, :reason, :since_ms)
on conflict (tenant_id, agent_id) do update set state = excluded.state, reason = excluded.reason, since_ms = excluded.since_ms
-- name: answer/forget
delete from stored_answer where (tenant_id, caller, key) in
  (select tenant_id, caller, key from stored_answer where tenant_id = :tenant and at_ms < :before_ms order by at_ms limit :limit)
-- name: answer/get
select fingerprint, status, etag, location, body from stored_answer where tenant_id = :tenant and caller = :caller and key = :key
-- name: answer/put
insert into stored_answer (tenant_id, caller, key, at_ms, fingerprint, status, etag, location, body)
values (:tenant, :caller, :key, :at_ms, :fingerprint, :status, :etag, :location, :body)
-- name: assignment/accept
update assignment set offered = 0, lease_ms = :lease_ms, lease_until_ms = :lease_until_ms where token = :token and tenant_id = :tenant
-- name: assignment/all
select token, item_id, agent_id, channel, taken_ms, lease_ms, lease_until_ms, offered, weight, queue_id from assignment
where tenant_id = :tenant order by token
-- name: assignment/expired
select token, item_id, agent_id, channel, taken_ms, lease_ms, lease_until_ms, offered, weight, queue_id
from assignment
where tenant_id = :tenant and lease_until_ms <= :now_ms order by lease_until_ms, token limit :limit
-- name: assignment/extend
update assignment set lease_until_ms = :lease_until_ms where token = :token and tenant_id = :tenant
-- name: assignment/get
select token, item_id, agent_id, channel, taken_ms, lease_ms, lease_until_ms, offered, weight, queue_id
from assignment where item_id = :item_id and tenant_id = :tenant
-- name: assignment/insert
insert into assignment (tenant_id, item_id, agent_id, channel, taken_ms, lease_ms, lease_until_ms, offered, weight, queue_id)
values (:tenant, :item_id, :agent_id, :channel, :taken_ms, :lease_ms, :lease_until_ms, :offered, :weight, :queue_id)
-- name: assignment/of_agent
select token, item_id, agent_id, channel, taken_ms, lease_ms, lease_until_ms, offered, weight, queue_id
from assignment
where tenant_id = :tenant and agent_id = :agent_id order by token
-- name: assignment/remove
delete from assignment where item_id = :item_id and tenant_id = :tenant
-- name: assignment/shift_leases
update assignment set lease_until_ms = lease_until_ms + :by_ms where tenant_id = :tenant and lease_until_ms - lease_ms not between :from_ms and :to_ms
-- name: caller/count_users
select count(*) from user_account where tenant_id = :tenant
-- name: caller/forget_sessions
delete from session where tenant_id = :tenant and expires_ms < :now_ms
-- name: caller/insert_api_key
insert into api_key (id, tenant_id, name, hash, scopes, created_ms, expires_ms) values (:id, :tenant, :name, :hash, :scopes, :created_ms, :expires_ms)
-- name: caller/insert_session
insert into session (hash, tenant_id, user_name, created_ms, expires_ms) values (:hash, :tenant, :user_name, :created_ms, :expires_ms)
-- name: caller/insert_user
insert into user_account (tenant_id, name, password_hash, scopes, created_ms) values (:tenant, :name, :password_hash, :scopes, :created_ms)
-- name: caller/list_api_keys
select id, name, scopes, created_ms, expires_ms from api_key where tenant_id = :tenant and revoked_ms is null order by created_ms, id
-- name: caller/remove_session
delete from session where hash = :hash and tenant_id = :tenant
-- name: caller/revoke_api_key
update api_key set revoked_ms = :now_ms where id = :id and tenant_id = :tenant and revoked_ms is null
-- name: caller/set_failures
update user_account set failures = :failures, locked_until_ms = :locked_until_ms where tenant_id = :tenant and name = :name
-- name: capture/find
select item_id from item_payload where tenant_id = :tenant and capture_id = :capture_id and capture_point_id = :capture_point_id
-- name: capture/find_anywhere
select item_id from item_payload where tenant_id = :tenant and capture_id = :capture_id order by item_id limit 20
-- name: class/find
select id from work_class
where tenant_id = :tenant and queue_id = :queue_id and schema_id = :schema_id and band = :band and shift = :shift and anchor_kind = :anchor_kind
  and channel = :channel and skills = :skills
  and calendar_id = :calendar_id and requested_agent = :requested_agent and requested_group = :requested_group and segment = :segment
-- name: class/get
select queue_id, schema_id, band, shift, anchor_kind, channel, skills, calendar_id, requested_agent, requested_group, segment from work_class where id = :id and tenant_id = :tenant
-- name: class/insert
insert into work_class (tenant_id, queue_id, schema_id, band, shift, anchor_kind, channel, skills, calendar_id, requested_agent, requested_group, segment)
values (:tenant, :queue_id, :schema_id, :band, :shift, :anchor_kind, :channel, :skills, :calendar_id, :requested_agent, :requested_group, :segment)
returning id
-- name: class/of_schema
select id from work_class where tenant_id = :tenant and schema_id = :schema_id order by id
-- name: config/get
select id, version, created_ms, updated_ms, deleted_ms, document from config_object where tenant_id = :tenant and kind = :kind and id = :id
-- name: config/list
select id, version, created_ms, updated_ms, deleted_ms, document from config_object
where tenant_id = :tenant and kind = :kind and (deleted_ms is not null) = :deleted order by id
-- name: config/put
insert into config_object (tenant_id, kind, id, version, created_ms, updated_ms, deleted_ms, document)
values (:tenant, :kind, :id, 1, :created_ms, :updated_ms, :deleted_ms, :document)
on conflict (tenant_id, kind, id) do update
set version = config_object.version + 1, updated_ms = excluded.updated_ms, deleted_ms = excluded.deleted_ms, document = excluded.document
returning version, created_ms
-- name: event/after
select id, body from event where id > :after and tenant_id = :tenant order by id limit :limit
-- name: event/append
insert into event (tenant_id, item_id, at_ms, type, body) values (:tenant, :item0, :at0, :type0, :body0) {more}
-- name: event/last
select coalesce((select id from event where tenant_id = :tenant order by id desc limit 1), 0)
-- name: event/of_item
select id, body from event where item_id = :item_id and id > :after and tenant_id = :tenant order by id limit :limit
-- name: item/count
select coalesce(c.queue_id, ''), i.status, count(*), sum(i.captured_ms >= :since_ms), sum(i.final_ms >= :since_ms),
       sum(i.final_ms >= :since_ms and coalesce(i.sla_met, 0)), case when i.status = 7 and i.final_ms >= :since_ms then coalesce(i.agent_id, '') else '' end agent
from item i left join work_class c on c.id = i.class_id
where i.tenant_id = :tenant
group by c.queue_id, i.status, agent
-- name: item/count_waiting
select count(*) from (
  select 1 from item where class_id in (select id from work_class where tenant_id = :tenant and queue_id = :queue_id) and status = 2 limit :limit
) as waiting_items
-- name: item/errorheld
select i.id from item i join item_payload p on p.item_id = i.id
where i.tenant_id = :tenant and i.status in (0, 1, 3, 4, 5, 6) and i.status = 6 and i.id > :after and (:capture_point_id = '' or p.capture_point_id = :capture_point_id)
order by i.id limit :limit
-- name: item/get
select i.id, i.status, i.class_id, i.anchor_ms, i.version, i.captured_ms, i.business_value, i.agent_id, i.assigned_ms, i.held_ms, i.final_ms,
       i.sla_met, i.error, p.capture_point_id, p.capture_id, p.category_id, p.queue_id, p.created_ms, p.document
from item i join item_payload p on p.item_id = i.id
where i.id = :id and i.tenant_id = :tenant
-- name: item/insert
insert into item (tenant_id, status, class_id, anchor_ms, version, captured_ms, business_value, agent_id, assigned_ms, held_ms, final_ms, sla_met, error)
values (:tenant, :status, :class_id, :anchor_ms, 1, :captured_ms, :business_value, :agent_id, :assigned_ms, :held_ms, :final_ms, :sla_met, :error)
-- name: item/insert_payload
insert into item_payload (item_id, tenant_id, capture_point_id, capture_id, category_id, queue_id, created_ms, document, customer_key)
values (:item_id, :tenant, :capture_point_id, :capture_id, :category_id, :queue_id, :created_ms, :document, :customer_key)
-- name: item/list
select i.id, i.status, i.class_id, i.anchor_ms, i.version, i.captured_ms, i.business_value, i.agent_id, i.assigned_ms, i.held_ms, i.final_ms,
       i.sla_met, i.error, p.capture_point_id, p.capture_id, p.category_id, p.queue_id, p.created_ms, p.document
from item i {index} join item_payload p on p.item_id = i.id
where i.tenant_id = :tenant {filter}
order by {order}
limit :limit
-- name: item/move_waiting
update item set class_id = :class_id where id = :id and tenant_id = :tenant and status = 2
-- name: item/oldest_waiting
with recursive waiting_class (class_id) as (
  select (select min(class_id) from item where status = 2 and class_id is not null)
  union all
  select (select class_id from item where status = 2 and class_id > waiting_class.class_id order by class_id limit 1)
  from waiting_class where waiting_class.class_id is not null
)
select w.class_id,
       (select anchor_ms from item where class_id = w.class_id and status = 2 order by anchor_ms, id limit 1),
       (select id from item where class_id = w.class_id and status = 2 order by anchor_ms, id limit 1)
from waiting_class w join work_class c on c.id = w.class_id
where c.tenant_id = :tenant
-- name: item/open_in_calendar
select 1
where exists (select 1 from work_class c where c.tenant_id = :tenant and c.calendar_id = :id
              and exists (select 1 from item i where i.class_id = c.id and i.status = 2))
   or exists (select 1 from item i join work_class c on c.id = i.class_id
              where i.tenant_id = :tenant and i.status in (0, 1, 3, 4, 5, 6) and c.calendar_id = :id)
-- name: item/open_in_queue
select 1
where exists (select 1 from work_class c where c.tenant_id = :tenant and c.queue_id = :id
              and exists (select 1 from item i where i.class_id = c.id and i.status = 2))
   or exists (select 1 from item i join work_class c on c.id = i.class_id
              where i.tenant_id = :tenant and i.status in (0, 1, 3, 4, 5, 6) and c.queue_id = :id)
-- name: item/open_in_schema
select 1
where exists (select 1 from work_class c where c.tenant_id = :tenant and c.schema_id = :id
              and exists (select 1 from item i where i.class_id = c.id and i.status = 2))
   or exists (select 1 from item i join work_class c on c.id = i.class_id
              where i.tenant_id = :tenant and i.status in (0, 1, 3, 4, 5, 6) and c.schema_id = :id)
-- name: item/reclass_open
update item set class_id = :to_class
where tenant_id = :tenant and status in (0, 1, 3, 4, 5, 6) and class_id = :from_class and business_value >= :from_value and business_value < :to_value
-- name: item/reclass_waiting
update item set class_id = :to_class
where class_id = :from_class and status = 2 and business_value >= :from_value and business_value < :to_value and tenant_id = :tenant
-- name: item/update
update item
set status = :status, class_id = :class_id, anchor_ms = :anchor_ms, version = version + 1, business_value = :business_value, agent_id = :agent_id,
    assigned_ms = :assigned_ms, held_ms = :held_ms, final_ms = :final_ms, sla_met = :sla_met, error = :error
where id = :id and tenant_id = :tenant
-- name: item/update_payload
update item_payload
set category_id = :category_id, queue_id = :queue_id, created_ms = :created_ms, document = :document, customer_key = :customer_key
where item_id = :item_id and tenant_id = :tenant
-- name: item/waiting
select anchor_ms, id from item
where class_id = :class_id and status = 2 and anchor_ms > :from_ms and anchor_ms <= :to_ms and (anchor_ms, id) > (:after_ms, :after_id) and tenant_id = :tenant
order by anchor_ms, id limit :limit
-- name: item/waiting_from_the_end
select anchor_ms, id from item where class_id = :class_id and status = 2 and tenant_id = :tenant order by anchor_ms desc, id desc limit :limit
-- name: item/waiting_newest
select anchor_ms, id from item
where class_id = :class_id and status = 2 and anchor_ms > :from_ms and anchor_ms <= :to_ms and tenant_id = :tenant
order by anchor_ms desc, id desc limit 1
-- name: refusal/add
insert into refusal (item_id, agent_id, tenant_id, until_ms) values (:item_id, :agent_id, :tenant, :until_ms)
on conflict (item_id, agent_id) do update set until_ms = excluded.until_ms
-- name: refusal/due
select item_id, agent_id from refusal where tenant_id = :tenant and until_ms <= :now_ms order by until_ms limit :limit
-- name: refusal/list
select item_id, agent_id, until_ms from refusal where tenant_id = :tenant
-- name: refusal/remove
delete from refusal where item_id = :item_id and agent_id = :agent_id and tenant_id = :tenant
-- name: search/count
select count(*) from (select 1 from {source} where i.tenant_id = :tenant and {filter} limit :limit)
-- name: search/matching
select i.id from json_each(:items) c cross join item i on i.id = c.value cross join item_payload p on p.item_id = i.id
where i.tenant_id = :tenant and {filter}
-- name: search/page
select i.id {keys} from {source} where i.tenant_id = :tenant and {filter} order by {order} limit :limit
-- name: search/probe
select count(*) from (select 1 from ({candidates}) c cross join item i on i.id = c.item_id where i.tenant_id = :tenant limit :limit)
-- name: search/range
select (select id from item where tenant_id = :tenant order by id limit 1), (select id from item where tenant_id = :tenant order by id desc limit 1)
-- name: segment/list
select segment, start, finish from segment_service where tenant_id = :tenant and queue_id = :queue_id
-- name: segment/set
insert into segment_service (tenant_id, queue_id, segment, start, finish) values (:tenant, :queue_id, :segment, :start, :finish)
on conflict (tenant_id, queue_id, segment) do update set start = excluded.start, finish = excluded.finish
-- name: system/broken_references
select "table", parent from pragma_foreign_key_check limit 1
-- name: system/find_api_key
select id, tenant_id, name, scopes, expires_ms from api_key where hash = :hash and revoked_ms is null
-- name: system/find_session
select s.tenant_id, s.user_name, s.expires_ms, u.scopes from session s join user_account u on u.tenant_id = s.tenant_id and u.name = s.user_name
where s.hash = :hash
-- name: system/find_user
select tenant_id, password_hash, scopes, failures, locked_until_ms from user_account where name = :name order by tenant_id limit 1
-- name: system/insert_tenant
insert into tenant (name, title, ccid, created_ms) values (:name, :title, :ccid, :created_ms) returning id
-- name: system/migrations
select number, checksum from migration order by number
-- name: system/record_migration
insert into migration (number, name, checksum, applied_ms) values (:number, :name, :checksum, :applied_ms)
-- name: system/tenants
select id, name, title, ccid from tenant order by id
-- name: system/text_add
insert into search.item_text (rowid, words) values (:item_id, :words)
-- name: system/text_changed_items
select distinct p.item_id, coalesce(p.capture_id, ''), p.document
from event e cross join item_payload p on p.item_id = e.item_id
where e.id > :after and e.id <= :up_to and e.type = 6 and e.item_id <= :last_item
-- name: system/text_log_end
select coalesce((select max(id) from event), 0), coalesce((select max(item_id) from item_payload), 0), coalesce((select at_ms from event where id = :event_id), 0),
       coalesce((select at_ms from event where id = (select max(id) from event)), 0)
-- name: system/text_new_items
select item_id, coalesce(capture_id, ''), document from item_payload where item_id > :after order by item_id limit :limit
-- name: system/text_set_state
update search.state set item_id = :item_id, event_id = :event_id, event_ms = :event_ms
-- name: system/text_state
select item_id, event_id, event_ms, form from search.state
-- name: timer/clear
delete from item_timer where item_id = :item_id and kind = :kind and tenant_id = :tenant
-- name: timer/due
select item_id, kind from item_timer where tenant_id = :tenant and at_ms <= :now_ms order by at_ms, item_id limit :limit
-- name: timer/set
insert into item_timer (item_id, kind, tenant_id, at_ms) values (:item_id, :kind, :tenant, :at_ms)
on conflict (item_id, kind) do update set at_ms = excluded.at_ms
