-- SPDX-License-Identifier: Apache-2.0
-- Two processes that start on an empty database both find no tenant; the second one gets the first one's.
insert into tenant (name, title, ccid, created_ms, database_name, database_made) values (:name, :title, :ccid, :created_ms, :database, :made)
on conflict (name) do update set title = tenant.title
returning id, name, title, ccid, database_name, database_made
