-- SPDX-License-Identifier: Apache-2.0
delete from saved_filter where tenant_id = :tenant and id = :id
