-- SPDX-License-Identifier: Apache-2.0
insert into finished_sign_in (tenant_id, digest, until_ms) values (:tenant, :digest, :until_ms) on conflict (tenant_id, digest) do nothing
