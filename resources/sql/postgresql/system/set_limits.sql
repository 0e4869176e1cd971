-- SPDX-License-Identifier: Apache-2.0
select set_config('statement_timeout', :statement, true), set_config('lock_timeout', :lock, true), set_config('idle_in_transaction_session_timeout', :idle, true)
