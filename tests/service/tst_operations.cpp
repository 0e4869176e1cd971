// SPDX-License-Identifier: Apache-2.0
#include <http/httpserver.h>
#include <runtime/operations.h>
#include <support/manualclock.h>
#include <support/metricstext.h>

#include <QJsonArray>
#include <QJsonDocument>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QSignalSpy>
#include <QTest>

using namespace iwd;
using namespace Qt::Literals::StringLiterals;

/// The routes over a real connection.
class TestOperations : public QObject
{
    Q_OBJECT

    struct Answer
    {
        int status = 0;
        QByteArray contentType;
        QByteArray body;
    };

    static http::Response problem(int status, const QString &, const QString &, const QJsonObject &)
    {
        http::Response response;
        response.status = status;
        return response;
    }

    Answer get(const QString &path)
    {
        const std::unique_ptr<QNetworkReply> reply(m_client.get(QNetworkRequest(QUrl(u"http://127.0.0.1:%1%2"_s.arg(m_port).arg(path)))));
        QSignalSpy finished(reply.get(), &QNetworkReply::finished);
        if (!reply->isFinished() && !finished.wait(20'000))
            return {};
        return { reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt(), reply->rawHeader("Content-Type"), reply->readAll() };
    }
    void serve(const std::shared_ptr<http::Router> &router)
    {
        m_server = std::make_unique<http::Server>(router, http::ServerOptions(), problem);
        countRequests(*m_server, *m_metrics);
        const auto port = m_server->listen(QHostAddress(QHostAddress::LocalHost), 0);
        m_port = port ? *port : 0;
    }

private Q_SLOTS:
    void init()
    {
        m_clock = std::make_shared<test::ManualClock>();
        m_health = std::make_unique<Health>(m_clock);
        m_metrics = std::make_unique<Metrics>(u"1.2.3"_s);
        serve(operationsRouter(*m_metrics, *m_health));
        QVERIFY(m_port != 0);
    }
    void cleanup() { m_server.reset(); }

    void metricsAreServedAsPrometheusReadsThem()
    {
        m_metrics->request("GET", u"/iwd/v3/items", 200, std::chrono::milliseconds(3), true);
        const Answer answer = get(u"/metrics"_s);
        QCOMPARE(answer.status, 200);
        QCOMPARE(answer.contentType, QByteArray("text/plain; version=0.0.4; charset=utf-8"));
        const test::MetricsText text(answer.body);
        QVERIFY2(text.valid, qPrintable(text.complaint));
        QCOMPARE(text.value(u"iwd_api_request_total"_s), 1.0);
    }

    void liveAnswersWhileTheEventLoopBeats()
    {
        m_health->beat();
        QCOMPARE(get(u"/health/live"_s).status, 200);
        QCOMPARE(get(u"/health/live"_s).body.trimmed(), QByteArray(R"({"status":"live"})"));
        m_clock->advance(Health::LongestSilence * 2);
        QCOMPARE(get(u"/health/live"_s).status, 503);
        QCOMPARE(get(u"/health/live"_s).body.trimmed(), QByteArray(R"({"status":"notLive"})"));
    }

    void readyFollowsTheComponents()
    {
        m_health->set(u"storage"_s, true, u"The database answers."_s);
        const Answer ready = get(u"/health/ready"_s);
        QCOMPARE(ready.status, 200);
        QCOMPARE(ready.contentType, QByteArray("application/json"));
        QCOMPARE(QJsonDocument::fromJson(ready.body).object(), m_health->toJson());

        m_health->set(u"server"_s, false, u"The server drains and takes no new work."_s);
        const Answer draining = get(u"/health/ready"_s);
        QCOMPARE(draining.status, 503);
        QCOMPARE(QJsonDocument::fromJson(draining.body).object().value("components"_L1).toArray().size(), 2);
    }

    void theApiHasTheMetricsBelowItsOwnPath()
    {
        auto router = std::make_shared<http::Router>();
        addOperationsRoutes(*router, *m_metrics, *m_health);
        serve(router);
        QCOMPARE(get(u"/iwd/v3/metrics"_s).status, 200);
        QCOMPARE(get(u"/health/live"_s).status, 200);
        QCOMPARE(get(u"/health/ready"_s).status, 200);
        QCOMPARE(get(u"/metrics"_s).status, 404);
    }

    void whatTheServerAnswersIsCounted()
    {
        auto router = std::make_shared<http::Router>();
        addOperationsRoutes(*router, *m_metrics, *m_health);
        serve(router);
        QCOMPARE(get(u"/iwd/v3/metrics"_s).status, 200);
        QCOMPARE(get(u"/iwd/v3/nowhere"_s).status, 404);
        QCOMPARE(get(u"/health/ready"_s).status, 200);
        const auto value = [this](const char *name) {
            return test::MetricsText(m_metrics->scrape()).value(QString::fromLatin1(name).replace(u'\'', u'"'));
        };
        // Counted when the answer has been taken, which the client may notice first.
        QTRY_COMPARE(value("iwd_request_total"), 3.0);
        QCOMPARE(value("iwd_api_request_total"), 2.0);
        QCOMPARE(value("iwd_api_request_duration_milliseconds_count{code='200',method='GET',path='/iwd/v3/metrics'}"), 1.0);
        QCOMPARE(value("iwd_api_request_duration_milliseconds_count{code='404',method='GET',path='unmatched'}"), 1.0);
        QCOMPARE(value("iwd_errors_total"), 0.0);
    }

private:
    std::shared_ptr<test::ManualClock> m_clock;
    std::unique_ptr<Health> m_health;
    std::unique_ptr<Metrics> m_metrics;
    std::unique_ptr<http::Server> m_server;
    quint16 m_port = 0;
    QNetworkAccessManager m_client;
};

QTEST_GUILESS_MAIN(TestOperations)
#include "tst_operations.moc"
