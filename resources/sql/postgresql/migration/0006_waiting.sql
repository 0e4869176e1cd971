-- SPDX-License-Identifier: Apache-2.0
-- What waits moves out of the indexes of "item" into a table of its own. A condition of an index counts as an indexed column, so that each change of an item's status was a new entry in every index
-- of the item; now "item" has none that a change of status concerns, and taking and completing stay on their page (HOT).
--
-- The database keeps "waiting" by itself, whoever writes: the statements of servers of the version before, too.

create table waiting (
  tenant_id bigint not null,
  id bigint not null, -- of the item
  class_id bigint not null,
  anchor_ms bigint not null,
  primary key (tenant_id, id)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

-- Neither waiting nor in somebody's hands nor ended (new, captured, held, errorheld). Taking and completing do not change it.
alter table item add column aside boolean generated always as (status in (0, 1, 5, 6)) stored;
create index item_aside_idx on item (tenant_id, id) where aside;

create function item_is_new() returns trigger language plpgsql as $body$
begin
  insert into waiting (tenant_id, id, class_id, anchor_ms)
  select tenant_id, id, class_id, anchor_ms from after_it where status = 2;
  return null;
end
$body$;

-- Places that stay are left alone. A table that was empty a minute ago may hold a million rows now: the plan must not depend on it, therefore one probe for each place that goes.
create function item_has_changed() returns trigger language plpgsql set enable_seqscan = off as $body$
begin
  if exists (select 1 from before_it where status = 2) then
    delete from waiting where ctid = any (array(
      select place.ctid
      from (select tenant_id, id, class_id, anchor_ms from before_it where status = 2
            except
            select tenant_id, id, class_id, anchor_ms from after_it where status = 2) gone
      cross join lateral (select w.ctid from waiting w where w.tenant_id = gone.tenant_id and w.id = gone.id limit 1) place));
  end if;
  if exists (select 1 from after_it where status = 2) then
    insert into waiting (tenant_id, id, class_id, anchor_ms)
    select tenant_id, id, class_id, anchor_ms from after_it where status = 2
    except
    select tenant_id, id, class_id, anchor_ms from before_it where status = 2;
  end if;
  return null;
end
$body$;

create function item_is_gone() returns trigger language plpgsql set enable_seqscan = off as $body$
begin
  delete from waiting where ctid = any (array(
    select place.ctid
    from before_it gone
    cross join lateral (select w.ctid from waiting w where w.tenant_id = gone.tenant_id and w.id = gone.id limit 1) place));
  return null;
end
$body$;

create trigger item_is_new after insert on item referencing new table as after_it for each statement execute function item_is_new();
create trigger item_has_changed after update on item referencing old table as before_it new table as after_it for each statement execute function item_has_changed();
create trigger item_is_gone after delete on item referencing old table as before_it for each statement execute function item_is_gone();

-- From here on nobody can write items until this is committed. The rows of all tenants are wanted, which even the owner sees without the second wall alone.
alter table item no force row level security;
insert into waiting (tenant_id, id, class_id, anchor_ms)
select tenant_id, id, class_id, anchor_ms from item where status = 2;
alter table item force row level security;

-- The order of a class: one probe finds its oldest waiting item. With the tenant, without which the planner takes a table that nobody has analyzed yet for one of many tenants, and expects to read far until it finds one of ours.
create index waiting_order_idx on waiting (tenant_id, class_id, anchor_ms, id);
alter table waiting enable row level security;
alter table waiting force row level security;
create policy of_the_tenant on waiting using (tenant_id = (select nullif(current_setting('iwd.tenant', true), '')::bigint));

-- What is neither waiting nor ended.
create view apart as
  select i.tenant_id, i.id, i.class_id from item i where i.aside
  union all
  select i.tenant_id, i.id, i.class_id from assignment a join item i on i.tenant_id = a.tenant_id and i.id = a.item_id;
