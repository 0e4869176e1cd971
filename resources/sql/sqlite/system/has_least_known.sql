-- SPDX-License-Identifier: Apache-2.0
-- The table of migrations is older than that column.
select count(*) from pragma_table_info('migration') where name = 'least_known'
