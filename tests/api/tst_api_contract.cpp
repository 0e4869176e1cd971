// SPDX-License-Identifier: Apache-2.0
#include "apifixture.h"

using namespace iwd;
using namespace iwd::test;

namespace {

/// Health and metrics belong to the process and are added by its composition.
bool belongsToTheProcess(const QString &path)
{
    return path.startsWith(QLatin1StringView("/health/")) || path == QLatin1StringView("/iwd/v3/metrics");
}

/// What each scope may do, as agreed; written down here once more, on purpose.
QStringList allowed(const QString &scope)
{
    static const QMap<QString, QStringList> table {
        { QStringLiteral("source"),
            { QStringLiteral("Workitems.View"), QStringLiteral("Workitems.Create"), QStringLiteral("Workitems.Update"),
                QStringLiteral("Workitems.Activate"), QStringLiteral("Workitems.Hold"), QStringLiteral("Workitems.Resume"),
                QStringLiteral("Workitems.Complete"), QStringLiteral("Workitems.Cancel"), QStringLiteral("Workitems.Restart"),
                QStringLiteral("Queues.View"), QStringLiteral("Categories.View"), QStringLiteral("Prioritization.View"), QStringLiteral("CapturePoints.View"), QStringLiteral("Attributes.View"), QStringLiteral("Calendars.View"), QStringLiteral("Filters.View") } },
        { QStringLiteral("agent"),
            { QStringLiteral("Workitems.View"), QStringLiteral("Workitems.Hold"), QStringLiteral("Workitems.Complete"),
                QStringLiteral("Distribution.Take"), QStringLiteral("Agents.View"), QStringLiteral("Agents.State"), QStringLiteral("Filters.View") } },
        { QStringLiteral("reporting"),
            { QStringLiteral("Workitems.View"), QStringLiteral("Events.View"), QStringLiteral("Dashboard.View"),
                QStringLiteral("Queues.View"), QStringLiteral("Categories.View"), QStringLiteral("Prioritization.View"), QStringLiteral("CapturePoints.View"), QStringLiteral("Attributes.View"), QStringLiteral("Calendars.View"), QStringLiteral("Filters.View") } },
    };
    return table.value(scope);
}

/// The same of the stock roles; those of Administrator are all.
QStringList allowedToRole(const QString &role)
{
    const QStringList looks { QStringLiteral("Workitems.View"), QStringLiteral("Events.View"), QStringLiteral("Dashboard.View"), QStringLiteral("Queues.View"),
        QStringLiteral("Categories.View"), QStringLiteral("Prioritization.View"), QStringLiteral("CapturePoints.View"), QStringLiteral("Attributes.View"), QStringLiteral("Agents.View"),
        QStringLiteral("Calendars.View"), QStringLiteral("Filters.View") };
    if (role == QLatin1StringView("Viewer"))
        return looks;
    if (role == QLatin1StringView("Agent"))
        return allowed(QStringLiteral("agent"));
    return looks
        + QStringList { QStringLiteral("Workitems.Create"), QStringLiteral("Workitems.Update"), QStringLiteral("Workitems.Hold"), QStringLiteral("Workitems.Resume"),
              QStringLiteral("Workitems.Complete"), QStringLiteral("Workitems.Cancel"), QStringLiteral("Workitems.Restart"), QStringLiteral("Workitems.Activate"),
              QStringLiteral("Workitems.Assign"), QStringLiteral("Workitems.Requeue"), QStringLiteral("Workitems.Export"), QStringLiteral("Workitems.Bulk"), QStringLiteral("Filters.Update"), QStringLiteral("Queues.Update"), QStringLiteral("Agents.Update"), QStringLiteral("Agents.State") };
}

QString filledIn(const QString &path)
{
    return QString(path).replace(QStringLiteral("{id}"), QStringLiteral("nothing-of-this-name"));
}

QString entry(const QByteArray &method, const QString &path, const QString &privilege, bool open)
{
    return QStringLiteral("%1 %2 %3%4").arg(QString::fromLatin1(method), path, privilege, open ? QStringLiteral(" (open)") : QString());
}

} // namespace

