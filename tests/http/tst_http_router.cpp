// SPDX-License-Identifier: Apache-2.0
#include <http/router.h>

#include <QTest>

using namespace iwd::http;

namespace {

QCoro::Task<Response> nothing(Request)
{
    co_return Response();
}

std::unique_ptr<Router> table()
{
    auto router = std::make_unique<Router>();
    for (const auto &[method, pattern] :
        { std::pair("GET", QStringLiteral("/")), std::pair("GET", QStringLiteral("/items")), std::pair("POST", QStringLiteral("/items")),
            std::pair("POST", QStringLiteral("/items/retry")), std::pair("GET", QStringLiteral("/items/{id}")),
            std::pair("POST", QStringLiteral("/items/{id}/hold")), std::pair("GET", QStringLiteral("/items/{id}/history")),
            std::pair("GET", QStringLiteral("/{kind}/{id}")), std::pair("DELETE", QStringLiteral("/{kind}/{id}")) })
        router->add(method, pattern, nothing);
    router->addWebSocket(QStringLiteral("/items/stream"), { nullptr, nullptr });
    return router;
}

} // namespace

class TestHttpRouter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void pathFindsItsRoute_data();
    void pathFindsItsRoute();
    void webSocketIsFoundBesideTheOrdinaryRoute();
    void emptyTableKnowsNothing();
};

void TestHttpRouter::pathFindsItsRoute_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QString>("pattern"); // empty: no route
    QTest::addColumn<QStringList>("parameters");
    QTest::addColumn<QByteArray>("allowed");
    const auto row = [](const char *method, const char *path, const QString &pattern, const QStringList &parameters, const char *allowed) {
        QTest::addRow("%s %s", method, path) << QByteArray(method) << QByteArray(path) << pattern << parameters << QByteArray(allowed);
    };
    row("GET", "/", QStringLiteral("/"), {}, "GET");
    row("GET", "/items", QStringLiteral("/items"), {}, "GET,POST");
    row("PUT", "/items", {}, {}, "GET,POST");
    row("GET", "/items/", {}, {}, "");
    row("GET", "/items/7", QStringLiteral("/items/{id}"), { QStringLiteral("7") }, "GET,DELETE");
    row("DELETE", "/items/7", QStringLiteral("/{kind}/{id}"), { QStringLiteral("items"), QStringLiteral("7") }, "GET,DELETE");
    row("POST", "/items/retry", QStringLiteral("/items/retry"), {}, "POST,GET,DELETE");
    row("GET", "/items/retry", QStringLiteral("/items/{id}"), { QStringLiteral("retry") }, "POST,GET,DELETE");
    row("POST", "/%69tems/retr%79", QStringLiteral("/items/retry"), {}, "POST,GET,DELETE");
    row("GET", "/items/a%2Fb%25", QStringLiteral("/items/{id}"), { QStringLiteral("a/b%") }, "GET,DELETE");
    row("POST", "/items/7/hold", QStringLiteral("/items/{id}/hold"), { QStringLiteral("7") }, "POST");
    row("POST", "/items//hold", {}, {}, "");
    row("POST", "/items/7/hold/", {}, {}, "");
    row("GET", "/queues/q", QStringLiteral("/{kind}/{id}"), { QStringLiteral("queues"), QStringLiteral("q") }, "GET,DELETE");
    row("GET", "/Items", {}, {}, "");
    row("GET", "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s", {}, {}, "");
    row("GET", "", {}, {}, "");
    row("GET", "*", {}, {}, "");
}

void TestHttpRouter::pathFindsItsRoute()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, path);
    const auto router = table();
    const auto match = router->find(method, path);
    QTEST(match.route ? match.route->pattern : QString(), "pattern");
    QTEST(match.parameters, "parameters");
    QTEST(match.allowed.join(','), "allowed");
}

void TestHttpRouter::webSocketIsFoundBesideTheOrdinaryRoute()
{
    const auto router = table();
    const auto match = router->find("GET", "/items/stream");
    QVERIFY(match.webSocket);
    QCOMPARE(match.webSocket->pattern, QStringLiteral("/items/stream"));
    QVERIFY(match.route);
    QCOMPARE(match.route->pattern, QStringLiteral("/items/{id}"));
    QCOMPARE(match.parameters, QStringList { QStringLiteral("stream") });
}

void TestHttpRouter::emptyTableKnowsNothing()
{
    const auto match = Router().find("GET", "/");
    QVERIFY(!match.route && !match.webSocket && match.allowed.isEmpty());
}

QTEST_GUILESS_MAIN(TestHttpRouter)
#include "tst_http_router.moc"
