-- SPDX-License-Identifier: Apache-2.0
-- Walks the primary key from the cursor.
select id, body from event where id > :after and tenant_id = :tenant order by id limit :limit
