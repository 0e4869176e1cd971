-- SPDX-License-Identifier: Apache-2.0
select fingerprint, status, etag, location, body from stored_answer where tenant_id = :tenant and caller = :caller and key = :key
