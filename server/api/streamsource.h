// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "livesubscription.h"
#include "livetables.h"

namespace iwd {

/// What the live stream works with; all must outlive its readers.
struct StreamServices
{
    Pipeline &pipeline;
    Authenticator &authenticator;
    LiveFeed &feed;
    LiveTables &tables;
};

/// What a caller needs to follow something.
[[nodiscard]] EndpointInfo topicInfo(StreamTopic topic);
/// The stream's own: whoever may follow anything at all.
[[nodiscard]] EndpointInfo streamInfo();

/// What one reader of /iwd/v3/stream follows, as its messages say.
/// @param request the handshake
[[nodiscard]] std::shared_ptr<LiveSource> streamSource(StreamServices services, http::Request request);

} // namespace iwd
