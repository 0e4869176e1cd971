// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <support/fakehttpserver.h>
#include <support/pipelinefixture.h>

#include <pipeline/webhooks/webhookrunner.h>
#include <webhooks/httpwebhooksender.h>

#include <QTest>

namespace iwd::test {

using namespace Qt::StringLiterals;

inline constexpr int patience = 60'000; ///< ms

/// What a server needs to deliver: the real client, sender and runner. Ends in order.
class Delivering
{
public:
    Delivering(Pipeline &pipeline, TenantId tenant, WebhookRunnerOptions options = {}, HttpWebhookOptions sending = {})
        : client(std::move(OutgoingClient::make({ "iwd-server/test", { *Network::fromText(u"127.0.0.0/8"_s) } })).value())
        , sender(*client, "key of the installation", sending)
    {
        options.interval = milliseconds(5);
        options.figuresInterval = milliseconds(0);
        options.settleTime = milliseconds(500);
        runner = std::make_unique<WebhookRunner>(pipeline, sender, options);
        runner->watch(tenant);
    }
    ~Delivering()
    {
        QCoro::waitFor(runner->settle());
        runner.reset();
    }
    Delivering(const Delivering &) = delete;
    Delivering &operator=(const Delivering &) = delete;

    std::unique_ptr<OutgoingClient> client;
    HttpWebhookSender sender;
    std::unique_ptr<WebhookRunner> runner;
};

/// What arrived, as a receiver sees it.
struct Arrival
{
    QString type;
    QString item;
    qint64 event = 0;
    QByteArray id;
    int status = 0; ///< that was answered

    static Arrival of(const FakeRequest &request, int status)
    {
        const QJsonObject json = request.json();
        const QJsonObject data = json[u"data"_s].toObject();
        return { json[u"type"_s].toString(), data[u"itemId"_s].toString(), data[u"eventId"_s].toString().toLongLong(), request.headers.value("webhook-id"), status };
    }
};

/// Answers with a status that a test chooses, and keeps what came.
class Receiver
{
public:
    using Choice = std::function<int(const Arrival &)>;
    explicit Receiver(Choice choice = {})
        : m_server([this, choice](const FakeRequest &request) {
            const int status = choice ? choice(Arrival::of(request, 0)) : 200;
            m_arrivals.append(Arrival::of(request, status));
            return FakeAnswer::json(status, {}, moreHeaders);
        })
    {
    }

    [[nodiscard]] QString url() const { return m_server.url().toString() + u"/hook"_s; }
    [[nodiscard]] const QList<Arrival> &arrivals() const { return m_arrivals; }
    [[nodiscard]] const QList<FakeRequest> &requests() const { return m_server.requests(); }
    /// What was taken, each event once, in the order in which it was taken first.
    [[nodiscard]] QList<Arrival> taken() const
    {
        QList<Arrival> taken;
        QSet<QByteArray> seen;
        for (const Arrival &arrival : m_arrivals) {
            if (arrival.status == 200 && !seen.contains(arrival.id)) {
                seen.insert(arrival.id);
                taken.append(arrival);
            }
        }
        return taken;
    }

    QByteArray moreHeaders;

private:
    QList<Arrival> m_arrivals;
    FakeHttpServer m_server;
};

inline void configure(PipelineFixture &fixture, const QString &url, const QJsonObject &more = {}, const QString &id = u"default"_s)
{
    QJsonObject webhook { { u"url"_s, url } };
    for (auto member = more.begin(); member != more.end(); ++member)
        webhook.insert(member.key(), member.value());
    const auto capturePoint = decodeCapturePoint({ { u"id"_s, id }, { u"name"_s, id }, { u"webhook"_s, webhook } });
    PipelineFixture::must(capturePoint);
    PipelineFixture::must(fixture.put(ConfigKind::CapturePoint, encodeCapturePoint(*capturePoint)));
}

/// @returns the seed
inline QString giveSecret(PipelineFixture &fixture, const QString &id = u"default"_s)
{
    static int number = 0;
    const QString seed = u"seed-%1"_s.arg(++number);
    PipelineFixture::must(fixture.run<WebhookRecord>([&](Transaction &transaction) { return rotateWebhookSecret(transaction, id, seed, fixture.actor); }));
    return seed;
}

inline void configureWithSecret(PipelineFixture &fixture, const QString &url, const QJsonObject &more = {}, const QString &id = u"default"_s)
{
    configure(fixture, url, more, id);
    giveSecret(fixture, id);
}

inline WebhookRecord record(PipelineFixture &fixture, const QString &id = u"default"_s)
{
    return *fixture.look<WebhookRecord>([&](Snapshot &snapshot) -> Result<WebhookRecord> {
        const auto place = webhookPlace(snapshot, id);
        return place ? Result<WebhookRecord>(place->record) : place.error();
    });
}

inline WebhookCounts counts(PipelineFixture &fixture, const QString &id = u"default"_s)
{
    return *fixture.look<WebhookCounts>([&](Snapshot &snapshot) -> Result<WebhookCounts> { return snapshot.webhookCounts()[id]; });
}

inline std::vector<WebhookDelivery> deadLetters(PipelineFixture &fixture)
{
    return *fixture.look<std::vector<WebhookDelivery>>([](Snapshot &snapshot) -> Result<std::vector<WebhookDelivery>> { return snapshot.deadDeliveries({}, 0, 1'000); });
}

/// The ids of the events about items in the log that are changes of status, item by item in order.
inline std::map<QString, QList<qint64>> logged(PipelineFixture &fixture)
{
    std::map<QString, QList<qint64>> events;
    qint64 after = 0;
    for (;;) {
        const auto some = *fixture.look<std::vector<StoredEvent>>([after](Snapshot &snapshot) -> Result<std::vector<StoredEvent>> { return snapshot.events(after, 1'000); });
        if (some.empty())
            return events;
        for (const StoredEvent &event : some) {
            const QJsonObject json = QJsonDocument::fromJson(event.body).object();
            if (statusEventTypes().contains(json[u"type"_s].toString()))
                events[json[u"item"_s].toString()].append(event.id);
            after = event.id;
        }
    }
}

inline std::map<QString, QList<qint64>> byItem(const QList<Arrival> &arrivals)
{
    std::map<QString, QList<qint64>> events;
    for (const Arrival &arrival : arrivals)
        events[arrival.item].append(arrival.event);
    return events;
}

/// Items that are captured, held, resumed and completed.
inline QStringList life(PipelineFixture &fixture, int items)
{
    QStringList ids;
    for (int i = 0; i < items; ++i) {
        const auto captured = fixture.capture({ { u"captureId"_s, u"T-%1"_s.arg(i) } });
        PipelineFixture::must(captured);
        ids << captured->record.item.id.toString();
    }
    for (const ItemOperation operation : { ItemOperation::Hold, ItemOperation::Resume, ItemOperation::Complete }) {
        for (const QString &id : ids)
            PipelineFixture::must(fixture.change(operation, id));
    }
    return ids;
}

} // namespace iwd::test
