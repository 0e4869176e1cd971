// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "livestream.h"

namespace iwd {

/// What is offered to the agent whose id is in the path of @p request, and which offers have ended: {"type":"offer","item","assignment"} and
/// {"type":"offerEnded","item","token"}; first all offers that are open, then changes as they are committed. @p pipeline must outlive the server.
[[nodiscard]] std::shared_ptr<LiveSource> offerSource(Pipeline &pipeline, const http::Request &request);

} // namespace iwd
