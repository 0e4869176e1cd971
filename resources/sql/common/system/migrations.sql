-- SPDX-License-Identifier: Apache-2.0
select number, checksum, least_known from migration order by number
