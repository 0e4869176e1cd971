// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "authenticator.h"

#include <http/httpmessage.h>
#include <pipeline/pipeline.h>

class QWebSocket;

namespace iwd {

/// Sends over @p socket what is offered to the agent whose id is in the path, and which offers have ended: {"type":"offer","item","assignment"} and
/// {"type":"offerEnded","item","token"}; first all offers that are open, then changes as they are committed. Takes ownership of @p socket; call on
/// its thread. @p pipeline and @p authenticator must outlive the server. Bounded like the stream of events.
void streamOffers(Pipeline &pipeline, Authenticator &authenticator, http::Request request, QWebSocket *socket);

} // namespace iwd
