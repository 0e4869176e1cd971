// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "authenticator.h"

#include <http/httpmessage.h>
#include <pipeline/pipeline.h>

class QWebSocket;

namespace iwd {

/// Sends a tenant's events over @p socket, one text message each, from the query parameter `after` on (or from now on), until one side
/// ends it. Takes ownership of @p socket; call on its thread. @p pipeline and @p authenticator must outlive the server.
///
/// Bounded: no more than about 1 MiB waits for a slow reader, and a reader that takes nothing for @p slowestReader is disconnected. The caller is
/// asked for again and again, so that a deleted key or an ended session ends its streams too.
void streamEvents(Pipeline &pipeline, Authenticator &authenticator, http::Request request, QWebSocket *socket, milliseconds slowestReader);

} // namespace iwd
