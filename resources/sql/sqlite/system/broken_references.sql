-- SPDX-License-Identifier: Apache-2.0
-- Every row whose foreign key finds nothing. Reads all tables, so it is for migrations only.
select "table", parent from pragma_foreign_key_check limit 1
