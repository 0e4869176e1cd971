// SPDX-License-Identifier: Apache-2.0
#include "historychecker.h"

#include <QDateTime>
#include <QFile>
#include <QHash>
#include <QJsonArray>
#include <QJsonDocument>

#include <unordered_map>

namespace iwd::test {

namespace {

constexpr int mostOfAKind = 20; ///< one fault often has a thousand consequences

QString text(const QJsonObject &object, const char *name)
{
    return object.value(QLatin1StringView(name)).toString();
}

QJsonObject parsed(const QByteArray &json)
{
    return QJsonDocument::fromJson(json).object();
}

bool isDone(const Attempt &attempt)
{
    return attempt.status >= 200 && attempt.status < 300;
}

QString nameOf(const Operation &operation)
{
    return QStringLiteral("operation %1 of client %2 (%3 %4)")
        .arg(operation.number)
        .arg(operation.client)
        .arg(QString::fromLatin1(operation.method), QString::fromLatin1(operation.target));
}

/// Where an event is, and in whose hands its item was when it came.
struct Place
{
    qint64 event = 0;
    QString item;
    QString holder;
    qint64 assignedBy = 0; ///< event by which the holder had it
};

/// Every key under which an effect may look for @p event. @param holder who had the item, or was offered it, before
QStringList keysOf(const QJsonObject &event, const QString &holder)
{
    const QString type = text(event, "type");
    const QString item = text(event, "item");
    const QJsonObject after = event.value(QStringLiteral("after")).toObject();
    QStringList marks { item, text(event, "reason") };
    if (type == QLatin1StringView("item.created"))
        marks.append(text(event, "captureId"));
    // What is accepted stays with the agent it was offered to.
    const QString agent = after.contains(QStringLiteral("assignedToUser")) ? text(after, "assignedToUser") : holder;
    if (type == QLatin1StringView("item.assigned"))
        marks.append(Effect::takenMark(item, agent, text(after, "assignedDateTime")));
    if (type == QLatin1StringView("item.offered"))
        marks.append(Effect::takenMark(item, agent, text(event, "time")));
    marks.append(text(after.value(QStringLiteral("custom")).toObject(), "mark"));
    marks.append(text(after, "resultCode"));
    marks.append(text(after, "description"));
    QStringList keys;
    for (const QString &mark : marks) {
        if (!mark.isEmpty() && !keys.contains(type + u'\n' + mark))
            keys.append(type + u'\n' + mark);
    }
    return keys;
}

class Check
{
public:
    Check(const std::vector<Operation> &operations, const Observation &observation, const HistoryRules &rules)
        : m_operations(operations)
        , m_observation(observation)
        , m_rules(rules)
        , m_replay(rules.gapsAllowed)
    {
    }

    QStringList run()
    {
        readFeed();
        checkReadings();
        checkOperations();
        checkCounts();
        checkOrder();
        checkAnswers();
        checkTokens();
        checkItems();
        checkAssignments();
        checkObjects();
        m_found += m_replay.differences(m_observation.queueFigures, m_observation.serverFigures);
        return m_found;
    }

private:
    void complain(const QString &kind, const QString &what)
    {
        if (++m_kinds[kind] <= mostOfAKind)
            m_found.append(kind + QStringLiteral(": ") + what);
    }

    void readFeed()
    {
        for (const QByteArray &json : m_observation.feed) {
            const QJsonObject event = parsed(json);
            Place place { event.value(QStringLiteral("id")).toInteger(), text(event, "item"), {}, 0 };
            if (const auto item = m_replay.items().find(place.item); item != m_replay.items().end()) {
                place.holder = text(item->second.fields, "assignedToUser");
                place.assignedBy = item->second.assignedBy;
            }
            for (const QString &key : keysOf(event, place.holder))
                m_places[key].push_back(place);
            if (text(event, "type") == QLatin1StringView("item.lease_expired"))
                m_leaseEnds[place.assignedBy] = text(event, "time");
            if (text(event, "type") == QLatin1StringView("item.offer_expired"))
                m_offerEnds[place.assignedBy] = text(event, "time");
            m_replay.apply(event);
        }
        m_found += m_replay.complaints();
    }

