-- SPDX-License-Identifier: Apache-2.0
select id, name, title, ccid, '', 1 from tenant order by id
