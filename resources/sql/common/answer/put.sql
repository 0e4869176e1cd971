-- SPDX-License-Identifier: Apache-2.0
insert into stored_answer (tenant_id, caller, key, at_ms, fingerprint, status, etag, location, body)
values (:tenant, :caller, :key, :at_ms, :fingerprint, :status, :etag, :location, :body)
