-- SPDX-License-Identifier: Apache-2.0
-- What users may do is said by roles, and of which part of the work by categories. "scopes" is all that a server of the version before knows of a user: it
-- holds "admin" for those who may do everything, and is empty for others, who can do nothing with such a server instead of too much.
alter table user_account add column display_name text not null default '';
alter table user_account add column email text not null default '';
alter table user_account add column roles text; -- ids with a space between; null: of a server of the version before, go by the scopes
alter table user_account add column categories text not null default ''; -- the roots of what it may see; empty: everything
alter table user_account add column disabled smallint not null default 0;
alter table user_account add column change_password smallint not null default 0; -- 1: before anything else
alter table user_account add column version bigint not null default 1;
alter table user_account add column updated_ms bigint not null default 0;
alter table user_account add column password_ms bigint not null default 0; -- when the password was set
alter table user_account add column signed_in_ms bigint; -- last

alter table session add column id text collate "C"; -- what people call it; null: of a server of the version before
alter table session add column seen_ms bigint; -- last, give or take a minute
alter table session add column address text not null default '';
alter table session add column program text not null default '';

alter table api_key add column categories text not null default '';
alter table api_key add column old_hash bytea; -- the key before the last rotation …
alter table api_key add column old_until_ms bigint; -- … which is good until then
alter table api_key add column used_ms bigint; -- last, give or take a minute
alter table api_key add column used_address text not null default '';
create index api_key_old_idx on api_key (old_hash) where old_hash is not null;

create table role (
  tenant_id bigint not null references tenant (id),
  id text collate "C" not null,
  name text not null,
  description text not null,
  privileges text not null, -- names with a space between
  version bigint not null,
  created_ms bigint not null,
  updated_ms bigint not null,
  primary key (tenant_id, id)
);
alter table role enable row level security;
alter table role force row level security;
create policy of_the_tenant on role using (tenant_id = (select nullif(current_setting('iwd.tenant', true), '')::bigint) or (select current_setting('iwd.directory', true) = 'on'));

-- Who changed what that is not work: configuration and callers. Only ever added to.
create table audit (
  tenant_id bigint not null references tenant (id),
  id bigint generated always as identity,
  area smallint not null, -- 1: configuration, 2: callers; they may be in different databases
  at_ms bigint not null,
  actor_kind text not null,
  actor_id text collate "C" not null,
  actor_name text not null,
  address text not null,
  action text not null,
  kind text collate "C" not null,
  object_id text collate "C" not null,
  version bigint not null, -- of the object, after it; 0: it has none
  old_value text, -- JSON object
  new_value text,
  primary key (tenant_id, area, id)
);
create index audit_object_idx on audit (tenant_id, area, kind, object_id, id);
alter table audit enable row level security;
alter table audit force row level security;
create policy of_the_tenant on audit using (tenant_id = (select nullif(current_setting('iwd.tenant', true), '')::bigint));
create function refuse_change() returns trigger language plpgsql as $body$
begin
  raise exception 'The audit is only ever added to.';
end
$body$;
create trigger audit_is_only_added_to before update or delete or truncate on audit for each statement execute function refuse_change();
