// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "livestream.h"

namespace iwd {

/// A tenant's events, one text message each, from the query parameter `after` of @p request on, or from now on.
/// @p pipeline must outlive the server.
[[nodiscard]] std::shared_ptr<LiveSource> eventSource(Pipeline &pipeline, const http::Request &request);

} // namespace iwd
