-- SPDX-License-Identifier: Apache-2.0
select last_event, last_day, last_item, last_token, configuration_version, writer from tenant_state where tenant_id = :tenant