    void checkReadings()
    {
        for (const auto &[reader, seen] : m_observation.readings) {
            for (size_t i = 0; i < seen.size(); ++i) {
                if (i < m_observation.feed.size() && seen[i] == m_observation.feed[i])
                    continue;
                complain(QStringLiteral("feed"),
                    QStringLiteral("reader %1 saw as number %2 of the feed %3, but there is %4")
                        .arg(reader)
                        .arg(i + 1)
                        .arg(QString::fromUtf8(seen[i].left(120)), i < m_observation.feed.size() ? QString::fromUtf8(m_observation.feed[i].left(120)) : QStringLiteral("nothing")));
                break;
            }
        }
    }

    [[nodiscard]] const std::vector<Place> &placesOf(const QString &key) const
    {
        static const std::vector<Place> none;
        const auto found = m_places.find(key);
        return found == m_places.end() ? none : found->second;
    }

    void checkOperations()
    {
        for (const Operation &operation : m_operations) {
            const auto outcome = operation.outcome();
            size_t present = 0;
            size_t marked = 0;
            for (const Effect &effect : operation.effects) {
                if (effect.kind != Effect::Marked)
                    continue;
                const auto &places = placesOf(effect.key());
                ++marked;
                present += !places.empty();
                if (places.size() > 1)
                    complain(QStringLiteral("doubled"), QStringLiteral("%1 took effect %2 times: %3").arg(nameOf(operation)).arg(places.size()).arg(effect.mark));
                if (places.empty() && outcome == Operation::Outcome::Done)
                    complain(QStringLiteral("lost"), QStringLiteral("%1 was acknowledged, but there is no %2 with %3").arg(nameOf(operation), effect.type, effect.mark));
                if (!places.empty() && outcome == Operation::Outcome::Undone)
                    complain(QStringLiteral("done though refused"), QStringLiteral("%1 was refused, but there is %2 with %3").arg(nameOf(operation), effect.type, effect.mark));
                if (!places.empty() && !effect.item.isEmpty() && places.front().item != effect.item)
                    complain(QStringLiteral("elsewhere"), QStringLiteral("%1 was about %2, but took effect on %3").arg(nameOf(operation), effect.item, places.front().item));
            }
            if (outcome == Operation::Outcome::Unknown && present != 0 && present != marked)
                complain(QStringLiteral("half done"), QStringLiteral("%1 was never answered, and %2 of its %3 parts are there").arg(nameOf(operation)).arg(present).arg(marked));
            for (const Effect &effect : operation.never) {
                if (!placesOf(effect.key()).empty())
                    complain(QStringLiteral("done though refused"), QStringLiteral("a part of %1 was refused, but there is %2 with %3").arg(nameOf(operation), effect.type, effect.mark));
            }
        }
    }

    /// Of effects that cannot be told apart, as many as were acknowledged, and no more than were wished for.
    void checkCounts()
    {
        struct Bounds
        {
            qint64 least = 0;
            qint64 most = 0;
            bool open = false;
        };
        QHash<QString, Bounds> expected;
        for (const Operation &operation : m_operations) {
            for (const Effect &effect : operation.effects) {
                if (effect.kind == Effect::Marked)
                    continue;
                Bounds &bounds = expected[effect.key()];
                bounds.least += operation.outcome() == Operation::Outcome::Done;
                bounds.most += operation.outcome() != Operation::Outcome::Undone;
                bounds.open = bounds.open || effect.kind == Effect::Taken;
            }
        }
        for (auto entry = expected.begin(); entry != expected.end(); ++entry) {
            const auto there = static_cast<qint64>(placesOf(entry.key()).size());
            const QString what = QString(entry.key()).replace(u'\n', u' ');
            if (there < entry->least)
                complain(QStringLiteral("lost"), QStringLiteral("%1 was acknowledged %2 times and is there %3 times").arg(what).arg(entry->least).arg(there));
            if (!entry->open && there > entry->most)
                complain(QStringLiteral("doubled"), QStringLiteral("%1 was wished for %2 times and is there %3 times").arg(what).arg(entry->most).arg(there));
        }
    }

