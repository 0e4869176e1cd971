-- SPDX-License-Identifier: Apache-2.0
insert into tenant_state (tenant_id) values (:tenant) on conflict do nothing
