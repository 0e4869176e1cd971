// SPDX-License-Identifier: Apache-2.0
#include "livesubscription.h"

#include "encoding.h"

#include <contract/searchapi.h>
#include <domain/conditiontree.h>

#include <QJsonDocument>

namespace iwd {

namespace {

constexpr qsizetype mostData = 512 * 1024; ///< bytes of a message, because each reader may keep one waiting
constexpr std::chrono::seconds betweenSnapshots { 1 }; ///< of one subscription, whatever happens

/// The beginning of a message, an open object.
void beginMessage(JsonWriter &json, QLatin1StringView type, const QString &subscription, qint64 seq)
{
    json.beginObject();
    json.name(QLatin1StringView("type")).text(type).name(QLatin1StringView("subscription")).text(subscription).name(QLatin1StringView("seq")).number(seq);
}

void send(const StreamSocket &socket, JsonWriter &json)
{
    json.endObject();
    socket->sendTextMessage(QString::fromUtf8(json.take()));
}

void sendChanges(const StreamSocket &socket, const QString &subscription, qint64 seq, const QString &data)
{
    JsonWriter json;
    beginMessage(json, QLatin1StringView("changes"), subscription, seq);
    const QString head = QString::fromUtf8(json.take());
    socket->sendTextMessage(head + QStringLiteral(",\"data\":") + data + u'}');
}

// ---- What the log tells

/// Where a subscription begins.
struct Beginning
{
    qint64 seq = 0;
    QByteArray data; ///< a JSON array
    bool more = false; ///< not all of it is in data
    std::optional<MatchCount> count;
};

class FollowedLog : public LiveSubscription
{
public:
    explicit FollowedLog(const LogSubscription &log)
        : m_log(log)
        , m_resumeAfter(log.after)
    {
    }

    QCoro::Task<Result<Sent>> send(Caller caller, Deadline deadline, StreamSocket socket) override
    {
        // First: what a reader knows from before the feed began, the feed could not take back.
        const auto again = co_await m_log.feed.advance(caller.tenant);
        if (!again)
            co_return again.error();
        if (!m_log.feed.hasBegun(caller.tenant))
            co_return Sent { false, *again };
        if (m_resumeAfter) {
            const auto resumed = co_await resume(caller, deadline, socket);
            if (!resumed)
                co_return resumed.error();
        }
        if (m_anew) {
            const auto now = std::chrono::steady_clock::now();
            if (now < m_nextSnapshot)
                co_return Sent { false, std::chrono::ceil<milliseconds>(m_nextSnapshot - now) };
            m_nextSnapshot = now + betweenSnapshots;
            const auto begun = co_await begin(caller, deadline, socket);
            if (!begun)
                co_return begun.error();
        }
        const auto more = co_await goOn(caller, deadline, socket);
        if (!more)
            co_return more.error();
        co_return Sent { *more, *again };
    }

    void beginAnew(const QString &why) override
    {
        m_anew = true;
        m_why = why;
        m_resumeAfter.reset();
    }

    std::optional<qint64> position() const override { return m_anew || m_resumeAfter ? std::nullopt : std::optional(m_position); }

protected:
    /// Whether looking at the beginning may take its time.
    [[nodiscard]] virtual bool isSearch() const = 0;
    [[nodiscard]] virtual std::function<Result<Beginning>(Snapshot &)> beginningFor(const Caller &caller) const = 0;
    /// Tells the words for the changes apart from those of other subscriptions.
    [[nodiscard]] virtual QByteArray wordsKey(const CategoryScope &scope) const = 0;
    /// A JSON array.
    [[nodiscard]] virtual QString inWords(const LiveChanges &changes, const CategoryScope &scope) const = 0;
    [[nodiscard]] virtual bool goesByTime() const { return false; }

private:
    QCoro::Task<Result<LiveChanges>> readFrom(TenantId tenant, Deadline deadline, qint64 after, qint64 upTo)
    {
        std::function<Result<LiveChanges>(Snapshot &)> work = [after, upTo](Snapshot &snapshot) { return readChanges(snapshot, after, upTo); };
        const auto changes = co_await m_log.pipeline.read<LiveChanges>(tenant, deadline, work);
        co_return changes;
    }