    void checkOrder()
    {
        struct Span
        {
            qint64 event;
            const Operation *operation;
            qint64 began;
            qint64 ended;
        };
        std::vector<Span> spans;
        for (const Operation &operation : m_operations) {
            const Attempt *done = operation.acknowledgement();
            if (!done || operation.effects.empty() || operation.effects.front().kind != Effect::Marked)
                continue;
            if (const auto &places = placesOf(operation.effects.front().key()); places.size() == 1)
                spans.push_back({ places.front().event, &operation, operation.attempts.front().beganUs, done->endedUs });
        }
        std::sort(spans.begin(), spans.end(), [](const Span &left, const Span &right) { return left.event < right.event; });
        const Span *latest = nullptr;
        for (const Span &span : spans) {
            if (latest && span.ended < latest->began)
                complain(QStringLiteral("order"), QStringLiteral("%1 was acknowledged before %2 began, but comes after it").arg(nameOf(*span.operation), nameOf(*latest->operation)));
            if (!latest || span.began > latest->began)
                latest = &span;
        }
    }

    /// Several answers of one operation.
    void checkAnswers()
    {
        for (const Operation &operation : m_operations) {
            const Attempt *first = nullptr;
            for (const Attempt &attempt : operation.attempts) {
                // That there is no work is no answer that is kept.
                if (!isDone(attempt) || (attempt.answer.startsWith("{\"item\":null")))
                    continue;
                if (first && operation.key.isEmpty() && parsed(first->answer).value(QStringLiteral("id")) != parsed(attempt.answer).value(QStringLiteral("id")))
                    complain(QStringLiteral("answers"), QStringLiteral("%1 got two answers about different items").arg(nameOf(operation)));
                if (first && !operation.key.isEmpty() && attempt.answer != first->answer)
                    complain(QStringLiteral("answers"), QStringLiteral("%1 got another answer than the stored one").arg(nameOf(operation)));
                if (first && !operation.key.isEmpty() && !attempt.replayed)
                    complain(QStringLiteral("answers"), QStringLiteral("%1 got an answer twice that does not say it is a stored one").arg(nameOf(operation)));
                if (!first && attempt.replayed && &attempt == &operation.attempts.front())
                    complain(QStringLiteral("answers"), QStringLiteral("%1 got a stored answer when it asked for the first time").arg(nameOf(operation)));
                first = first ? first : &attempt;
            }
        }
    }

    void checkTokens()
    {
        struct Told
        {
            QString mark;
            QString leaseUntil; ///< the latest that the client was told
            QString offeredUntil; ///< what is accepted gets a lease instead, which may be shorter
            qint64 event = 0; ///< by which it was taken
        };
        std::map<qint64, Told> tokens;
        for (const Operation &operation : m_operations) {
            const Attempt *done = operation.acknowledgement();
            const QJsonObject answer = done ? parsed(done->answer) : QJsonObject();
            const QJsonObject assignment = answer.value(QStringLiteral("assignment")).toObject();
            if (assignment.isEmpty())
                continue;
            const qint64 token = assignment.value(QStringLiteral("token")).toInteger();
            const QString mark
                = Effect::takenMark(text(answer.value(QStringLiteral("item")).toObject(), "id"), text(assignment, "agent"), text(assignment, "takenDateTime"));
            Told &told = tokens[token];
            if (!told.mark.isEmpty() && told.mark != mark)
                complain(QStringLiteral("tokens"), QStringLiteral("token %1 was given for [%2] and for [%3]").arg(token).arg(told.mark, mark));
            told.mark = mark;
            QString &until = assignment.value(QStringLiteral("offered")).toBool() ? told.offeredUntil : told.leaseUntil;
            until = std::max(until, text(assignment, "leaseUntilDateTime"));
        }
        qint64 last = 0;
        for (auto &[token, told] : tokens) {
            // Taken twice within a millisecond by the same agent: which is which cannot be told.
            const auto &offers = placesOf(QStringLiteral("item.offered\n") + told.mark);
            const auto &places = offers.empty() ? placesOf(QStringLiteral("item.assigned\n") + told.mark) : offers;
            if (places.size() != 1)
                continue;
            told.event = places.front().event;
            if (told.event <= last)
                complain(QStringLiteral("tokens"), QStringLiteral("token %1 is of event %2, but a smaller token is of event %3").arg(token).arg(told.event).arg(last));
            last = std::max(last, told.event);
            checkEnd(QStringLiteral("lease"), token, m_leaseEnds, told.event, told.leaseUntil);
            checkEnd(QStringLiteral("offer"), token, m_offerEnds, told.event, told.offeredUntil);
        }
        for (const Operation &operation : m_operations) {
            if (operation.token == 0 || operation.outcome() != Operation::Outcome::Done)
                continue;
            if (operation.effects.empty()) {
                complain(QStringLiteral("tokens"), QStringLiteral("%1 was let act with token %2, but says nothing that it can be found by").arg(nameOf(operation)).arg(operation.token));
                continue;
            }
            if (operation.effects.front().kind != Effect::Marked)
                continue;
            const auto &places = placesOf(operation.effects.front().key());
            if (places.empty())
                continue;
            const Told &told = tokens[operation.token];
            if (places.front().holder != operation.agent || (told.event != 0 && places.front().assignedBy != told.event))
                complain(QStringLiteral("tokens"),
                    QStringLiteral("%1 was let act with token %2 of %3, but event %4 found the item in the hands of \"%5\"")
                        .arg(nameOf(operation))
                        .arg(operation.token)
                        .arg(operation.agent)
                        .arg(places.front().event)
                        .arg(places.front().holder));
        }
    }

