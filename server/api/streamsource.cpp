// SPDX-License-Identifier: Apache-2.0
#include "streamsource.h"

#include "namedfilter.h"

#include <contract/problem.h>
#include <contract/searchapi.h>

#include <deque>

namespace iwd {

namespace {

constexpr size_t mostCommands = 200; ///< that wait to be looked at
constexpr milliseconds afterTrouble { 1'000 };
constexpr std::chrono::seconds betweenPositions { 10 };

void sendJson(const StreamSocket &socket, const QJsonObject &message)
{
    socket->sendTextMessage(QString::fromUtf8(compactJson(message)));
}

/// The store may be back in a moment, and then everything goes on.
bool isPassing(const Error &error)
{
    return error.code == ErrorCode::StorageUnavailable || error.code == ErrorCode::Busy || error.code == ErrorCode::DeadlineExceeded;
}

class StreamSource final : public LiveSource
{
public:
    StreamSource(StreamServices services, http::Request request)
        : m_services(services)
        , m_request(std::move(request))
    {
    }

    /// Soon after a look events wait for the next one: otherwise each commit would wake each reader.
    Delivery<bool> news(TenantId tenant) override
    {
        m_signaled = std::chrono::steady_clock::now() >= m_nextLook;
        m_news = m_signaled ? m_services.pipeline.eventSignal().next(tenant) : Delivery<bool>();
        if (!m_commands.empty())
            m_news.deliver(true);
        return m_news;
    }

    milliseconds patience() const override
    {
        const milliseconds again = std::min(m_again.value_or(Pulse), Pulse);
        if (m_signaled)
            return again;
        const auto wait = std::chrono::ceil<milliseconds>(m_nextLook - std::chrono::steady_clock::now());
        return std::clamp(wait, milliseconds(1), std::max(again, milliseconds(1)));
    }
    QString wayOn() const override { return QStringLiteral("connect again and subscribe with \"after\"."); }

    void received(const QString &message) override
    {
        if (m_commands.size() <= mostCommands) // else the reader is sent away
            m_commands.push_back(message.toUtf8());
        m_news.deliver(true);
    }

    QCoro::Task<Result<bool>> send(Caller caller, Deadline deadline, StreamSocket socket) override
    {
        if (m_commands.size() > mostCommands)
            co_return Error { ErrorCode::TooManyRequests, QStringLiteral("More than %1 messages at once.").arg(mostCommands), {}, {} };
        m_nextLook = std::chrono::steady_clock::now() + LiveFeed::Interval;
        keepTo(caller);
        if (!m_commands.empty()) {
            const QByteArray command = m_commands.front();
            m_commands.pop_front();
            co_await obey(command, deadline, socket);
            if (!isOpen(socket))
                co_return false;
        }
        m_again.reset();
        bool more = !m_commands.empty();
        std::optional<Error> trouble;
        const auto subscriptions = m_subscriptions; // which commands change only between two calls, but what is awaited may not rely on it
        for (const auto &[name, subscription] : subscriptions) {
            if (!hasRoom(socket)) {
                more = true;
                break;
            }
            const auto sent = co_await sendOne(subscription, caller, deadline, socket);
            if (!isOpen(socket))
                co_return false;
            if (sent) {
                more = more || sent->more;
                lookAgain(sent->again);
            } else if (isPassing(sent.error())) {
                trouble = sent.error();
                lookAgain(afterTrouble);
            } else {
                m_subscriptions.erase(name);
                sendError(socket, name, sent.error());
            }
        }
        tellOf(trouble, socket);
        tellPosition(socket);
        co_return more;
    }

private:
    struct Subscription
    {
        StreamTopic topic;
        std::shared_ptr<LiveSubscription> live;
    };

    void lookAgain(WhenAgain again)
    {
        if (again)
            m_again = m_again ? std::min(*m_again, *again) : *again;
    }

    /// Whoever sees other categories than before knows things of no use, and of others nothing.
    void keepTo(const Caller &caller)
    {
        if (m_categories && *m_categories != caller.categories) {
            for (const auto &[name, subscription] : m_subscriptions)
                subscription.live->beginAnew(QStringLiteral("You see other categories than before."));
        }
        m_categories = caller.categories;
    }

    QCoro::Task<Result<LiveSubscription::Sent>> sendOne(Subscription subscription, Caller caller, Deadline deadline, StreamSocket socket)
    {
        // Each time: a right may have been taken away.
        if (const auto may = allowed(caller, topicInfo(subscription.topic), m_request); !may)
            co_return may.error();
        co_return co_await subscription.live->send(caller, deadline, socket);
    }

    /// Each command counts as a request, also one that is refused.
    QCoro::Task<> obey(QByteArray text, Deadline deadline, StreamSocket socket)
    {
        http::Request request = m_request;
        request.deadline = deadline;
        const auto admitted = co_await admit(m_services.authenticator, request, streamInfo());
        if (!isOpen(socket))
            co_return;
        const auto command = decodeStreamCommand(text);
        if (!admitted || !command) {
            sendError(socket, nameInStreamCommand(text), admitted ? command.error() : admitted.error());
            co_return;
        }
        if (command->unsubscribe) {
            m_subscriptions.erase(command->name);
            sendJson(socket, { { QStringLiteral("type"), QStringLiteral("unsubscribed") }, { QStringLiteral("subscription"), command->name } });
            co_return;
        }
        const auto caller = allowed(*admitted, topicInfo(command->topic), request);
        if (!caller) {
            sendError(socket, command->name, caller.error());
            co_return;
        }
        if (m_subscriptions.size() >= MaxSubscriptions && !m_subscriptions.contains(command->name)) {
            sendError(socket, command->name,
                { ErrorCode::TooManyItems, QStringLiteral("A connection follows %1 things at most. Unsubscribe from one, or open another connection.").arg(MaxSubscriptions), {},
                    { { QStringLiteral("limit"), MaxSubscriptions } } });
            co_return;
        }
        const auto subscription = co_await subscribe(*command, *caller, request);
        if (!isOpen(socket))
            co_return;
        if (subscription)
            m_subscriptions.insert_or_assign(command->name, *subscription);
        else
            sendError(socket, command->name, subscription.error());
    }

    QCoro::Task<Result<Subscription>> subscribe(StreamCommand command, Caller caller, http::Request request)
    {
        const LogSubscription log { m_services.pipeline, m_services.feed, command.name, command.after };
        if (command.topic == StreamTopic::Item)
            co_return Subscription { command.topic, followItem(log, command.item) };
        if (command.topic != StreamTopic::Items)
            co_return Subscription { command.topic, followTable(tableFor(command)) };
        Call call;
        call.request = request;
        call.caller = caller;
        call.body = command.search;
        const auto body = co_await bodyWithNamedFilter(m_services.pipeline, call);
        if (!body)
            co_return inside(QStringLiteral("search"), body.error());
        const auto input = decodeSearch(*body);
        if (!input)
            co_return inside(QStringLiteral("search"), input.error());
        if (!input->text.isEmpty()) {
            co_return invalidField(QStringLiteral("search.filter"), QStringLiteral("a filter without words: items are followed by conditions alone"), {});
        }
        SearchRequest first;
        first.search = { input->condition, {}, {} };
        first.sort = input->sort;
        first.byPriority = input->byPriority;
        first.limit = input->limit;
        first.count = input->count;
        co_return Subscription { command.topic, followItems(log, first, input->columns) };
    }

    TableSubscription tableFor(const StreamCommand &command) const
    {
        LiveTables *tables = &m_services.tables;
        const StreamTopic topic = command.topic;
        TableSubscription table;
        table.name = command.name;
        table.tableFor = [tables, topic](const Caller &caller) { return tables->table(topic, caller); };
        if (topic == StreamTopic::Jobs) {
            // Jobs of others tell how much there is that one does not see.
            table.isSeen = [](const Caller &caller, const LiveTable::Row &row) {
                const QJsonValue actor = row.object ? row.object->value(QStringLiteral("actor")) : QJsonValue();
                return caller.categories.isEmpty() || (actor[QStringLiteral("kind")] == caller.actor.kind && actor[QStringLiteral("id")] == caller.actor.id);
            };
        } else {
            table.isSeen = [only = command.only](const Caller &, const LiveTable::Row &row) { return only.isEmpty() || only.contains(row.key); };
        }
        return table;
    }

    /// With the id of the handshake, by which the log is searched.
    [[nodiscard]] QJsonObject problemOf(const Error &error) const { return encodeProblem(error, httpStatus(error.code), m_request.correlationId); }

    void sendError(const StreamSocket &socket, const QString &name, const Error &error) const
    {
        sendJson(socket,
            { { QStringLiteral("type"), QStringLiteral("error") }, { QStringLiteral("subscription"), name.isEmpty() ? QJsonValue() : QJsonValue(name) },
                { QStringLiteral("problem"), problemOf(error) } });
    }

    /// That nothing comes because nothing can be read is another thing than that nothing happens.
    void tellOf(const std::optional<Error> &trouble, const StreamSocket &socket)
    {
        if (trouble.has_value() == m_stalled)
            return;
        m_stalled = trouble.has_value();
        if (trouble)
            sendJson(socket, { { QStringLiteral("type"), QStringLiteral("stalled") }, { QStringLiteral("problem"), problemOf(*trouble) } });
        else
            sendJson(socket, { { QStringLiteral("type"), QStringLiteral("live") } });
    }

    /// So that a reader to whom nothing happens can go on from a place that the log still has.
    void tellPosition(const StreamSocket &socket)
    {
        const auto now = std::chrono::steady_clock::now();
        if (now - m_toldPosition < betweenPositions)
            return;
        m_toldPosition = now;
        std::optional<qint64> position;
        for (const auto &[name, subscription] : m_subscriptions) {
            if (const auto one = subscription.live->position())
                position = position ? std::min(*position, *one) : *one;
        }
        if (!position || *position == m_position)
            return;
        m_position = *position;
        sendJson(socket, { { QStringLiteral("type"), QStringLiteral("position") }, { QStringLiteral("seq"), m_position } });
    }

    const StreamServices m_services;
    const http::Request m_request;
    std::map<QString, Subscription> m_subscriptions; ///< by name
    std::deque<QByteArray> m_commands;
    Delivery<bool> m_news;
    bool m_signaled = true; ///< events deliver to m_news
    std::chrono::steady_clock::time_point m_nextLook; ///< because of events; commands are obeyed at once
    WhenAgain m_again;
    std::optional<QStringList> m_categories; ///< that the caller saw at the last look
    bool m_stalled = false;
    std::chrono::steady_clock::time_point m_toldPosition = std::chrono::steady_clock::now();
    qint64 m_position = 0;
};

} // namespace

EndpointInfo streamInfo()
{
    // Each topic asks for a privilege of its own.
    return { .method = "GET", .pattern = QStringLiteral("/iwd/v3/stream"), .showsWork = true, .keepsToCategories = true };
}

EndpointInfo topicInfo(StreamTopic topic)
{
    EndpointInfo info = streamInfo();
    switch (topic) {
    case StreamTopic::Items:
    case StreamTopic::Item:
        info.privilege = Privilege::WorkitemsView;
        break;
    case StreamTopic::Queues:
        info.privilege = Privilege::DashboardView;
        break;
    case StreamTopic::Agents:
        info.privilege = Privilege::DashboardView;
        info.keepsToCategories = false;
        break;
    case StreamTopic::Jobs:
        info.privilege = Privilege::WorkitemsBulk;
        break;
    }
    return info;
}

std::shared_ptr<LiveSource> streamSource(StreamServices services, http::Request request)
{
    return std::make_shared<StreamSource>(services, std::move(request));
}

} // namespace iwd
