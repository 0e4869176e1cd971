-- SPDX-License-Identifier: Apache-2.0
select set_config('iwd.directory', 'on', true)
