-- SPDX-License-Identifier: Apache-2.0
delete from finished_sign_in where tenant_id = :tenant and until_ms < :now_ms