    /// Goes on behind the event that the reader names, or else begins anew.
    QCoro::Task<Result<bool>> resume(Caller caller, Deadline deadline, StreamSocket socket)
    {
        const auto changes = co_await readFrom(caller.tenant, deadline, *m_resumeAfter, 0);
        if (!isOpen(socket))
            co_return false;
        if (!changes && changes.error().code != ErrorCode::FeedRestarted)
            co_return changes.error();
        if (!changes || changes->tooMany) {
            beginAnew(changes ? QStringLiteral("More has happened since event %1 than can be told one by one.").arg(*m_resumeAfter) : changes.error().text);
            co_return true;
        }
        JsonWriter json;
        beginMessage(json, QLatin1StringView("resumed"), m_log.name, *m_resumeAfter);
        iwd::send(socket, json);
        m_anew = false;
        m_configuration = changes->configuration;
        m_resumeAfter.reset();
        tell(LiveBatch(*changes), { caller.categories }, socket);
        co_return true;
    }

    QCoro::Task<Result<Beginning>> lookAtBeginning(Caller caller, Deadline deadline)
    {
        const auto look = beginningFor(caller);
        if (isSearch()) {
            const auto searched = co_await m_log.pipeline.search<Beginning>(caller.tenant, deadline, look);
            co_return searched;
        }
        const auto read = co_await m_log.pipeline.read<Beginning>(caller.tenant, deadline, look);
        co_return read;
    }

    QCoro::Task<Result<bool>> begin(Caller caller, Deadline deadline, StreamSocket socket)
    {
        const auto beginning = co_await lookAtBeginning(caller, deadline);
        if (!beginning)
            co_return beginning.error();
        if (!isOpen(socket))
            co_return false;
        JsonWriter json;
        beginMessage(json, QLatin1StringView("snapshot"), m_log.name, beginning->seq);
        json.name(QLatin1StringView("reason")).textOrNull(m_why).name(QLatin1StringView("goesByTime")).boolean(goesByTime());
        json.name(QLatin1StringView("count"));
        if (beginning->count)
            json.value(QJsonObject { { QStringLiteral("value"), beginning->count->value }, { QStringLiteral("exact"), beginning->count->exact } });
        else
            json.null();
        json.name(QLatin1StringView("more")).boolean(beginning->more).name(QLatin1StringView("data")).raw(beginning->data);
        iwd::send(socket, json);
        m_position = beginning->seq;
        m_configuration.reset();
        m_anew = false;
        m_why.clear();
        co_return true;
    }

    /// @returns whether there may be more right now
    QCoro::Task<Result<bool>> goOn(Caller caller, Deadline deadline, StreamSocket socket)
    {
        while (isOpen(socket) && !m_anew && m_position < m_log.feed.last(caller.tenant)) {
            if (!hasRoom(socket))
                co_return true;
            std::shared_ptr<const LiveBatch> batch = m_log.feed.batchAfter(caller.tenant, m_position);
            if (!batch) {
                auto own = co_await readFrom(caller.tenant, deadline, m_position, m_log.feed.last(caller.tenant));
                if (!isOpen(socket))
                    co_return false;
                if (!own && own.error().code != ErrorCode::FeedRestarted)
                    co_return own.error();
                if (!own) {
                    beginAnew(own.error().text);
                    continue;
                }
                batch = std::make_shared<const LiveBatch>(*std::move(own));
            }
            tell(*batch, { caller.categories }, socket);
        }
        co_return m_anew;
    }

    void tell(const LiveBatch &batch, const CategoryScope &scope, const StreamSocket &socket)
    {
        const LiveChanges &changes = batch.changes();
        if (changes.tooMany) {
            beginAnew(QStringLiteral("More has happened at once than can be told one by one."));
            return;
        }
        // Who sees some categories only may see others now.
        const bool reordered = m_configuration && m_configuration != changes.configuration && !scope.isEverything();
        m_configuration = changes.configuration;
        if (reordered) {
            beginAnew(QStringLiteral("The configuration has changed, and with it perhaps what you may see."));
            return;
        }
        const QString data = batch.text(wordsKey(scope), [&] { return inWords(changes, scope); });
        if (data.size() > mostData) {
            beginAnew(QStringLiteral("More has happened at once than can be told one by one."));
            return;
        }
        m_position = changes.last;
        if (data != QLatin1StringView("[]"))
            sendChanges(socket, m_log.name, m_position, data);
    }

