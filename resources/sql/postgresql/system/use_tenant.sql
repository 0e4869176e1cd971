-- SPDX-License-Identifier: Apache-2.0
-- For the rest of the transaction: whose rows there are.
select set_config('iwd.tenant', :number, true)
