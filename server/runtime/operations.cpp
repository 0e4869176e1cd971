// SPDX-License-Identifier: Apache-2.0
#include "operations.h"

#include <QJsonDocument>

namespace iwd {

namespace {

http::Response text(int status, const QByteArray &contentType, const QByteArray &body)
{
    http::Response response;
    response.status = status;
    response.headers.set("Content-Type", contentType);
    response.body = body;
    return response;
}

http::Response json(int status, const QJsonObject &object)
{
    return text(status, "application/json", QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n');
}

QCoro::Task<http::Response> live(const Health *health)
{
    const bool alive = health->live();
    co_return json(alive ? 200 : 503, { { QStringLiteral("status"), alive ? QStringLiteral("live") : QStringLiteral("notLive") } });
}

QCoro::Task<http::Response> ready(const Health *health)
{
    const QJsonObject state = health->toJson();
    co_return json(state.value(QStringLiteral("status")) == QStringLiteral("ready") ? 200 : 503, state);
}

QCoro::Task<http::Response> scrape(const Metrics *metrics)
{
    co_return text(200, Metrics::contentType(), metrics->scrape());
}

} // namespace

void addHealthRoutes(http::Router &router, const Health &health)
{
    router.add("GET", QStringLiteral("/health/live"), [&health](http::Request) { return live(&health); });
    router.add("GET", QStringLiteral("/health/ready"), [&health](http::Request) { return ready(&health); });
}

void addMetricsRoute(http::Router &router, const QString &pattern, const Metrics &metrics)
{
    router.add("GET", pattern, [&metrics](http::Request) { return scrape(&metrics); });
}

std::shared_ptr<http::Router> operationsRouter(const Metrics &metrics, const Health &health)
{
    auto router = std::make_shared<http::Router>();
    addMetricsRoute(*router, QStringLiteral("/metrics"), metrics);
    addHealthRoutes(*router, health);
    return router;
}

void addOperationsRoutes(http::Router &apiRouter, const Metrics &metrics, const Health &health)
{
    addMetricsRoute(apiRouter, QStringLiteral("/iwd/v3/metrics"), metrics);
    addHealthRoutes(apiRouter, health);
}

void countRequests(http::Server &server, Metrics &metrics)
{
    server.observe([&metrics](const http::Exchange &exchange) {
        metrics.request(exchange.method, exchange.pattern, exchange.status, exchange.duration, exchange.delivered);
    });
}

} // namespace iwd
