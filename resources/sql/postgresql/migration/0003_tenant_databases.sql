-- SPDX-License-Identifier: Apache-2.0
-- A tenant may live in a database of its own. The directory, where callers are looked up, knows its name; without one the tenant lives here. Which database
-- is whose is asked rarely, and by whoever looks up a caller.
alter table tenant add column database_name text collate "C" not null default '';
alter table tenant add column database_made smallint not null default 1; -- 0: it is still to be made, or was not finished
