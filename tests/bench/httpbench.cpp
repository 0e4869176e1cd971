// SPDX-License-Identifier: Apache-2.0
// Serves GET /ping with as little behind it as can be, to measure the edge alone:
//   httpbench [threads [port]] &   wrk -t1 -c64 -d10s http://127.0.0.1:8080/ping
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
