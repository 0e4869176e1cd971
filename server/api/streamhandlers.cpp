// SPDX-License-Identifier: Apache-2.0
#include "streamhandlers.h"

#include "streamsource.h"

namespace iwd {

EndpointInfo StreamHandlers::streamInfo() const
{
    // Each topic asks for a privilege of its own.
    return { .method = "GET", .pattern = QStringLiteral("/iwd/v3/stream"), .showsWork = true, .keepsToCategories = true };
}

http::WebSocketRoute StreamHandlers::stream()
{
    return { [this](http::Request request) { return authorizeStream(std::move(request)); },
        [this](http::Request request, QWebSocket *socket) {
            socket->setMaxAllowedIncomingFrameSize(MaxCommandBytes);
            socket->setMaxAllowedIncomingMessageSize(MaxCommandBytes);
            const auto source = streamSource({ m_pipeline, m_authenticator, m_feed, m_tables }, request);
            const auto enter = [this](TenantId tenant) { return m_presence.follow(tenant); };
            runLiveStream({ &m_pipeline, &m_authenticator, streamInfo(), m_slowestReader, std::move(request), source, enter }, socket);
        } };
}

QCoro::Task<std::optional<http::Response>> StreamHandlers::authorizeStream(http::Request request)
{
    Call call;
    call.request = request;
    const EndpointInfo info = streamInfo();
    const auto caller = co_await admit(m_authenticator, request, info);
    if (!caller)
        co_return call.problem(caller.error());
    if (const auto known = checkParameters(request, info.parameters); !known)
        co_return call.badRequest(known.error());
    co_return std::nullopt;
}

} // namespace iwd
