-- SPDX-License-Identifier: Apache-2.0
update assignment set lease_until_ms = :lease_until_ms where token = :token and tenant_id = :tenant
