-- SPDX-License-Identifier: Apache-2.0
-- Primary key probes for each item of the list.
select i.id from json_each(:items) c cross join item i on i.id = c.value cross join item_payload p on p.item_id = i.id
where i.tenant_id = :tenant and {filter}
