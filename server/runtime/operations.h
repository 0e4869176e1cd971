// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "health.h"
#include "metrics.h"

#include <http/httpserver.h>
#include <http/router.h>

namespace iwd {

// What operators ask a server process over HTTP. None of it needs a key; none of it tells a secret. What is passed has to outlive
// the router.

/// `GET /health/live`: 200 {"status":"live"}, or 503 {"status":"notLive"} when the event loop has been silent for too long.
/// `GET /health/ready`: 200 or 503 with Health::toJson().
void addHealthRoutes(http::Router &router, const Health &health);

/// `GET` @p pattern: Metrics::scrape().
void addMetricsRoute(http::Router &router, const QString &pattern, const Metrics &metrics);

/// The routes of the metrics port: /metrics, /health/live, /health/ready.
[[nodiscard]] std::shared_ptr<http::Router> operationsRouter(const Metrics &metrics, const Health &health);

/// The same on the port of the API, where metrics are at /iwd/v3/metrics.
void addOperationsRoutes(http::Router &apiRouter, const Metrics &metrics, const Health &health);

/// Counts every exchange of @p server in @p metrics, which has to outlive it. Before the server listens.
void countRequests(http::Server &server, Metrics &metrics);

} // namespace iwd
