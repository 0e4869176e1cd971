-- SPDX-License-Identifier: Apache-2.0
select id, name, title, ccid, database_name, database_made from tenant order by id
