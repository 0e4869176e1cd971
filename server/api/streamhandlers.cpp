// SPDX-License-Identifier: Apache-2.0
#include "streamhandlers.h"

#include "streamsource.h"

namespace iwd {

http::WebSocketRoute StreamHandlers::stream()
{
    return { [this](http::Request request) { return refuseStream(m_authenticator, std::move(request), streamInfo()); },
        [this](http::Request request, QWebSocket *socket) {
            socket->setMaxAllowedIncomingFrameSize(MaxCommandBytes);
            socket->setMaxAllowedIncomingMessageSize(MaxCommandBytes);
            const auto source = streamSource({ m_pipeline, m_authenticator, m_feed, m_tables }, request);
            const auto enter = [this](TenantId tenant) { return m_presence.follow(tenant); };
            runLiveStream({ &m_pipeline, &m_authenticator, streamInfo(), m_slowestReader, std::move(request), source, enter }, socket);
        } };
}

} // namespace iwd
