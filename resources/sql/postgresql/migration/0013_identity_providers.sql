-- SPDX-License-Identifier: Apache-2.0
-- People who sign in through an identity provider (OpenID Connect). They are known by issuer and subject; a server of the version before finds no password of theirs.

create table identity_provider (
  tenant_id bigint not null references tenant (id),
  id text collate "C" not null,
  definition text not null, -- JSON object, without the secret
  secret bytea, -- of the client, encrypted; null: a public client has none
  version bigint not null,
  created_ms bigint not null,
  updated_ms bigint not null,
  primary key (tenant_id, id)
);
alter table identity_provider enable row level security;
alter table identity_provider force row level security;
create policy of_the_tenant on identity_provider using (tenant_id = (select nullif(current_setting('iwd.tenant', true), '')::bigint));

alter table user_account add column provider_id text collate "C"; -- through which the user came last; null: with a password
alter table user_account add column issuer text collate "C";
alter table user_account add column subject text collate "C";
-- Not unique, for servers of the version before: writes of a tenant follow each other, and look first.
create index user_account_identity_idx on user_account (tenant_id, issuer, subject) where subject is not null;

alter table session add column provider_id text collate "C"; -- through which it was opened; null: with a password

-- Sign-ins through a provider that were finished: each counts once. Kept until nobody could come back with one.
create table finished_sign_in (
  tenant_id bigint not null references tenant (id),
  digest bytea not null, -- of the sealed state
  until_ms bigint not null,
  primary key (tenant_id, digest)
);
alter table finished_sign_in enable row level security;
alter table finished_sign_in force row level security;
create policy of_the_tenant on finished_sign_in using (tenant_id = (select nullif(current_setting('iwd.tenant', true), '')::bigint));
