-- SPDX-License-Identifier: Apache-2.0
delete from sqlite_sequence where name = :table_name
