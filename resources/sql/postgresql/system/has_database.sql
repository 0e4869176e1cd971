-- SPDX-License-Identifier: Apache-2.0
-- Whoever may not make databases may see which there are all the same.
select count(*) from pg_database where datname = :name
