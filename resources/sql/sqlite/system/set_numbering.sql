-- SPDX-License-Identifier: Apache-2.0
-- The next row of the table gets the number after this one.
insert into sqlite_sequence (name, seq) values (:table_name, :highest)
