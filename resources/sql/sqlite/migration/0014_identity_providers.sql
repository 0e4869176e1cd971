-- SPDX-License-Identifier: Apache-2.0
-- People who sign in through an identity provider (OpenID Connect). They are known by issuer and subject; a server of the version before finds no password of theirs.

create table identity_provider (
  tenant_id integer not null references tenant (id),
  id text not null,
  definition text not null, -- JSON object, without the secret
  secret blob, -- of the client, encrypted; null: a public client has none
  version integer not null,
  created_ms integer not null,
  updated_ms integer not null,
  primary key (tenant_id, id)
) without rowid;

alter table user_account add column provider_id text; -- through which the user came last; null: with a password
alter table user_account add column issuer text;
alter table user_account add column subject text;
-- Not unique, for servers of the version before: writes of a tenant follow each other, and look first.
create index user_account_identity_idx on user_account (tenant_id, issuer, subject) where subject is not null;

alter table session add column provider_id text; -- through which it was opened; null: with a password

-- Sign-ins through a provider that were finished: each counts once. Kept until nobody could come back with one.
create table finished_sign_in (
  tenant_id integer not null references tenant (id),
  digest blob not null, -- of the sealed state
  until_ms integer not null,
  primary key (tenant_id, digest)
) without rowid;
