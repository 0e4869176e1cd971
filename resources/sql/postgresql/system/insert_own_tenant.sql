-- SPDX-License-Identifier: Apache-2.0
-- Into a tenant's own database, under the number that it has in the directory.
insert into tenant (id, name, title, ccid, created_ms) overriding system value values (:id, :name, :title, :ccid, :created_ms)
on conflict do nothing
