// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/pipeline.h>

#include <runtime/bootstrapfile.h>

namespace iwd {

/// Sets up a tenant that nobody has used yet: its first configuration, an administrator with a generated password and an API key with all rights, in
/// one transaction. A tenant that has users is left as it is.
/// @param bootstrapFile where to hand the credentials over; empty: they are in the outcome only
/// @returns the credentials, or nothing when the tenant had been set up before
[[nodiscard]] QCoro::Task<Result<std::optional<BootstrapCredentials>>> setUpTenant(Pipeline &pipeline, TenantRecord tenant, QString bootstrapFile);

/// What a person at a terminal is told once.
[[nodiscard]] QString welcome(const BootstrapCredentials &credentials);

} // namespace iwd
