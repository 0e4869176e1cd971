-- SPDX-License-Identifier: Apache-2.0
select number, checksum from migration order by number
