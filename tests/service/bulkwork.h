// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <support/pipelinefixture.h>

#include <pipeline/bulk/bulkjobs.h>
#include <pipeline/bulk/bulkrunner.h>

#include <QTest>

namespace iwd::test {

using namespace Qt::StringLiterals;

inline constexpr int patience = 60'000; ///< ms, for a job

inline BulkRequest request(const QJsonObject &json)
{
    const auto decoded = decodeBulkRequest(json);
    if (!decoded)
        qFatal("%s", qPrintable(decoded.error().text));
    return *decoded;
}

inline BulkRequest holdAll(const QJsonObject &search = {})
{
    return request({ { u"action"_s, u"hold"_s }, { u"search"_s, search } });
}

/// A runner that ends in order.
class Running
{
public:
    explicit Running(PipelineFixture &fixture, BulkRunnerOptions options = {})
        : Running(*fixture.pipeline, fixture.tenant, options)
    {
    }
    Running(Pipeline &pipeline, TenantId tenant, BulkRunnerOptions options = {})
    {
        options.interval = milliseconds(5);
        m_runner.emplace(pipeline, options);
        m_runner->watch(tenant);
    }
    ~Running() { QCoro::waitFor(m_runner->settle()); }
    Running(const Running &) = delete;
    Running &operator=(const Running &) = delete;

private:
    std::optional<BulkRunner> m_runner;
};

inline void capture(PipelineFixture &fixture, int count, const QJsonObject &item = {})
{
    const auto input = decodeItemInput(item, InputMode::Create);
    for (int done = 0; done < count;) {
        const int some = std::min(500, count - done);
        PipelineFixture::must(fixture.run<bool>([&](Transaction &transaction) -> Result<bool> {
            for (int i = 0; i < some; ++i) {
                if (const auto captured = captureItem(transaction, *input, fixture.actor); !captured)
                    return captured.error();
            }
            return true;
        }));
        done += some;
    }
}

inline qint64 start(PipelineFixture &fixture, const BulkRequest &request)
{
    static int number = 0;
    const auto preview = await(fixture.pipeline->search<BulkPreview>(fixture.tenant, Deadline::never(), [&](Snapshot &snapshot) { return previewBulk(snapshot, request); }));
    PipelineFixture::must(preview);
    const BulkConfirmation confirmation { QByteArray::number(++number), preview->count, preview->at, preview->upTo };
    const auto started = fixture.run<JobRecord>([&](Transaction &transaction) { return startJob(transaction, request, confirmation, fixture.actor); });
    PipelineFixture::must(started);
    return started->id;
}

inline JobRecord job(PipelineFixture &fixture, qint64 id)
{
    return *fixture.look<JobRecord>([id](Snapshot &snapshot) { return findJob(snapshot, jobName(id)); });
}

/// Each item of the job has been held once, and has one result.
inline void checkHeldOnce(PipelineFixture &fixture, qint64 id, int items)
{
    const JobRecord ended = job(fixture, id);
    QCOMPARE(ended.state, JobState::Finished);
    QCOMPARE(ended.done, items);
    QCOMPARE(ended.processed(), items);
    QCOMPARE(ended.total, items);
    std::map<QString, int> held;
    qint64 after = 0;
    for (;;) {
        const auto events = *fixture.look<std::vector<StoredEvent>>([after](Snapshot &snapshot) -> Result<std::vector<StoredEvent>> { return snapshot.events(after, 1'000); });
        if (events.empty())
            break;
        after = events.back().id;
        for (const StoredEvent &event : events) {
            const QJsonObject json = QJsonDocument::fromJson(event.json()).object();
            if (json.value(u"type"_s) == u"item.held"_s)
                ++held[json.value(u"item"_s).toString()];
        }
    }
    QCOMPARE(held.size(), static_cast<size_t>(items));
    QVERIFY(std::all_of(held.begin(), held.end(), [](const auto &one) { return one.second == 1; }));
    const auto results = *fixture.look<std::vector<JobResult>>([id, items](Snapshot &snapshot) -> Result<std::vector<JobResult>> { return snapshot.jobResults(id, {}, {}, items + 1); });
    QCOMPARE(results.size(), static_cast<size_t>(items));
    QVERIFY(std::all_of(results.begin(), results.end(), [](const JobResult &result) { return result.outcome == JobOutcome::Done && result.version == 2; }));
}

} // namespace iwd::test