    /// @param ends when they ended, by the event that began them
    void checkEnd(const QString &what, qint64 token, const std::map<qint64, QString> &ends, qint64 begun, const QString &until)
    {
        const auto ended = ends.find(begun);
        if (ended != ends.end() && ended->second < until)
            complain(QStringLiteral("leases"), QStringLiteral("the %1 of token %2 ended at %3, but was given until %4").arg(what).arg(token).arg(ended->second, until));
    }

    void checkItems()
    {
        size_t known = 0;
        for (const QJsonObject &item : m_observation.items) {
            const QString id = text(item, "id");
            const auto replayed = m_replay.items().find(id);
            if (replayed == m_replay.items().end()) {
                complain(QStringLiteral("items"), QStringLiteral("%1 is there, but no event tells of it").arg(id));
                continue;
            }
            ++known;
            for (const QString &field : m_replay.itemFields()) {
                if (!sameValue(item.value(field), replayed->second.fields.value(field)))
                    complain(QStringLiteral("items"),
                        QStringLiteral("%1: %2 is \"%3\", but the events make it \"%4\"").arg(id, field, item.value(field).toVariant().toString(), replayed->second.fields.value(field).toVariant().toString()));
            }
            if (item.value(QStringLiteral("custom")).toObject() != replayed->second.custom)
                complain(QStringLiteral("items"), QStringLiteral("%1: its custom attributes are not what the events make them").arg(id));
        }
        if (known != m_replay.items().size())
            complain(QStringLiteral("items"), QStringLiteral("events tell of %1 items, %2 of them are there").arg(m_replay.items().size()).arg(known));
    }

    void checkAssignments()
    {
        std::map<QString, QString> holders;
        const QDateTime now = QDateTime::fromString(text(m_observation.queueFigures, "asOf"), Qt::ISODateWithMs);
        for (const auto &[agent, list] : m_observation.assignments) {
            for (const QJsonObject &entry : list) {
                const QString item = text(entry.value(QStringLiteral("item")).toObject(), "id");
                const QJsonObject assignment = entry.value(QStringLiteral("assignment")).toObject();
                if (!holders.try_emplace(item, agent).second)
                    complain(QStringLiteral("assignments"), QStringLiteral("%1 is in the hands of %2 and of %3").arg(item, holders[item], agent));
                const QDateTime until = QDateTime::fromString(text(assignment, "leaseUntilDateTime"), Qt::ISODateWithMs);
                if (now.isValid() && until.addMSecs(m_rules.leaseSlack.count()) < now)
                    complain(QStringLiteral("leases"), QStringLiteral("the lease of %1 on %2 ended at %3 and nobody noticed").arg(agent, item, text(assignment, "leaseUntilDateTime")));
            }
        }
        for (const QJsonObject &item : m_observation.items) {
            const QString id = text(item, "id");
            const bool assigned = text(item, "status") == QLatin1StringView("assigned");
            const auto holder = holders.find(id);
            if (assigned != (holder != holders.end()) || (assigned && text(item, "assignedToUser") != holder->second))
                complain(QStringLiteral("assignments"),
                    QStringLiteral("%1 is %2 by \"%3\", but the assignments say \"%4\"")
                        .arg(id, text(item, "status"), text(item, "assignedToUser"), holder == holders.end() ? QStringLiteral("nobody") : holder->second));
        }
    }

