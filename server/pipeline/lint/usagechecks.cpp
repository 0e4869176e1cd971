// SPDX-License-Identifier: Apache-2.0
#include "checks.h"

namespace iwd {

using namespace Qt::StringLiterals;

namespace {

constexpr std::chrono::hours LongSilence { 24 }; ///< of a capture point; less may be any night
constexpr std::chrono::hours AWeek { 7 * 24 }; ///< whoever was not looked at for so long may have a weekend
constexpr qint64 EnoughArrivals = 20; ///< to know how a capture point behaves
constexpr qint64 ManyErrorHeld = 20;
constexpr std::chrono::hours LongErrorHeld { 24 };

QString ruleField(size_t index)
{
    return u"overflow[%1]"_s.arg(index);
}

/// Why the rule never moves anything; empty: it may.
QString whyNeverFires(const LintMatter &matter, const Queue &queue, size_t index)
{
    const OverflowRule &rule = queue.overflow[index];
    const std::span<const OverflowRule> earlier = std::span(queue.overflow).first(index);
    const auto takenBy = [&](const std::function<bool(const OverflowRule &)> &takes) -> QString {
        const auto found = std::find_if(earlier.begin(), earlier.end(), takes);
        return found == earlier.end() ? QString()
                                      : u"rule %1 is tried before it and moves everything that it could move. Remove one of them, or turn their order about"_s.arg(found - earlier.begin() + 1);
    };
    if (rule.after)
        return takenBy([&](const OverflowRule &other) { return other.after && *other.after <= *rule.after; });
    if (rule.backlogAbove)
        return takenBy([&](const OverflowRule &other) { return other.backlogAbove && *other.backlogAbove <= *rule.backlogAbove; });
    const BusinessCalendar *calendar = matter.configuration.calendar(queue.calendarId);
    if (!calendar)
        return u"it is for times at which the queue is closed, but the queue has no calendar and is always open. Give the queue a calendar, or remove the rule"_s;
    if (!calendar->nextClose(matter.snapshot.now()))
        return u"it is for times at which the queue is closed, but calendar \"%1\" never closes. Give the calendar closed hours, or remove the rule"_s.arg(queue.calendarId);
    return takenBy([](const OverflowRule &other) { return other.whenClosed; });
}

/// Who goes by the calendar, in words.
QStringList usersOf(const ConfigurationSnapshot &configuration, const QString &calendarId)
{
    QStringList users;
    for (const Queue &queue : configuration.queues()) {
        if (queue.calendarId == calendarId)
            users.append(u"queue \"%1\""_s.arg(queue.id));
    }
    for (const PrioritizationSchema &schema : configuration.schemas()) {
        if (schema.calendarId == calendarId)
            users.append(u"schema \"%1\""_s.arg(schema.id));
    }
    for (const auto &[id, node] : configuration.categories()) {
        if (!node->deleted && node->category.calendarId == calendarId)
            users.append(u"category \"%1\""_s.arg(id));
    }
    users.sort();
    return users;
}

void checkCalendar(const LintMatter &matter, const QString &id, const BusinessCalendar &calendar, std::vector<Finding> &findings)
{
    const QStringList users = usersOf(matter.configuration, id);
    const bool isUsed = !users.isEmpty() || matter.snapshot.isUsedByItems(ConfigKind::Calendar, id);
    if (!isUsed)
        findings.push_back(aFinding("calendar.unused"_L1, Severity::Hint, ConfigKind::Calendar, id, u"Nothing goes by calendar \"%1\": no queue, schema, category or open item. Delete it, or use it."_s.arg(id)));
    if (calendar.nextOpen(matter.snapshot.now()))
        return;
    Concerned concerned;
    for (const WaitingClass &one : matter.waiting) {
        const Queue *queue = matter.configuration.queue(one.terms.queueId);
        if (one.terms.calendarId == id || (queue && queue->calendarId == id))
            concerned.add(one);
    }
    const QString by = users.isEmpty() ? QString() : u" It is used by %1."_s.arg(QStringList(users.mid(0, 10)).join(u", "_s));
    Finding finding = aFinding("calendar.never_open"_L1, isUsed ? Severity::Error : Severity::Hint, ConfigKind::Calendar, id,
        u"Calendar \"%1\" is never open again: a queue that goes by it hands nothing out, and time that it counts stands still.%2 Give it open hours."_s.arg(id, by));
    concerned.fill(finding, matter.limits);
    findings.push_back(std::move(finding));
}

QString inWords(milliseconds time)
{
    const auto hours = std::chrono::duration_cast<std::chrono::hours>(time).count();
    return hours >= 48 ? u"%1 days"_s.arg(hours / 24) : u"%1 hours"_s.arg(hours);
}

qint64 errorHeldCount(const LiveFigures::Figures &figures)
{
    qint64 count = 0;
    for (const auto &[id, queue] : figures.queues)
        count += queue.byStatus[static_cast<size_t>(ItemStatus::ErrorHeld)];
    return count;
}

} // namespace

void checkOverflow(const LintMatter &matter, std::vector<Finding> &findings)
{
    for (const Queue &queue : matter.configuration.queues()) {
        for (size_t i = 0; i < queue.overflow.size(); ++i) {
            if (const QString reason = whyNeverFires(matter, queue, i); !reason.isEmpty()) {
                findings.push_back(aFinding("overflow.never_fires"_L1, Severity::Warning, ConfigKind::Queue, queue.id,
                    u"Overflow rule %1 of queue \"%2\" (to \"%3\") never moves anything: %4."_s.arg(i + 1).arg(queue.id, queue.overflow[i].queueId, reason), ruleField(i)));
            }
        }
    }
}

void checkUse(const LintMatter &matter, std::vector<Finding> &findings)
{
    for (const PrioritizationSchema &schema : matter.configuration.schemas()) {
        const auto &categories = matter.configuration.categories();
        const bool isUsed = std::any_of(categories.begin(), categories.end(), [&](const auto &entry) { return !entry.second->deleted && entry.second->category.schemaId == schema.id; });
        if (!isUsed && !matter.snapshot.isUsedByItems(ConfigKind::Schema, schema.id))
            findings.push_back(aFinding("schema.unused"_L1, Severity::Hint, ConfigKind::Schema, schema.id, u"Nothing is prioritized by schema \"%1\": no category names it, and no open item uses it. Delete it, or use it."_s.arg(schema.id)));
    }
    for (auto calendar = matter.configuration.calendars().begin(); calendar != matter.configuration.calendars().end(); ++calendar)
        checkCalendar(matter, calendar.key(), *calendar, findings);
}

void checkSources(const LintMatter &matter, std::vector<Finding> &findings)
{
    const auto newest = matter.snapshot.items(ItemFilter {}, 0, true, 1);
    if (newest.empty())
        return; // nothing has come from anywhere
    const Instant now = matter.snapshot.now();
    const qint64 from = std::max<qint64>(0, newest.front().item.id.number - matter.limits.arrivals + 1);
    std::map<QString, SourceArrivals> arrivals;
    Instant since = now;
    for (SourceArrivals &one : matter.snapshot.arrivalsBySource(from)) {
        since = std::min(since, one.first);
        arrivals.emplace(one.capturePointId, std::move(one));
    }
    for (const ConfigRecord &record : matter.snapshot.configRecords(ConfigKind::CapturePoint, false)) {
        const CapturePoint *point = record.deleted ? nullptr : matter.configuration.capturePoint(record.id);
        if (!point || !point->enabled)
            continue;
        const auto found = arrivals.find(point->id);
        const auto report = [&](QLatin1StringView code, Severity severity, const QString &text) { findings.push_back(aFinding(code, severity, ConfigKind::CapturePoint, point->id, text)); };
        if (found == arrivals.end()) {
            const bool isOld = now - std::max(record.created, record.updated) > AWeek && now - since > AWeek;
            if (isOld && point->id != matter.configuration.settings().defaultCapturePoint)
                report("capture_point.unused"_L1, Severity::Hint,
                    u"Nothing has come from capture point \"%1\" since %2 at least. Find out whether its source still sends, or disable it."_s.arg(point->id, toIso(std::max(since, record.created))));
            continue;
        }
        const SourceArrivals &known = found->second;
        const milliseconds silence = now - known.last;
        // Who was seen for less than a week may have a weekend that was not seen.
        const milliseconds borne = std::max({ milliseconds(LongSilence), 3 * known.longestGap, now - since < milliseconds(2 * AWeek) ? milliseconds(AWeek) : milliseconds(0) });
        if (known.count >= EnoughArrivals && silence > borne) {
            report("capture_point.silent"_L1, Severity::Warning,
                u"Nothing has come from capture point \"%1\" for %2, since %3; of the %4 items before, none was longer than %5 behind the one before it. Find out whether its source still sends."_s.arg(point->id, inWords(silence), toIso(known.last))
                    .arg(known.count)
                    .arg(inWords(known.longestGap + std::chrono::hours(1))));
        }
    }
}

void checkErrorHeld(const LintMatter &matter, std::vector<Finding> &findings)
{
    const qint64 count = errorHeldCount(matter.figures);
    ItemFilter errorHeld;
    errorHeld.statuses = { ItemStatus::ErrorHeld };
    const auto oldest = matter.snapshot.items(errorHeld, 0, false, std::max(matter.limits.samples, 1));
    if (oldest.empty())
        return;
    const Instant since = oldest.front().captured;
    if (count <= ManyErrorHeld && matter.snapshot.now() - since <= LongErrorHeld)
        return;
    Finding finding { "items.error_held"_L1, Severity::Warning, {}, {}, {},
        u"%1 items are held with an error, the oldest since %2: \"%3\" Mend what is wrong, then retry them (POST /iwd/v3/items/retry), or cancel them."_s.arg(std::max(count, static_cast<qint64>(oldest.size())))
            .arg(toIso(since), oldest.front().item.error.left(300)),
        std::max(count, static_cast<qint64>(oldest.size())), true, {} };
    for (const ItemRecord &record : oldest)
        finding.sampleItems.append(record.item.id.toString());
    findings.push_back(std::move(finding));
}

} // namespace iwd
