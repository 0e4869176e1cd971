// SPDX-License-Identifier: Apache-2.0
#include "webhookrunner.h"

#include <base/log.h>

#include <QPointer>
#include <QRandomGenerator>

namespace iwd {

namespace {

constexpr milliseconds patience { 30'000 }; ///< for the database; then it is tried again

Answer noAnswer(const bool &)
{
    return {};
}

/// What is written down of an attempt, if it is still this process's to say.
void writeOutcome(Transaction &transaction, const WebhookDelivery &delivery, const WebhookVerdict &verdict)
{
    if (verdict.kind == WebhookVerdict::Delivered)
        return transaction.endDelivery(delivery);
    const bool dead = verdict.kind == WebhookVerdict::Dead;
    transaction.failDelivery(delivery, { dead ? std::nullopt : std::optional(transaction.now() + verdict.wait), verdict.failure, verdict.status });
}

} // namespace

WebhookRunner::WebhookRunner(Pipeline &pipeline, WebhookSender &sender, WebhookRunnerOptions options)
    : m_pipeline(pipeline)
    , m_sender(sender)
    , m_options(options)
{
    connect(&m_timer, &QTimer::timeout, this, &WebhookRunner::look);
    m_timer.start(m_options.interval);
}

void WebhookRunner::watch(TenantId tenant)
{
    m_tenants.insert(tenant);
}

WebhookRunner::Figures WebhookRunner::figures() const
{
    const std::lock_guard lock(m_figuresMutex);
    Figures all = m_figures;
    for (const auto &[tenant, left] : m_left) {
        all.pending += left.pending;
        all.dead += left.dead;
        all.lag = std::max(all.lag, left.lag);
    }
    return all;
}

QCoro::Task<> WebhookRunner::settle()
{
    m_timer.stop();
    const Delivery<bool> settled;
    m_settled = settled;
    QTimer::singleShot(m_options.settleTime, this, [this] {
        // Who has not answered by now is told once more by whoever works next.
        m_calls = 0;
        checkSettled();
    });
    checkSettled();
    (void)co_await settled;
}

void WebhookRunner::checkSettled()
{
    if (m_settled && m_busy.empty() && m_writing.empty() && m_calls == 0)
        m_settled->deliver(true);
}

void WebhookRunner::look()
{
    for (const TenantId tenant : m_tenants) {
        if (!m_settled && m_busy.insert(tenant).second)
            lookAfter(tenant);
    }
}

QCoro::Task<> WebhookRunner::lookAfter(TenantId tenant)
{
    do {
        m_again.erase(tenant);
        co_await lookOnce(tenant);
    } while (!m_settled && m_again.contains(tenant));
    m_busy.erase(tenant);
    checkSettled();
}

QCoro::Task<> WebhookRunner::lookOnce(TenantId tenant)
{
    co_await writeOutcomes(tenant);
    const auto seen = co_await view(tenant);
    if (!seen || seen->places.empty()) {
        if (seen) {
            const std::lock_guard lock(m_figuresMutex);
            m_left.erase(tenant);
        }
        co_return;
    }
    co_await harvestAll(tenant, *seen);
    if (!m_settled && !seen->due.empty()) {
        const bool ours = co_await isOurs(tenant);
        if (ours && !m_settled)
            sendDue(tenant, *seen);
    }
    const auto counted = m_counted.find(tenant);
    if (!m_settled && (counted == m_counted.end() || m_pipeline.clock().steady() - counted->second >= m_options.figuresInterval))
        co_await count(tenant);
}

int WebhookRunner::roomFor(const Line &line) const
{
    if (line.pauseUntil && m_pipeline.clock().now() < *line.pauseUntil)
        return 0;
    const int most = line.failures >= m_options.failuresUntilCareful ? 1 : m_options.callsOfHook;
    return std::max(0, most - static_cast<int>(line.underWay.size()));
}

QCoro::Task<Result<WebhookRunner::View>> WebhookRunner::view(TenantId tenant)
{
    // What is under way is due as well, so that much more is asked for.
    std::map<QString, int> limits;
    for (const auto &[place, line] : m_lines) {
        if (place.first == tenant)
            limits[place.second] = roomFor(line) == 0 ? 0 : roomFor(line) + static_cast<int>(line.underWay.size());
    }
    const std::function<Result<View>(Snapshot &)> read = [limits, otherwise = m_options.callsOfHook](Snapshot &snapshot) -> Result<View> {
        View view;
        view.places = webhookPlaces(snapshot);
        if (view.places.empty())
            return view;
        view.lastEvent = snapshot.lastEvent();
        for (const WebhookPlace &place : view.places) {
            const auto known = limits.find(place.capturePointId);
            const int limit = known == limits.end() ? otherwise : known->second;
            if (!place.webhook.enabled || place.record.secretSeed.isEmpty() || limit == 0)
                continue;
            auto due = snapshot.dueDeliveries(place.capturePointId, snapshot.now(), limit);
            if (!due.empty())
                view.due.push_back({ place, std::move(due) });
        }
        return view;
    };
    m_released[tenant].clear();
    auto seen = co_await m_pipeline.read<View>(tenant, Deadline::in(patience), read);
    if (seen) {
        for (Due &due : seen->due) {
            const Line &line = m_lines[{ tenant, due.place.capturePointId }];
            std::erase_if(due.deliveries, [&](const WebhookDelivery &delivery) { return line.underWay.contains(delivery.item); });
        }
        std::erase_if(seen->due, [](const Due &due) { return due.deliveries.empty(); });
    }
    co_return seen;
}

/// Those with the same cursor, which is nearly always all of them, read the log together.
QCoro::Task<> WebhookRunner::harvestAll(TenantId tenant, View view)
{
    std::map<qint64, std::vector<WebhookPlace>> byCursor;
    for (const WebhookPlace &place : view.places) {
        if (place.webhook.enabled && place.record.cursor < view.lastEvent)
            byCursor[place.record.cursor].push_back(place);
    }
    for (const auto &[cursor, places] : byCursor) {
        if (m_settled)
            co_return;
        const bool more = co_await harvest(tenant, places);
        if (more)
            m_again.insert(tenant);
    }
}

QCoro::Task<bool> WebhookRunner::harvest(TenantId tenant, std::vector<WebhookPlace> places)
{
    struct Step
    {
        std::vector<WebhookPlace> places;
        WebhookHarvest harvest;
    };
    const std::function<Result<Step>(Snapshot &)> read = [places, most = m_options.mostRows, limit = m_options.eventsAtOnce](Snapshot &snapshot) -> Result<Step> {
        Step step;
        const auto counts = snapshot.webhookCounts();
        for (const WebhookPlace &place : places) {
            const auto count = counts.find(place.capturePointId);
            if (count == counts.end() || count->second.pending + count->second.dead + limit <= most)
                step.places.push_back(place);
        }
        if (!step.places.empty())
            step.harvest = harvestEvents(snapshot, step.places.front().record.cursor, step.places, limit);
        return step;
    };
    const auto found = co_await m_pipeline.read<Step>(tenant, Deadline::in(patience), read);
    if (!found || found->places.empty() || found->harvest.to == found->harvest.from)
        co_return false;
    const auto step = std::make_shared<const Step>(*found);
    const auto ours = std::make_shared<bool>(false);
    const std::function<Result<bool>(Transaction &)> write = [step, ours](Transaction &transaction) -> Result<bool> {
        *ours = transaction.leasesDueWork();
        if (*ours)
            storeHarvest(transaction, step->harvest, step->places);
        return true;
    };
    const std::function<Answer(const bool &)> encode = noAnswer;
    const auto written = co_await m_pipeline.write<bool>(contextFor(tenant), write, encode);
    co_return written.ok() && *ours;
}

WriteContext WebhookRunner::contextFor(TenantId tenant) const
{
    WriteContext context;
    context.tenant = tenant;
    context.deadline = Deadline::in(patience);
    return context;
}

QCoro::Task<bool> WebhookRunner::isOurs(TenantId tenant)
{
    const auto ours = std::make_shared<bool>(false);
    const std::function<Result<bool>(Transaction &)> ask = [ours](Transaction &transaction) -> Result<bool> { return *ours = transaction.leasesDueWork(); };
    const std::function<Answer(const bool &)> encode = noAnswer;
    const auto asked = co_await m_pipeline.write<bool>(contextFor(tenant), ask, encode);
    co_return asked.ok() && *ours;
}

/// Webhooks take turns in being the first, for when there is not room for all.
void WebhookRunner::sendDue(TenantId tenant, const View &view)
{
    ++m_turn;
    const auto &released = m_released[tenant];
    const Instant now = m_pipeline.clock().now();
    for (size_t i = 0; i < view.due.size(); ++i) {
        const Due &due = view.due[(i + m_turn) % view.due.size()];
        Line &line = m_lines[{ tenant, due.place.capturePointId }];
        int room = roomFor(line);
        for (const WebhookDelivery &delivery : due.deliveries) {
            if (room-- == 0 || m_calls >= m_options.callsAtAll)
                break;
            if (released.contains({ delivery.capturePointId, delivery.item }) || !line.underWay.insert(delivery.item).second)
                continue;
            ++m_calls;
            send(tenant, { due.place.webhook.url, webhookId(delivery), now, delivery.body, webhookSecrets(tenant, due.place.record, now) }, delivery);
        }
    }
}

QCoro::Task<> WebhookRunner::send(TenantId tenant, WebhookMessage message, WebhookDelivery delivery)
{
    const QPointer<WebhookRunner> self(this);
    const auto answer = co_await m_sender.send(std::move(message));
    if (!self || (m_settled && m_settled->delivered()))
        co_return;
    m_calls = std::max(0, m_calls - 1);
    note(tenant, judged(delivery, answer));
    co_await writeOutcomes(tenant);
    if (!self)
        co_return;
    // The next event of the item need not wait for the next look.
    m_again.insert(tenant);
    if (!m_settled && m_busy.insert(tenant).second)
        lookAfter(tenant);
    checkSettled();
}

WebhookRunner::Outcome WebhookRunner::judged(const WebhookDelivery &delivery, const Result<WebhookAnswer> &answer) const
{
    const Instant now = m_pipeline.clock().now();
    const milliseconds since = now - delivery.firstAttempt.value_or(now);
    return { delivery, judgeAttempt(answer, delivery.attempts + 1, since, QRandomGenerator::global()->generateDouble(), m_options.retry) };
}

void WebhookRunner::note(TenantId tenant, const Outcome &outcome)
{
    Line &line = m_lines[{ tenant, outcome.delivery.capturePointId }];
    const bool delivered = outcome.verdict.kind == WebhookVerdict::Delivered;
    line.failures = delivered ? 0 : line.failures + 1;
    line.pauseUntil.reset();
    if (const int more = line.failures - m_options.failuresUntilCareful; more >= 0)
        line.pauseUntil = m_pipeline.clock().now() + std::min(m_options.longestPause, m_options.shortestPause * (1 << std::min(more, 16)));
    m_outcomes[tenant].push_back(outcome);
    const log::Facts facts { { QLatin1StringView("capturePoint"), outcome.delivery.capturePointId }, { QLatin1StringView("event"), outcome.delivery.event },
        { QLatin1StringView("why"), outcome.verdict.failure } };
    if (outcome.verdict.kind == WebhookVerdict::Dead)
        log::warning(u"An event could not be delivered to a webhook and is a dead letter now", facts);
    else if (line.failures == m_options.failuresUntilCareful)
        log::warning(u"The receiver of a webhook fails; it is tried again, one event at a time", facts);
    const std::lock_guard lock(m_figuresMutex);
    m_figures.delivered += delivered ? 1 : 0;
    m_figures.failed += delivered ? 0 : 1;
    m_figures.died += outcome.verdict.kind == WebhookVerdict::Dead ? 1 : 0;
}

/// All that there are in one transaction, while the next ones come in.
QCoro::Task<> WebhookRunner::writeOutcomes(TenantId tenant)
{
    if (m_outcomes[tenant].empty() || !m_writing.insert(tenant).second)
        co_return;
    while (!m_outcomes[tenant].empty()) {
        const auto outcomes = std::make_shared<const std::vector<Outcome>>(std::exchange(m_outcomes[tenant], {}));
        const std::function<Result<bool>(Transaction &)> write = [outcomes](Transaction &transaction) -> Result<bool> {
            // Whoever works for the tenant now sends it again.
            if (!transaction.leasesDueWork())
                return true;
            std::map<QString, WebhookRecord> records;
            for (WebhookRecord &record : transaction.webhooks())
                records.insert_or_assign(record.capturePointId, std::move(record));
            std::set<QString> touched;
            for (const Outcome &outcome : *outcomes) {
                const auto record = records.find(outcome.delivery.capturePointId);
                if (record == records.end())
                    continue;
                writeOutcome(transaction, outcome.delivery, outcome.verdict);
                const bool delivered = outcome.verdict.kind == WebhookVerdict::Delivered;
                (delivered ? record->second.lastSuccess : record->second.lastFailure) = transaction.now();
                if (!delivered)
                    record->second.failure = outcome.verdict.failure;
                touched.insert(record->first);
            }
            for (const QString &id : touched)
                transaction.putWebhook(records.at(id));
            return true;
        };
        const std::function<Answer(const bool &)> encode = noAnswer;
        const auto written = co_await m_pipeline.write<bool>(contextFor(tenant), write, encode);
        if (!written) {
            // Nothing of these items is sent before it is known what has become of this.
            auto &waiting = m_outcomes[tenant];
            waiting.insert(waiting.begin(), outcomes->begin(), outcomes->end());
            break;
        }
        release(tenant, *outcomes);
    }
    m_writing.erase(tenant);
}

void WebhookRunner::release(TenantId tenant, const std::vector<Outcome> &outcomes)
{
    for (const Outcome &outcome : outcomes) {
        const WebhookDelivery &delivery = outcome.delivery;
        m_lines[{ tenant, delivery.capturePointId }].underWay.erase(delivery.item);
        m_released[tenant].emplace(delivery.capturePointId, delivery.item);
    }
}

QCoro::Task<> WebhookRunner::count(TenantId tenant)
{
    m_counted[tenant] = m_pipeline.clock().steady();
    const std::function<Result<Figures>(Snapshot &)> read = [](Snapshot &snapshot) -> Result<Figures> {
        Figures left;
        auto counts = snapshot.webhookCounts();
        for (const WebhookPlace &place : webhookPlaces(snapshot)) {
            const WebhookCounts &count = counts[place.capturePointId];
            left.pending += count.pending;
            left.dead += count.dead;
            if (place.webhook.enabled)
                left.lag = std::max(left.lag, webhookLag(snapshot, place.record, count).time);
        }
        return left;
    };
    const auto left = co_await m_pipeline.read<Figures>(tenant, Deadline::in(patience), read);
    if (!left)
        co_return;
    const std::lock_guard lock(m_figuresMutex);
    m_left[tenant] = *left;
}

} // namespace iwd