    void checkObjects()
    {
        for (const auto &[name, object] : m_observation.objects) {
            const auto replayed = m_replay.objects().find(name);
            if (replayed == m_replay.objects().end())
                continue; // made before the first event
            for (auto field = replayed->second.begin(); field != replayed->second.end(); ++field) {
                if (object.contains(field.key()) && !sameValue(object.value(field.key()), *field))
                    complain(QStringLiteral("objects"), QStringLiteral("%1: %2 is not what the events make it").arg(name, field.key()));
            }
        }
    }

    const std::vector<Operation> &m_operations;
    const Observation &m_observation;
    const HistoryRules m_rules;
    FeedReplay m_replay;
    std::unordered_map<QString, std::vector<Place>> m_places;
    std::map<qint64, QString> m_leaseEnds; ///< by the event that began the assignment
    std::map<qint64, QString> m_offerEnds; ///< of offers that nobody answered
    QHash<QString, int> m_kinds;
    QStringList m_found;
};

} // namespace

Operation::Outcome Operation::outcome() const
{
    Outcome outcome = Outcome::Undone;
    for (const Attempt &attempt : attempts) {
        if (isDone(attempt))
            return Outcome::Done;
        const bool unknown = attempt.answer.contains("\"outcome\":\"unknown\""); // the connection to the database was lost during the commit
        if (attempt.status == 503 && !unknown)
            continue; // this time it did nothing, and looked at nothing
        if (attempt.status == 0 || attempt.status >= 500)
            outcome = Outcome::Unknown;
        else if (!key.isEmpty())
            outcome = Outcome::Undone; // had it been done, the stored answer would have come
    }
    return outcome;
}

const Attempt *Operation::acknowledgement() const
{
    const auto found = std::find_if(attempts.begin(), attempts.end(), isDone);
    return found == attempts.end() ? nullptr : &*found;
}

QStringList checkHistory(const std::vector<Operation> &operations, const Observation &observation, const HistoryRules &rules)
{
    return Check(operations, observation, rules).run();
}

bool writeHistory(const QString &path, const std::vector<Operation> &operations, const Observation &observation)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate))
        return false;
    const auto line = [&file](const QJsonObject &object) { file.write(QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n'); };
    for (const Operation &operation : operations) {
        QJsonArray attempts;
        for (const Attempt &attempt : operation.attempts)
            attempts.append(QJsonObject { { QStringLiteral("server"), attempt.server }, { QStringLiteral("beganUs"), attempt.beganUs }, { QStringLiteral("endedUs"), attempt.endedUs },
                { QStringLiteral("status"), attempt.status }, { QStringLiteral("replayed"), attempt.replayed }, { QStringLiteral("answer"), QString::fromUtf8(attempt.answer) } });
        QJsonArray effects;
        for (const Effect &effect : operation.effects)
            effects.append(effect.key());
        line({ { QStringLiteral("operation"), operation.number }, { QStringLiteral("client"), operation.client }, { QStringLiteral("method"), QString::fromLatin1(operation.method) },
            { QStringLiteral("target"), QString::fromLatin1(operation.target) }, { QStringLiteral("body"), QString::fromUtf8(operation.body) },
            { QStringLiteral("key"), QString::fromLatin1(operation.key) }, { QStringLiteral("effects"), effects }, { QStringLiteral("attempts"), attempts } });
    }
    for (const QByteArray &event : observation.feed)
        file.write("{\"event\":" + event + "}\n");
    for (const QJsonObject &item : observation.items)
        line({ { QStringLiteral("item"), item } });
    line({ { QStringLiteral("queueFigures"), observation.queueFigures }, { QStringLiteral("serverFigures"), observation.serverFigures } });
    return file.flush();
}

} // namespace iwd::test
