-- SPDX-License-Identifier: Apache-2.0
-- Whether the server may see more than it should, and whether it can write.
select rolsuper or rolbypassrls, pg_is_in_recovery(), current_setting('transaction_read_only') = 'on', current_user from pg_roles where rolname = current_user
