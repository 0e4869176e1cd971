-- SPDX-License-Identifier: Apache-2.0
insert into tenant (name, title, ccid, created_ms) values (:name, :title, :ccid, :created_ms) returning id
