-- SPDX-License-Identifier: Apache-2.0
insert into migration (number, name, checksum, applied_ms, least_known) values (:number, :name, :checksum, :applied_ms, :least_known)
