-- SPDX-License-Identifier: Apache-2.0
-- Its own database is there with all that it needs.
update tenant set database_made = 1 where id = :id
