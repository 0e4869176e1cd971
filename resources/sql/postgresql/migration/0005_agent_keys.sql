-- SPDX-License-Identifier: Apache-2.0
-- A key may belong to one agent, as whom alone it acts. What such a key is for is in a column of its own, and "scopes" is empty: a server of the version
-- before, which knows nothing of agents of keys, lets it do nothing instead of everything.
alter table api_key add column agent_id text collate "C"; -- null: of no agent
alter table api_key add column agent_scopes text;