    const LogSubscription m_log;
    std::optional<qint64> m_resumeAfter;
    bool m_anew = true;
    QString m_why; ///< the reader was told something before, and why that does not count
    qint64 m_position = 0;
    std::shared_ptr<const ConfigurationSnapshot> m_configuration; ///< of the last changes
    std::chrono::steady_clock::time_point m_nextSnapshot;
};

void writeChange(JsonWriter &json, ChangeKind kind, const ItemChange &change, const QStringList &columns)
{
    json.name(QLatin1StringView("change"));
    if (kind == ChangeKind::Left) {
        json.text(QLatin1StringView("left")).name(QLatin1StringView("id")).text(change.record.item.id.toString());
        return;
    }
    json.text(kind == ChangeKind::Entered ? QLatin1StringView("entered") : QLatin1StringView("changed")).name(QLatin1StringView("value"));
    if (columns.isEmpty())
        writeItem(json, change.record.item, change.view);
    else
        json.value(encodeColumns(change.record.item, change.view, columns));
}

bool hasRelativeDates(const Condition::Node &node)
{
    const auto isRelative = [](const ConditionValue &value) { return value.sinceNow.has_value(); };
    return std::any_of(node.values.begin(), node.values.end(), isRelative)
        || std::any_of(node.children.begin(), node.children.end(), [](const auto &child) { return hasRelativeDates(*child); });
}

QByteArray joined(const QStringList &texts)
{
    return QJsonDocument(QJsonArray::fromStringList(texts)).toJson(QJsonDocument::Compact);
}

class FollowedItems final : public FollowedLog
{
public:
    FollowedItems(const LogSubscription &log, SearchRequest request, QStringList columns)
        : FollowedLog(log)
        , m_request(std::move(request))
        , m_columns(std::move(columns))
        , m_key("items" + joined(m_columns) + QJsonDocument(m_request.search.condition.toJson().toObject()).toJson(QJsonDocument::Compact))
    {
    }

protected:
    bool isSearch() const override { return true; }
    bool goesByTime() const override { return m_request.search.condition.root() && hasRelativeDates(*m_request.search.condition.root()); }

    std::function<Result<Beginning>(Snapshot &)> beginningFor(const Caller &caller) const override
    {
        return [request = m_request, columns = m_columns, scope = CategoryScope { caller.categories }](Snapshot &snapshot) mutable -> Result<Beginning> {
            request.scope = scope;
            Beginning beginning;
            beginning.seq = snapshot.lastEvent();
            const auto page = searchItems(snapshot, request);
            if (!page)
                return page.error();
            JsonWriter json;
            json.beginArray();
            for (const ItemRecord &record : page->items) {
                if (json.size() > mostData) {
                    beginning.more = true;
                    break;
                }
                if (columns.isEmpty())
                    writeItem(json, record.item, viewOf(snapshot, record));
                else
                    json.value(encodeColumns(record.item, viewOf(snapshot, record), columns));
            }
            json.endArray();
            beginning.data = json.take();
            beginning.more = beginning.more || !page->next.isEmpty();
            beginning.count = page->count;
            return beginning;
        };
    }

    QByteArray wordsKey(const CategoryScope &scope) const override { return m_key + joined(scope.roots); }

    QString inWords(const LiveChanges &changes, const CategoryScope &scope) const override
    {
        JsonWriter json;
        json.beginArray();
        for (const ItemChange &change : changes.items) {
            const ChangeKind kind = kindOfChange(change, changes, m_request.search.condition, scope);
            if (kind == ChangeKind::None)
                continue;
            json.beginObject();
            writeChange(json, kind, change, m_columns);
            json.endObject();
        }
        json.endArray();
        return QString::fromUtf8(json.take());
    }

private:
    const SearchRequest m_request;
    const QStringList m_columns;
    const QByteArray m_key;
};

class FollowedItem final : public FollowedLog
{
public:
    FollowedItem(const LogSubscription &log, ItemId id)
        : FollowedLog(log)
        , m_id(id)
    {
    }

protected:
    bool isSearch() const override { return false; }

    std::function<Result<Beginning>(Snapshot &)> beginningFor(const Caller &caller) const override
    {
        return [reference = ItemRef { m_id.toString(), {}, { caller.categories } }](Snapshot &snapshot) -> Result<Beginning> {
            Beginning beginning;
            beginning.seq = snapshot.lastEvent();
            const auto record = findItem(snapshot, reference);
            if (!record)
                return record.error();
            JsonWriter json;
            json.beginArray();
            writeItem(json, record->item, viewOf(snapshot, *record));
            json.endArray();
            beginning.data = json.take();
            return beginning;
        };
    }

