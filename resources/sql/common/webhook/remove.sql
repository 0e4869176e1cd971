-- SPDX-License-Identifier: Apache-2.0
delete from webhook where tenant_id = :tenant and capture_point_id = :capture_point_id
