-- SPDX-License-Identifier: Apache-2.0
-- Whose database it is.
select id, ccid, name from tenant order by id limit 2