    QByteArray wordsKey(const CategoryScope &scope) const override { return "item" + QByteArray::number(m_id.number) + joined(scope.roots); }

    QString inWords(const LiveChanges &changes, const CategoryScope &scope) const override
    {
        JsonWriter json;
        json.beginArray();
        for (const ItemChange &change : changes.items) {
            const ChangeKind kind = change.record.item.id == m_id ? kindOfChange(change, changes, {}, scope) : ChangeKind::None;
            if (kind == ChangeKind::None)
                continue;
            json.beginObject();
            writeChange(json, kind, change, {});
            if (kind != ChangeKind::Left) {
                json.name(QLatin1StringView("events")).beginArray();
                for (const StoredEvent &event : change.events)
                    json.raw(event.json());
                json.endArray();
            }
            json.endObject();
        }
        json.endArray();
        return QString::fromUtf8(json.take());
    }

private:
    const ItemId m_id;
};

// ---- What is looked at again and again

class FollowedTable final : public LiveSubscription
{
public:
    explicit FollowedTable(TableSubscription table)
        : m_subscription(std::move(table))
    {
    }

    QCoro::Task<Result<Sent>> send(Caller caller, Deadline deadline, StreamSocket socket) override
    {
        Q_UNUSED(deadline)
        if (!m_table)
            m_table = m_subscription.tableFor(caller);
        const auto table = m_table;
        const auto again = co_await table->refresh();
        if (!again)
            co_return again.error();
        if (isOpen(socket) && table == m_table)
            tell(caller, socket);
        co_return Sent { false, *again };
    }

    void beginAnew(const QString &why) override
    {
        m_table.reset();
        m_revision = 0;
        m_why = why;
    }

private:
    void tell(const Caller &caller, const StreamSocket &socket)
    {
        if (m_table->revision() == m_revision)
            return;
        const LiveTable::News news = m_table->since(m_revision);
        if (news.whole && m_revision > 0)
            m_why = QStringLiteral("Too much has gone since then to name it all.");
        m_revision = news.revision;
        JsonWriter json;
        json.beginArray();
        bool any = false;
        for (const LiveTable::Row &row : news.rows) {
            if (!m_subscription.isSeen(caller, row))
                continue;
            any = true;
            if (news.whole)
                json.value(*row.object);
            else
                writeRow(json, row);
        }
        json.endArray();
        const QByteArray data = json.take();
        if (news.whole)
            tellWhole(socket, data);
        else if (any)
            sendChanges(socket, m_subscription.name, m_revision, QString::fromUtf8(data));
    }

    static void writeRow(JsonWriter &json, const LiveTable::Row &row)
    {
        json.beginObject();
        json.name(QLatin1StringView("change")).text(row.object ? QLatin1StringView("changed") : QLatin1StringView("left"));
        if (row.object)
            json.name(QLatin1StringView("value")).value(*row.object);
        else
            json.name(QLatin1StringView("id")).text(row.key);
        json.endObject();
    }

    void tellWhole(const StreamSocket &socket, const QByteArray &data)
    {
        JsonWriter json;
        beginMessage(json, QLatin1StringView("snapshot"), m_subscription.name, m_revision);
        json.name(QLatin1StringView("reason")).textOrNull(m_why).name(QLatin1StringView("goesByTime")).boolean(false).name(QLatin1StringView("count")).null();
        json.name(QLatin1StringView("more")).boolean(false).name(QLatin1StringView("data")).raw(data);
        iwd::send(socket, json);
        m_why.clear();
    }

    const TableSubscription m_subscription;
    std::shared_ptr<LiveTable> m_table;
    qint64 m_revision = 0; ///< that the reader knows
    QString m_why;
};

} // namespace

std::shared_ptr<LiveSubscription> followItems(const LogSubscription &log, SearchRequest request, QStringList columns)
{
    return std::make_shared<FollowedItems>(log, std::move(request), std::move(columns));
}

std::shared_ptr<LiveSubscription> followItem(const LogSubscription &log, ItemId id)
{
    return std::make_shared<FollowedItem>(log, id);
}

std::shared_ptr<LiveSubscription> followTable(TableSubscription table)
{
    return std::make_shared<FollowedTable>(std::move(table));
}

} // namespace iwd
