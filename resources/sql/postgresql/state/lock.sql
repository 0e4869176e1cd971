-- SPDX-License-Identifier: Apache-2.0
-- Whoever writes a tenant's data waits here until the transaction before has ended; 1230455812 ("IWD", 4) keeps the numbers apart from other programs' ones.
-- An advisory lock, because a locked row would be a write: a transaction that has nothing to write costs the database nothing.
select pg_advisory_xact_lock(1230455812, (:tenant::bigint % 2147483648)::integer)