/// The table of routes against the API's document, and every route against every kind of caller.
class TestApiContract : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_fixture = std::make_unique<ApiFixture>();
        m_keys = {
            { QStringLiteral("admin"), m_fixture->adminKey },
            { QStringLiteral("source"), m_fixture->sourceKey },
            { QStringLiteral("agent"), m_fixture->agentKey },
            { QStringLiteral("reporting"), m_fixture->reportingKey },
            { QStringLiteral("nobody"), QString() },
            { QStringLiteral("unknown key"), QStringLiteral("00000000-0000-4000-8000-000000000000") },
            { QStringLiteral("expired key"),
                m_fixture->newKey({ QStringLiteral("admin") }, m_fixture->tenant, m_fixture->clock->now() - std::chrono::seconds(1)) },
            { QStringLiteral("deleted key"), deletedKey() },
        };
    }
    void cleanupTestCase() { m_fixture.reset(); }

    void everyRouteIsDocumentedAndEveryDocumentedRouteIsThere()
    {
        QStringList documented;
        for (const DocumentedOperation &operation : documentedOperations()) {
            if (!belongsToTheProcess(operation.path))
                documented.append(entry(operation.method, operation.path, operation.privilege, operation.open));
        }
        QStringList served;
        for (const EndpointInfo &endpoint : m_fixture->api->endpoints())
            served.append(entry(endpoint.method, endpoint.pattern, privilegeName(endpoint.privilege), endpoint.open));
        documented.sort();
        served.sort();
        QCOMPARE(served, documented);
    }

    void everyRouteAsksWhoCallsAndWhetherTheyMay_data()
    {
        QTest::addColumn<QByteArray>("method");
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("key");
        QTest::addColumn<int>("refusal");
        for (const EndpointInfo &endpoint : m_fixture->api->endpoints()) {
            const bool isStream = endpoint.pattern.endsWith(QLatin1StringView("/stream"));
            if (endpoint.open || isStream)
                continue;
            for (auto caller = m_keys.constBegin(); caller != m_keys.constEnd(); ++caller) {
                const QString privilege = privilegeName(endpoint.privilege);
                const bool isKnown = QStringList { QStringLiteral("admin"), QStringLiteral("source"), QStringLiteral("agent"),
                    QStringLiteral("reporting") }
                                         .contains(caller.key());
                const bool may = caller.key() == QLatin1StringView("admin") || privilege == QLatin1StringView("none")
                    || allowed(caller.key()).contains(privilege);
                QTest::addRow("%s %s by %s", endpoint.method.constData(), qPrintable(endpoint.pattern), qPrintable(caller.key()))
                    << endpoint.method << endpoint.pattern << caller.value()
                    << (!isKnown     ? 401
                               : may ? 0
                                     : 403);
            }
        }
    }
    void everyRouteAsksWhoCallsAndWhetherTheyMay()
    {
        QFETCH(QByteArray, method);
        QFETCH(QString, path);
        QFETCH(QString, key);
        QFETCH(int, refusal);
        m_fixture->key = key;
        const QByteArray body = method == "GET" || method == "DELETE" ? QByteArray() : QByteArrayLiteral("{}");
        const Reply reply = m_fixture->send(method, filledIn(path), body);
        if (refusal == 0)
            QVERIFY2(reply.status != 401 && reply.status != 403, reply.body.constData());
        else
            QCOMPARE(reply.status, refusal);
        if (refusal == 401)
            QCOMPARE(reply.headers.value("www-authenticate"), QByteArray("Bearer"));
        QVERIFY(!reply.headers.value("x-correlation-id").isEmpty());
    }

    void everyRouteAsksWhatTheUsersRoleMayDo_data()
    {
        QTest::addColumn<QByteArray>("method");
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("role");
        QTest::addColumn<bool>("may");
        for (const EndpointInfo &endpoint : m_fixture->api->endpoints()) {
            // Sessions are the users' own, and would be gone afterwards.
            if (endpoint.open || endpoint.pattern.endsWith(QLatin1StringView("/stream")) || endpoint.pattern.startsWith(QLatin1StringView("/iwd/v3/sessions")))
                continue;
            for (const QString &role : namesOf(stockRoles())) {
                const QString privilege = privilegeName(endpoint.privilege);
                const bool may = role == QLatin1StringView("Administrator") || privilege == QLatin1StringView("none") || allowedToRole(role).contains(privilege);
                QTest::addRow("%s %s by %s", endpoint.method.constData(), qPrintable(endpoint.pattern), qPrintable(role)) << endpoint.method << endpoint.pattern << role << may;
            }
        }
    }
    void everyRouteAsksWhatTheUsersRoleMayDo()
    {
        QFETCH(QByteArray, method);
        QFETCH(QString, path);
        QFETCH(QString, role);
        QFETCH(bool, may);
        if (!m_tokens.contains(role)) {
            m_fixture->addUser(role, QStringLiteral("correct horse"), { role });
            m_fixture->key.clear();
            const Reply session = m_fixture->post(QStringLiteral("/sessions"), { { QStringLiteral("user"), role }, { QStringLiteral("password"), QStringLiteral("correct horse") } });
            QCOMPARE(session.status, 201);
            m_tokens.insert(role, session["token"].toString().toLatin1());
        }
        m_fixture->key.clear();
        const QByteArray body = method == "GET" || method == "DELETE" ? QByteArray() : QByteArrayLiteral("{}");
        const Reply reply = m_fixture->send(method, filledIn(path), body, { { "Authorization", "Bearer " + m_tokens.value(role) } });
        QVERIFY2(reply.status != 401, reply.body.constData());
        QCOMPARE(reply.status == 403, !may);
    }

    void aKeyOfAnAgentActsAsNobodyElse_data()
    {
        QTest::addColumn<QByteArray>("method");
        QTest::addColumn<QString>("path");
        const QString ofAgents = QStringLiteral("/iwd/v3/agents/{id}/");
        QStringList seen;
        for (const EndpointInfo &endpoint : m_fixture->api->endpoints()) {
            if (!endpoint.pattern.startsWith(ofAgents))
                continue;
            QTest::addRow("%s %s", endpoint.method.constData(), qPrintable(endpoint.pattern)) << endpoint.method << endpoint.pattern;
            seen.append(endpoint.pattern.sliced(ofAgents.size()));
        }
        seen.sort();
        const QStringList atLeast { QStringLiteral("accept"), QStringLiteral("assignments"), QStringLiteral("complete"), QStringLiteral("decline"),
            QStringLiteral("extend"), QStringLiteral("next"), QStringLiteral("offers"), QStringLiteral("offers/stream"), QStringLiteral("release"),
            QStringLiteral("state"), QStringLiteral("transfer") };
        for (const QString &route : atLeast)
            QVERIFY2(seen.contains(route), qPrintable(route));
    }
    void aKeyOfAnAgentActsAsNobodyElse()
    {
        QFETCH(QByteArray, method);
        QFETCH(QString, path);
        const QString own = QStringLiteral("ann");
        const QString other = QStringLiteral("bert");
        m_fixture->key = m_fixture->adminKey;
        for (const QString &agent : { own, other }) {
            if (m_fixture->get(QStringLiteral("/agents/") + agent).status == 404)
                m_fixture->readyAgent(agent);
        }
        // With every privilege there is, so that nothing but the agent decides.
        const QString tied = m_fixture->newKey({ QStringLiteral("admin") }, m_fixture->tenant, std::nullopt, own);
        const auto of = [&path](const QString &agent) { return QString(path).replace(QStringLiteral("{id}"), agent); };
        if (path.endsWith(QLatin1StringView("/stream"))) {
            const auto shakeHands = [&](const QString &agent) {
                return m_fixture->firstLineOf("GET " + of(agent).toLatin1()
                    + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nx-api-key: "
                    + tied.toLatin1() + "\r\n\r\n");
            };
            QVERIFY2(shakeHands(own).startsWith("HTTP/1.1 101"), shakeHands(own).constData());
            for (const QString &agent : { other, QStringLiteral("nobody") })
                QVERIFY2(shakeHands(agent).startsWith("HTTP/1.1 403"), shakeHands(agent).constData());
            return;
        }
        const auto ask = [&](const QString &agent) { return m_fixture->send(method, of(agent), method == "GET" ? QByteArray() : QByteArrayLiteral("{}")); };
        m_fixture->key = tied;
        const Reply allowed = ask(own);
        QVERIFY2(allowed.status == 200 || allowed.status == 422, allowed.body.constData());
        // Whether or not there is such an agent is nobody's business.
        for (const QString &agent : { other, QStringLiteral("nobody"), QStringLiteral("Ann"), QStringLiteral("ann.") }) {
            const Reply refused = ask(agent);
            QCOMPARE(refused.status, 403);
            QCOMPARE(refused.code(), QStringLiteral("auth.not_allowed"));
            QCOMPARE(refused["args"][u"agent"].toString(), own);
            QVERIFY2(refused["detail"].toString().contains(QStringLiteral("belongs to the agent \"ann\"")), refused.body.constData());
        }
        // Other keys are what they were.
        m_fixture->key = m_fixture->agentKey;
        for (const QString &agent : { own, other })
            QVERIFY(ask(agent).status != 403);
    }

    void aStrangerIsRefusedBeforeAnythingElseIsLookedAt()
    {
        m_fixture->key.clear();
        const Reply reply = m_fixture->send("POST", QStringLiteral("/items?misspelt=1"), "not json", { { "If-Match", "nonsense" } });
        QCOMPARE(reply.status, 401);
        QCOMPARE(reply.code(), QStringLiteral("auth.missing"));
    }

    void pagesForPeopleAreOpenToEverybody_data()
    {
        QTest::addColumn<QString>("path");
        for (const char *path : { "/", "/docs", "/docs/style.css", "/docs/reference.js", "/docs/landing.js", "/iwd/v3/openapi.json" })
            QTest::newRow(path) << QString::fromLatin1(path);
    }
    void pagesForPeopleAreOpenToEverybody()
    {
        QFETCH(QString, path);
        m_fixture->key.clear();
        const Reply reply = m_fixture->get(path);
        QCOMPARE(reply.status, 200);
        QVERIFY(reply.headers.value("content-security-policy").contains("default-src 'none'"));
        QCOMPARE(reply.headers.value("cache-control"), QByteArray("no-cache"));
        QCOMPARE(reply.headers.value("x-content-type-options"), QByteArray("nosniff"));
        QCOMPARE(reply.headers.value("referrer-policy"), QByteArray("no-referrer"));
        QCOMPARE(m_fixture->get(path, { { "If-None-Match", reply.etag() } }).status, 304);
    }

    void nobodyInBetweenKeepsAnAnswer_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("by");
        for (const char *path : { "/items", "/queues/general", "/events", "/api-keys", "/items/nowhere" })
            QTest::newRow(path) << QString::fromLatin1(path) << m_fixture->adminKey;
        QTest::newRow("a stranger") << QStringLiteral("/items") << QString();
    }
    void nobodyInBetweenKeepsAnAnswer()
    {
        QFETCH(QString, path);
        QFETCH(QString, by);
        m_fixture->key = by;
        const Reply reply = m_fixture->get(path);
        QCOMPARE(reply.headers.value("cache-control"), QByteArray("no-store"));
        QCOMPARE(reply.headers.value("x-content-type-options"), QByteArray("nosniff"));
        QCOMPARE(reply.headers.value("referrer-policy"), QByteArray("no-referrer"));
    }

    void badRequestsAreRefusedInWords_data()
    {
        QTest::addColumn<QByteArray>("method");
        QTest::addColumn<QString>("path");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QByteArray>("contentType");
        QTest::addColumn<int>("status");
        QTest::addColumn<QString>("code");
        const QByteArray json = "application/json";
        QTest::newRow("unknown query parameter") << QByteArray("GET") << QStringLiteral("/items?statsu=queued") << QByteArray()
                                                 << QByteArray() << 400 << QStringLiteral("request.unknown_parameter");
        QTest::newRow("unknown query parameter of a write") << QByteArray("POST") << QStringLiteral("/items?force=1") << QByteArray("{}")
                                                            << json << 400 << QStringLiteral("request.unknown_parameter");
        QTest::newRow("a parameter twice") << QByteArray("GET") << QStringLiteral("/items?queue=a&queue=b") << QByteArray() << QByteArray()
                                           << 400 << QStringLiteral("request.invalid_field");
        QTest::newRow("an empty filter") << QByteArray("GET") << QStringLiteral("/items?queue=") << QByteArray() << QByteArray() << 400
                                         << QStringLiteral("request.invalid_field");
        QTest::newRow("limit 0") << QByteArray("GET") << QStringLiteral("/items?limit=0") << QByteArray() << QByteArray() << 400
                                 << QStringLiteral("request.invalid_field");
        QTest::newRow("limit 1001") << QByteArray("GET") << QStringLiteral("/queues?limit=1001") << QByteArray() << QByteArray() << 400
                                    << QStringLiteral("request.invalid_field");
        QTest::newRow("limit in words") << QByteArray("GET") << QStringLiteral("/events?limit=many") << QByteArray() << QByteArray() << 400
                                        << QStringLiteral("request.invalid_field");
        QTest::newRow("a negative cursor of events") << QByteArray("GET") << QStringLiteral("/events?after=-1") << QByteArray()
                                                     << QByteArray() << 400 << QStringLiteral("request.invalid_field");
        QTest::newRow("a wait that is no number") << QByteArray("GET") << QStringLiteral("/events?wait=nan") << QByteArray() << QByteArray()
                                                  << 400 << QStringLiteral("request.invalid_field");
        QTest::newRow("an unknown status") << QByteArray("GET") << QStringLiteral("/items?status=queued,lost") << QByteArray()
                                           << QByteArray() << 400 << QStringLiteral("request.invalid_field");
        QTest::newRow("an unknown order") << QByteArray("GET") << QStringLiteral("/items?sort=name") << QByteArray() << QByteArray() << 400
                                          << QStringLiteral("request.invalid_field");
        QTest::newRow("a filter the order does not know") << QByteArray("GET") << QStringLiteral("/items?sort=priority&label=x")
                                                          << QByteArray() << QByteArray() << 400 << QStringLiteral("request.invalid_field");
        QTest::newRow("a status the order does not know") << QByteArray("GET") << QStringLiteral("/items?sort=priority&status=held")
                                                          << QByteArray() << QByteArray() << 400 << QStringLiteral("request.invalid_field");
        QTest::newRow("no JSON") << QByteArray("POST") << QStringLiteral("/items") << QByteArray("{\"a\":") << json << 400
                                 << QStringLiteral("request.malformed_json");
        QTest::newRow("no body") << QByteArray("POST") << QStringLiteral("/items") << QByteArray("") << json << 400
                                 << QStringLiteral("request.malformed_json");
        QTest::newRow("JSON with a tail") << QByteArray("POST") << QStringLiteral("/items") << QByteArray("{} {}") << json << 400
                                          << QStringLiteral("request.malformed_json");
        QTest::newRow("not UTF-8") << QByteArray("POST") << QStringLiteral("/items") << QByteArray("{\"a\":\"\xff\xfe\"}") << json << 400
                                   << QStringLiteral("request.malformed_json");
        QTest::newRow("JSON nested too deeply")
            << QByteArray("POST") << QStringLiteral("/items") << QByteArray(QByteArray(200'000, '[') + QByteArray(200'000, ']')) << json
            << 400 << QStringLiteral("request.malformed_json");
        QTest::newRow("a text as body") << QByteArray("POST") << QStringLiteral("/items") << QByteArray("\"item\"") << json << 422
                                        << QStringLiteral("request.invalid_field");
        QTest::newRow("an array where an object belongs") << QByteArray("POST") << QStringLiteral("/queues") << QByteArray("[]") << json
                                                          << 422 << QStringLiteral("request.invalid_field");
        QTest::newRow("a wrong content type") << QByteArray("POST") << QStringLiteral("/items") << QByteArray("{}")
                                              << QByteArray("text/plain") << 415 << QStringLiteral("request.unsupported_media_type");
        QTest::newRow("a form") << QByteArray("POST") << QStringLiteral("/sessions") << QByteArray("user=a")
                                << QByteArray("application/x-www-form-urlencoded") << 415
                                << QStringLiteral("request.unsupported_media_type");
        QTest::newRow("a huge number") << QByteArray("POST") << QStringLiteral("/items") << QByteArray("{\"businessValue\":1e308}") << json
                                       << 422 << QStringLiteral("request.invalid_field");
        QTest::newRow("a number beyond all bounds")
            << QByteArray("POST") << QStringLiteral("/items/retry") << QByteArray("{\"limit\":99999999999999999999}") << json << 422
            << QStringLiteral("request.invalid_field");
        QTest::newRow("a fraction of a token") << QByteArray("POST") << QStringLiteral("/items/x/hold") << QByteArray("{\"token\":1.5}")
                                               << json << 422 << QStringLiteral("request.invalid_field");
        QTest::newRow("a body that is too large")
            << QByteArray("POST") << QStringLiteral("/queues") << QByteArray("{\"name\":\"" + QByteArray(1'100'000, 'x') + "\"}") << json
            << 413 << QStringLiteral("request.too_large");
        QTest::newRow("a foreign cursor") << QByteArray("GET") << QStringLiteral("/items?cursor=eyJsIjoiYWJjIiwicCI6eyJhZnRlciI6MX19")
                                          << QByteArray() << QByteArray() << 400 << QStringLiteral("request.invalid_field");
        QTest::newRow("a damaged cursor") << QByteArray("GET") << QStringLiteral("/items?cursor=%25%25") << QByteArray() << QByteArray()
                                          << 400 << QStringLiteral("request.invalid_field");
    }
    void badRequestsAreRefusedInWords()
    {
        QFETCH(QByteArray, method);
        QFETCH(QString, path);
        QFETCH(QByteArray, body);
        QFETCH(QByteArray, contentType);
        QFETCH(int, status);
        QFETCH(QString, code);
        m_fixture->key = m_fixture->adminKey;
        const HeaderFields headers = contentType.isEmpty() ? HeaderFields() : HeaderFields { { "Content-Type", contentType } };
        const Reply reply = m_fixture->send(method, path, body, headers);
        QCOMPARE(reply.status, status);
        QCOMPARE(reply.code(), code);
        QVERIFY(!reply["detail"].toString().isEmpty());
    }

    void jsonMayNameItsCharset()
    {
        m_fixture->key = m_fixture->adminKey;
        QCOMPARE(
            m_fixture->send("POST", QStringLiteral("/items"), "{}", { { "Content-Type", "Application/JSON; charset=utf-8" } }).status, 200);
    }

    void brokenConditionsInHeadersAreRefused_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QString>("code");
        QTest::newRow("a version without quotes") << QByteArray("If-Match") << QByteArray("3") << QStringLiteral("request.invalid_field");
        QTest::newRow("several versions") << QByteArray("If-Match") << QByteArray("\"3\", \"4\"")
                                          << QStringLiteral("request.invalid_field");
        QTest::newRow("a key that is too long")
            << QByteArray("Idempotency-Key") << QByteArray(201, 'k') << QStringLiteral("idempotency.key_invalid");
        QTest::newRow("a key that is not ASCII")
            << QByteArray("Idempotency-Key") << QByteArray("\xc3\xa4") << QStringLiteral("idempotency.key_invalid");
    }
    void brokenConditionsInHeadersAreRefused()
    {
        QFETCH(QByteArray, name);
        QFETCH(QByteArray, value);
        QFETCH(QString, code);
        m_fixture->key = m_fixture->adminKey;
        const Reply reply = m_fixture->put(
            QStringLiteral("/queues/general"), { { QStringLiteral("name"), QStringLiteral("General") } }, { { name, value } });
        QCOMPARE(reply.status, 400);
        QCOMPARE(reply.code(), code);
    }

    void theCorrelationIdComesBackInHeaderAndProblem()
    {
        m_fixture->key = m_fixture->adminKey;
        const Reply reply = m_fixture->get(QStringLiteral("/items/unknown"), { { "X-Correlation-Id", "my-own-7" } });
        QCOMPARE(reply.status, 404);
        QCOMPARE(reply.headers.value("x-correlation-id"), QByteArray("my-own-7"));
        QCOMPARE(reply["correlationId"].toString(), QStringLiteral("my-own-7"));
    }

private:
    QString deletedKey()
    {
        const Reply created = m_fixture->post(QStringLiteral("/api-keys"),
            { { QStringLiteral("name"), QStringLiteral("Old") }, { QStringLiteral("scopes"), QJsonArray { QStringLiteral("admin") } } });
        m_fixture->remove(QStringLiteral("/api-keys/") + created["id"].toString());
        return created["key"].toString();
    }

    std::unique_ptr<ApiFixture> m_fixture;
    QMap<QString, QByteArray> m_tokens; ///< by role
    QMap<QString, QString> m_keys;
};

QTEST_GUILESS_MAIN(TestApiContract)
#include "tst_api_contract.moc"
