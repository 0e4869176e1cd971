// SPDX-License-Identifier: Apache-2.0
// Serves GET /ping with as little behind it as can be, to measure the edge alone:
//   httpbench [threads [port]] &   wrk -t1 -c64 -d10s http://127.0.0.1:8080/ping
// and GET /limited, which is the same but for a look at how many requests its caller has sent, to measure that.
#include <api/requestlimits.h>
#include <http/httpserver.h>

#include <QCoreApplication>

#include <cstdio>

using namespace iwd;

namespace {

QCoro::Task<http::Response> ping(http::Request)
{
    http::Response response;
    response.headers.add("Content-Type", "application/json");
    response.body = QByteArrayLiteral("{\"pong\":true}");
    co_return response;
}

/// One of a thousand callers, who take turns.
QCoro::Task<http::Response> limited(RequestLimits *limits, std::shared_ptr<const std::vector<Caller>> callers, http::Request)
{
    static std::atomic<size_t> next = 0;
    http::Response response;
    response.headers.add("Content-Type", "application/json");
    if (const auto admitted = limits->admit((*callers)[next++ % callers->size()]); !admitted)
        response.status = 429;
    else
        response.body = QByteArrayLiteral("{\"pong\":true}");
    co_return response;
}

std::shared_ptr<const std::vector<Caller>> someCallers()
{
    auto callers = std::make_shared<std::vector<Caller>>(1'000);
    for (size_t i = 0; i < callers->size(); ++i)
        (*callers)[i].actor = { QStringLiteral("apiKey"), QStringLiteral("5f0c1f6e-8f5f-4e0c-9a50-%1").arg(i, 12, 16, QLatin1Char('0')), {} };
    return callers;
}

http::Response problem(int status, const QString &code, const QString &, const QJsonObject &)
{
    return { status, {}, code.toUtf8() };
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    const QStringList arguments = app.arguments();
    http::ServerOptions options;
    options.threads = arguments.value(1, QStringLiteral("1")).toInt();

    auto router = std::make_shared<http::Router>();
    router->add("GET", QStringLiteral("/ping"), ping);
    const SystemClock clock;
    RequestLimits limits({ .requestsPerSecond = 1'000'000 }, clock);
    limits.countUsage();
    const auto callers = someCallers();
    router->add("GET", QStringLiteral("/limited"), [&limits, callers](http::Request request) { return limited(&limits, callers, std::move(request)); });
    http::Server server(router, options, problem);
    const auto port = server.listen(QHostAddress::LocalHost, arguments.value(2, QStringLiteral("8080")).toUShort());
    if (!port) {
        std::fprintf(stderr, "%s\n", qPrintable(port.error().text));
        return 1;
    }
    std::printf("listening on 127.0.0.1:%d\n", *port);
    std::fflush(stdout);
    return app.exec();
}
