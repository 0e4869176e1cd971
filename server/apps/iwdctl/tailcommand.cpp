// SPDX-License-Identifier: Apache-2.0
#include "tailcommand.h"

#include "connection.h"
#include "console.h"
#include "eventfilter.h"
#include "interrupt.h"
#include "itemcommands.h"
#include "printing.h"
#include "styledline.h"

#include <client/latch.h>

#include <QCoreApplication>

#include <limits>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace iwd {
namespace {

constexpr auto LongestWait = 30s; ///< for the first event of a page; proxies cut connections that are silent for a minute
constexpr int PageSize = 500;
constexpr milliseconds FirstRest { 500 };
constexpr milliseconds LongestRest { 10'000 };
constexpr int NeverCut = 100'000; ///< cells of a line

/// A tail that runs.
struct Tail
{
    std::shared_ptr<Client> client;
    EventFilter filter;
    bool json = false;
    bool once = false;
    Look look;
    qint64 after = 0; ///< the last event that was dealt with
    qint64 left = 0; ///< how many to show
    bool interrupted = false;
    bool connected = false; ///< it was, at least once
    milliseconds rest { 0 }; ///< before the next try; zero while all is well
    std::shared_ptr<Latch> resting;

    /// Whoever waits goes on later, not inside of the signal of an object that goes on with this.
    void interrupt()
    {
        interrupted = true;
        QTimer::singleShot(0, QCoreApplication::instance(), [client = client, latch = resting] {
            client->close();
            if (latch)
                latch->open();
        });
    }
};
using SharedTail = std::shared_ptr<Tail>;

Style styleOf(const QString &type)
{
    static const std::map<QString, Style> styles { { u"item.created"_s, Style::Accent }, { u"item.completed"_s, Style::Good }, { u"item.held"_s, Style::Poor },
        { u"item.offer_expired"_s, Style::Poor }, { u"item.lease_expired"_s, Style::Bad }, { u"item.errorheld"_s, Style::Bad }, { u"item.rejected"_s, Style::Bad },
        { u"item.expired"_s, Style::Bad } };
    const auto found = styles.find(type);
    return found == styles.end() ? Style::Strong : found->second;
}

/// What it happened to.
QString subjectOf(const QJsonObject &event)
{
    const QString captureId = fieldText(event["captureId"_L1]);
    const QString item = fieldText(event["item"_L1]);
    if (!item.isEmpty())
        return captureId.isEmpty() ? item : u"%1 (%2)"_s.arg(captureId, item);
    const QJsonObject after = event["after"_L1].toObject();
    return u"%1 %2"_s.arg(fieldText(after["kind"_L1]), fieldText(after["id"_L1])).trimmed();
}

QString eventLine(const QJsonObject &event, Look look)
{
    const QString queue = fieldText(event["class"_L1]["queue"_L1]);
    const QJsonObject actor = event["actor"_L1].toObject();
    const QString name = fieldText(actor["name"_L1]);
    StyledLine line;
    line.add(event["time"_L1].toString().left(23).replace(u'T', u' '), Style::Dim).to(25);
    line.add(fieldText(event["id"_L1]), Style::Dim).to(35);
    line.add(subjectOf(event) + u"  "_s).to(61);
    line.add(eventSentence(event), styleOf(event["type"_L1].toString()));
    if (!queue.isEmpty() && !eventSentence(event).contains(u"queue "_s + queue))
        line.add(u"  in "_s + queue, Style::Dim);
    line.add(u"  by "_s + (name.isEmpty() ? fieldText(actor["kind"_L1]) : name), Style::Dim);
    return line.toText(look, NeverCut) + u'\n';
}

/// Waits before the next try, longer each time; an interrupt ends it.
QCoro::Task<> restAWhile(SharedTail tail)
{
    tail->rest = tail->rest == 0ms ? FirstRest : std::min(tail->rest * 2, LongestRest);
    tail->resting = std::make_shared<Latch>();
    const auto latch = tail->resting;
    QObject here; // nobody is woken any more after an earlier end
    QTimer::singleShot(tail->rest, &here, [latch] { latch->open(); });
    co_await latch->wait();
    tail->resting.reset();
}

/// Going on is all that is left, but whoever copies the events has to know that some are missing.
void tellOfGap(const SharedTail &tail, const Error &gap)
{
    // Either the events up to the first one that is kept are gone, or the log ends earlier than what was seen.
    const bool isTooOld = gap.args.contains("first"_L1);
    const qint64 next = isTooOld ? gap.args["first"_L1].toInteger() - 1 : gap.args["last"_L1].toInteger();
    console::complain(u"GAP: %1 Going on after event %2."_s.arg(gap.text).arg(next));
    if (tail->json)
        console::print(jsonLine({ { u"type"_s, u"gap"_s }, { u"after"_s, tail->after }, { u"next"_s, next }, { u"reason"_s, gap.text } }));
    tail->after = next;
}

bool passes(const Error &error)
{
    switch (error.code) {
    case ErrorCode::Unreachable:
    case ErrorCode::DeadlineExceeded:
    case ErrorCode::Busy:
    case ErrorCode::Draining:
    case ErrorCode::StorageUnavailable:
    case ErrorCode::TooManyRequests:
        return true;
    default:
        return false;
    }
}

/// @returns whether to go on
QCoro::Task<bool> outlive(SharedTail tail, Error error)
{
    if (error.code == ErrorCode::FeedRestarted) {
        tellOfGap(tail, error);
        co_return true;
    }
    if (!passes(error) || !tail->connected || tail->once)
        co_return false;
    if (tail->rest == 0ms)
        console::complain(u"%1 Trying again; nothing is missed meanwhile (last event: %2)."_s.arg(error.text).arg(tail->after));
    co_await restAWhile(tail);
    co_return true;
}

void show(const SharedTail &tail, const QJsonArray &events)
{
    for (const auto &entry : events) {
        if (tail->left == 0)
            return;
        const QJsonObject event = entry.toObject();
        if (tail->filter.wants(event)) {
            if (tail->json)
                console::print(jsonLine(event));
            else
                console::printStyled(eventLine(event, tail->look));
            --tail->left;
        }
        tail->after = event["id"_L1].toInteger();
    }
}

/// The id of the newest event. Asked of the feed itself, which names it when it refuses a cursor from the future: whoever may tail may ask that.
QCoro::Task<Result<qint64>> newestEvent(std::shared_ptr<Client> client)
{
    const auto page = co_await client->events(std::numeric_limits<qint64>::max(), 1, 0s);
    if (page)
        co_return page->value("next"_L1).toInteger();
    if (page.error().code != ErrorCode::FeedRestarted)
        co_return page.error();
    co_return page.error().args["last"_L1].toInteger();
}

QCoro::Task<int> follow(SharedTail tail)
{
    while (tail->left > 0 && !console::outputHasFailed()) {
        const auto client = tail->client;
        const auto wait = tail->once ? 0s : LongestWait;
        const auto page = co_await client->events(tail->after, PageSize, wait);
        if (tail->interrupted)
            co_return ExitInterrupted;
        if (!page) {
            const bool goesOn = co_await outlive(tail, page.error());
            if (tail->interrupted)
                co_return ExitInterrupted;
            if (!goesOn)
                co_return fail(page.error());
            continue;
        }
        if (std::exchange(tail->rest, 0ms) > 0ms)
            console::complain(u"Connected again; going on after event %1."_s.arg(tail->after));
        tail->connected = true;
        show(tail, page->value("data"_L1).toArray());
        if (tail->once && !page->value("more"_L1).toBool())
            break;
    }
    co_return ExitFine;
}

/// A number of at least @p least. @returns nothing, after a complaint, when it is none
std::optional<qint64> numberOf(const CommandLine &line, const QString &option, qint64 least, qint64 otherwise)
{
    bool isNumber = true;
    const qint64 number = line.has(option) ? line.value(option).toLongLong(&isNumber) : otherwise;
    if (isNumber && number >= least)
        return number;
    console::complain(u"--%1 is a number from %2 on, not \"%3\"."_s.arg(option).arg(least).arg(line.value(option)));
    return std::nullopt;
}

} // namespace

CommandSpec tailCommand()
{
    return { u"tail"_s, {}, u"Shows events as they happen, until Ctrl+C."_s,
        { { u"after"_s, u"ID"_s, u"also those after this event; 0: all that are kept; default: from now on"_s },
            { u"type"_s, u"TYPE,…"_s, u"such as item.completed, or item, agent, config for all of that kind"_s, true },
            { u"item"_s, u"ID,…"_s, u"of these items, by id or the source's key"_s, true },
            { u"queue"_s, u"ID,…"_s, u"of items in these queues"_s, true },
            { u"limit"_s, u"N"_s, u"end after so many"_s },
            { u"once"_s, {}, u"show what is there, all of it without --after, and end"_s } } };
}

QCoro::Task<int> runTail(CommandLine line, std::shared_ptr<Client> client)
{
    const auto filter = eventFilterOf(line);
    if (!filter)
        co_return failUsage(filter.error());
    const auto limit = numberOf(line, u"limit"_s, 1, std::numeric_limits<qint64>::max());
    const auto after = numberOf(line, u"after"_s, 0, 0);
    if (!limit || !after)
        co_return ExitUsage;

    auto tail = std::make_shared<Tail>();
    tail->client = client;
    tail->filter = *filter;
    tail->json = wantsJson(line);
    tail->once = line.has(u"once"_s);
    tail->look = { console::wantsColor(), console::speaksUtf8() || !console::isTerminal() };
    tail->left = *limit;
    tail->after = *after;
    Interrupt interrupt;
    QObject::connect(&interrupt, &Interrupt::requested, &interrupt, [tail] { tail->interrupt(); });
    if (!line.has(u"after"_s) && !tail->once) {
        const auto newest = co_await newestEvent(client);
        if (tail->interrupted)
            co_return ExitInterrupted;
        if (!newest)
            co_return fail(newest.error());
        tail->after = *newest;
        tail->connected = true;
    }
    const int code = co_await follow(tail);
    if (code == ExitInterrupted)
        console::complain(u"Stopped. To go on from here: iwdctl tail --after %1"_s.arg(tail->after));
    co_return code;
}

} // namespace iwd
