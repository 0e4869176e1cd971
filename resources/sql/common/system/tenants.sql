-- SPDX-License-Identifier: Apache-2.0
select id, name, title, ccid from tenant order by id
