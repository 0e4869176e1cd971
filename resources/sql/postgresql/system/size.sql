-- SPDX-License-Identifier: Apache-2.0
select pg_database_size(current_database())
