-- SPDX-License-Identifier: Apache-2.0
select configuration_version from tenant_state where tenant_id = :tenant
