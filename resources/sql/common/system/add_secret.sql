-- SPDX-License-Identifier: Apache-2.0
insert into shared_secret (name, value, created_ms) values (:name, :value, :created_ms) on conflict do nothing
