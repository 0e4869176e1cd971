-- SPDX-License-Identifier: Apache-2.0
update assignment set offered = 0, lease_ms = :lease_ms, lease_until_ms = :lease_until_ms where token = :token and tenant_id = :tenant
