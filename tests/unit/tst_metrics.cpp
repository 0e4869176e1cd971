// SPDX-License-Identifier: Apache-2.0
#include <runtime/metrics.h>
#include <support/metricstext.h>

#include <QTest>

#include <thread>

using namespace iwd;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;
using iwd::test::MetricsText;

class TestMetrics : public QObject
{
    Q_OBJECT

    static constexpr auto Items = "/iwd/v3/items/{id}";
    /// The name of a sample, written with single quotes.
    static QString series(const char *name) { return QString::fromLatin1(name).replace(u'\'', u'"'); }
    static void answered(Metrics &metrics, int status, std::chrono::nanoseconds duration = 3ms, bool delivered = true)
    {
        metrics.request("GET", QString::fromLatin1(Items), status, duration, delivered);
    }

private Q_SLOTS:
    void everyPromisedNameIsThereFromTheStart_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("type");
        const auto promise
            = [](const char *name, const char *type) { QTest::newRow(name) << QString::fromLatin1(name) << QString::fromLatin1(type); };
        promise("iwd_api_request_total", "counter");
        promise("iwd_api_request_closed", "counter");
        promise("iwd_api_request_duration_milliseconds", "histogram");
        promise("iwd_request_total", "counter");
        promise("iwd_errors_total", "counter");
        promise("iwd_redis_errors_total", "counter");
        promise("iwdTenantDB_db_request_total", "counter");
        promise("iwdTenantDB_db_success_total", "counter");
        promise("iwdTenantDB_db_errors_total", "counter");
        promise("iwdTenantDB_db_request_duration_milliseconds", "histogram");
        promise("iwd_process_cpu_seconds_total", "counter");
        promise("iwd_process_resident_memory_bytes", "gauge");
        promise("iwd_process_virtual_memory_bytes", "gauge");
        promise("iwd_items", "gauge");
        promise("iwd_oldest_item_age_seconds", "gauge");
        promise("iwd_work_classes", "gauge");
        promise("iwd_build_info", "gauge");
    }
    void everyPromisedNameIsThereFromTheStart()
    {
        QFETCH(QString, name);
        const MetricsText text(Metrics(u"1.2.3"_s).scrape());
        QVERIFY2(text.valid, qPrintable(text.complaint));
        QTEST(text.types.value(name), "type");
    }

    void countersStartAtZero()
    {
        const MetricsText text(Metrics(u"1.2.3"_s).scrape());
        QCOMPARE(text.value(u"iwd_api_request_total"_s), 0.0);
        QCOMPARE(text.value(u"iwd_errors_total"_s), 0.0);
        QCOMPARE(text.value(series("iwd_redis_errors_total{db='cache'}")), 0.0);
        QCOMPARE(text.value(u"iwdTenantDB_db_request_total"_s), 0.0);
        QCOMPARE(text.value(series("iwd_build_info{version='1.2.3'}")), 1.0);
    }

    void aRequestIsCountedAndMeasuredByMethodPathAndCode()
    {
        Metrics metrics(u"1.2.3"_s);
        answered(metrics, 200, 3ms);
        answered(metrics, 200, 40ms);
        answered(metrics, 404, 1ms);
        const MetricsText text(metrics.scrape());
        QVERIFY2(text.valid, qPrintable(text.complaint));
        QCOMPARE(text.value(u"iwd_api_request_total"_s), 3.0);
        QCOMPARE(text.value(u"iwd_request_total"_s), 3.0);
        const QString found = series("code='200',method='GET',path='/iwd/v3/items/{id}'");
        QCOMPARE(text.value(u"iwd_api_request_duration_milliseconds_count{"_s + found + u'}'), 2.0);
        QCOMPARE(text.value(u"iwd_api_request_duration_milliseconds_sum{"_s + found + u'}'), 43.0);
        QCOMPARE(text.value(u"iwd_api_request_duration_milliseconds_bucket{"_s + found + series(",le='2.5'}")), 0.0);
        QCOMPARE(text.value(u"iwd_api_request_duration_milliseconds_bucket{"_s + found + series(",le='5'}")), 1.0);
        QCOMPARE(text.value(u"iwd_api_request_duration_milliseconds_bucket{"_s + found + series(",le='50'}")), 2.0);
        QCOMPARE(text.value(u"iwd_api_request_duration_milliseconds_bucket{"_s + found + series(",le='+Inf'}")), 2.0);
        QCOMPARE(text.value(series("iwd_api_request_duration_milliseconds_count{code='404',method='GET',path='/iwd/v3/items/{id}'}")), 1.0);
    }

    void onlyFailuresOfTheServerAreErrors()
    {
        Metrics metrics(u"1.2.3"_s);
        for (const int status : { 200, 304, 404, 409, 422, 500, 503 })
            answered(metrics, status);
        metrics.error();
        QCOMPARE(MetricsText(metrics.scrape()).value(u"iwd_errors_total"_s), 3.0);
    }

    void aClientThatHasGoneIsCounted()
    {
        Metrics metrics(u"1.2.3"_s);
        answered(metrics, 200, 3ms, true);
        answered(metrics, 200, 3ms, false);
        const MetricsText text(metrics.scrape());
        QCOMPARE(text.value(u"iwd_api_request_closed"_s), 1.0);
        QCOMPARE(text.value(u"iwd_api_request_total"_s), 2.0);
    }

    void pagesAndProbesAreNoRequestsOfTheApi()
    {
        Metrics metrics(u"1.2.3"_s);
        for (const QString &pattern : { u"/"_s, u"/docs"_s, u"/health/live"_s, u"/metrics"_s })
            metrics.request("GET", pattern, 200, 1ms, true);
        const MetricsText text(metrics.scrape());
        QCOMPARE(text.value(u"iwd_request_total"_s), 4.0);
        QCOMPARE(text.value(u"iwd_api_request_total"_s), 0.0);
    }

    void whatAClientInventsMakesNoNewSeries()
    {
        Metrics metrics(u"1.2.3"_s);
        for (int number = 0; number < 100; ++number)
            metrics.request(QByteArray("BREW" + QByteArray::number(number)), {}, 404, 1ms, true);
        const MetricsText text(metrics.scrape());
        QVERIFY2(text.valid, qPrintable(text.complaint));
        QCOMPARE(text.value(series("iwd_api_request_duration_milliseconds_count{code='404',method='other',path='unmatched'}")), 100.0);
    }

    void seriesAreBounded()
    {
        Metrics metrics(u"1.2.3"_s);
        constexpr int calls = 6'000;
        for (int number = 0; number < calls; ++number)
            metrics.database("iwd", QByteArray("statement" + QByteArray::number(number)), true, 1ms);
        const MetricsText text(metrics.scrape());
        QCOMPARE(text.value(series("iwdTenantDB_db_request_duration_milliseconds_count{db='other',method=''}")), 1'000.0);
        QCOMPARE(text.value(u"iwdTenantDB_db_request_total"_s), double(calls));
    }

    void callsOfTheDatabaseAreCountedByOutcome()
    {
        Metrics metrics(u"1.2.3"_s);
        metrics.database("iwd", "insert_items", true, 300us);
        metrics.database("iwd", "insert_items", true, 700us);
        metrics.database("iwd", "take_head", false, 2s);
        const MetricsText text(metrics.scrape());
        QVERIFY2(text.valid, qPrintable(text.complaint));
        QCOMPARE(text.value(u"iwdTenantDB_db_request_total"_s), 3.0);
        QCOMPARE(text.value(u"iwdTenantDB_db_success_total"_s), 2.0);
        QCOMPARE(text.value(u"iwdTenantDB_db_errors_total"_s), 1.0);
        QCOMPARE(text.value(series("iwdTenantDB_db_request_duration_milliseconds_count{db='iwd',method='insert_items'}")), 2.0);
        QCOMPARE(text.value(series("iwdTenantDB_db_request_duration_milliseconds_bucket{db='iwd',method='insert_items',le='0.5'}")), 1.0);
        QCOMPARE(text.value(series("iwdTenantDB_db_request_duration_milliseconds_sum{db='iwd',method='take_head'}")), 2'000.0);
    }

    void queuesShowTheirItemsAndTheOldest()
    {
        Metrics metrics(u"1.2.3"_s);
        metrics.queueSource([] {
            return std::vector<QueueGauges> { { u"100"_s, u"network"_s, { { u"queued"_s, 7 }, { u"assigned"_s, 2 } }, 90'500ms, 12 },
                { u"100"_s, u"odd \"name\"\n"_s, { { u"held"_s, 1 } }, std::nullopt, 0 } };
        });
        const MetricsText text(metrics.scrape());
        QVERIFY2(text.valid, qPrintable(text.complaint));
        QCOMPARE(text.value(series("iwd_items{tenant='100',queue='network',status='queued'}")), 7.0);
        QCOMPARE(text.value(series("iwd_items{tenant='100',queue='network',status='assigned'}")), 2.0);
        QCOMPARE(text.value(series("iwd_oldest_item_age_seconds{tenant='100',queue='network'}")), 90.5);
        QCOMPARE(text.value(series("iwd_work_classes{tenant='100',queue='network'}")), 12.0);
        QCOMPARE(text.value(series("iwd_items{tenant='100',queue='odd \\'name\\'\\n',status='held'}")), 1.0);
        QCOMPARE(text.value(series("iwd_oldest_item_age_seconds{tenant='100',queue='odd \\'name\\'\\n'}")), 0.0);
    }

    void aGaugeIsAskedAtEachScrape()
    {
        Metrics metrics(u"1.2.3"_s);
        double connections = 3;
        metrics.counter("iwd_things_total", "Things.", [] { return 7; });
        metrics.gauge("iwd_http_connections", "Open connections.", [&connections] { return connections; });
        QCOMPARE(MetricsText(metrics.scrape()).value(u"iwd_http_connections"_s), 3.0);
        connections = 5;
        const MetricsText text(metrics.scrape());
        QVERIFY2(text.valid, qPrintable(text.complaint));
        QCOMPARE(text.value(u"iwd_http_connections"_s), 5.0);
        QCOMPARE(text.types.value(u"iwd_http_connections"_s), u"gauge"_s);
    }

    void theProcessTellsWhatItUses()
    {
        const MetricsText text(Metrics(u"1.2.3"_s).scrape());
        QVERIFY(text.value(u"iwd_process_cpu_seconds_total"_s) > 0);
        const double resident = text.value(u"iwd_process_resident_memory_bytes"_s);
        QVERIFY2(resident > 1e6 && resident < 1e12, qPrintable(QString::number(resident)));
        QVERIFY(text.value(u"iwd_process_virtual_memory_bytes"_s) > resident);
    }

    void nothingIsLostWhenThreadsCountTogether()
    {
        Metrics metrics(u"1.2.3"_s);
        constexpr int threads = 4;
        constexpr int perThread = 5'000;
        std::vector<std::thread> workers;
        for (int thread = 0; thread < threads; ++thread)
            workers.emplace_back([&metrics] {
                for (int number = 0; number < perThread; ++number) {
                    answered(metrics, 200 + number % 10);
                    metrics.database("iwd", "insert_items", true, 1ms);
                }
            });
        for (int round = 0; round < 20; ++round)
            QVERIFY(MetricsText(metrics.scrape()).valid);
        for (std::thread &worker : workers)
            worker.join();
        const MetricsText text(metrics.scrape());
        QCOMPARE(text.value(u"iwd_api_request_total"_s), double(threads * perThread));
        QCOMPARE(text.value(series("iwd_api_request_duration_milliseconds_count{code='203',method='GET',path='/iwd/v3/items/{id}'}")),
            threads * perThread / 10.0);
        QCOMPARE(text.value(u"iwdTenantDB_db_success_total"_s), double(threads * perThread));
    }
};

QTEST_GUILESS_MAIN(TestMetrics)
#include "tst_metrics.moc"
