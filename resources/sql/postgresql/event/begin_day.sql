-- SPDX-License-Identifier: Apache-2.0
insert into event_day (tenant_id, day, first_id) values (:tenant, :day, :first_id) on conflict do nothing
