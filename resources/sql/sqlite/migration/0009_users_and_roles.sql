-- SPDX-License-Identifier: Apache-2.0
-- What users may do is said by roles, and of which part of the work by categories. "scopes" is all that a server of the version before knows of a user: it
-- holds "admin" for those who may do everything, and is empty for others, who can do nothing with such a server instead of too much.
alter table user_account add column display_name text not null default '';
alter table user_account add column email text not null default '';
alter table user_account add column roles text; -- ids with a space between; null: of a server of the version before, go by the scopes
alter table user_account add column categories text not null default ''; -- the roots of what it may see; empty: everything
alter table user_account add column disabled integer not null default 0;
alter table user_account add column change_password integer not null default 0; -- 1: before anything else
alter table user_account add column version integer not null default 1;
alter table user_account add column updated_ms integer not null default 0;
alter table user_account add column password_ms integer not null default 0; -- when the password was set
alter table user_account add column signed_in_ms integer; -- last

alter table session add column id text; -- what people call it; null: of a server of the version before
alter table session add column seen_ms integer; -- last, give or take a minute
alter table session add column address text not null default '';
alter table session add column program text not null default '';

alter table api_key add column categories text not null default '';
alter table api_key add column old_hash blob; -- the key before the last rotation …
alter table api_key add column old_until_ms integer; -- … which is good until then
alter table api_key add column used_ms integer; -- last, give or take a minute
alter table api_key add column used_address text not null default '';
create index api_key_old_idx on api_key (old_hash) where old_hash is not null;

create table role (
  tenant_id integer not null references tenant (id),
  id text not null,
  name text not null,
  description text not null,
  privileges text not null, -- names with a space between
  version integer not null,
  created_ms integer not null,
  updated_ms integer not null,
  primary key (tenant_id, id)
) without rowid;

-- Who changed what that is not work: configuration and callers. Only ever added to.
create table audit (
  tenant_id integer not null references tenant (id),
  id integer primary key autoincrement,
  area integer not null, -- 1: configuration, 2: callers; they may be in different databases
  at_ms integer not null,
  actor_kind text not null,
  actor_id text not null,
  actor_name text not null,
  address text not null,
  action text not null,
  kind text not null,
  object_id text not null,
  version integer not null, -- of the object, after it; 0: it has none
  old_value text, -- JSON object
  new_value text
);
create index audit_area_idx on audit (tenant_id, area, id);
create index audit_object_idx on audit (tenant_id, area, kind, object_id, id);
create trigger audit_is_not_changed before update on audit begin select raise(abort, 'The audit is only ever added to.'); end;
create trigger audit_is_not_shortened before delete on audit begin select raise(abort, 'The audit is only ever added to.'); end;
