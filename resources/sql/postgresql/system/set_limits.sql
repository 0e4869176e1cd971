-- SPDX-License-Identifier: Apache-2.0
select set_config('statement_timeout', :statement, true), set_config('lock_timeout', :lock, true)
