-- SPDX-License-Identifier: Apache-2.0
insert into migration (number, name, checksum, applied_ms) values (:number, :name, :checksum, :applied_ms)
