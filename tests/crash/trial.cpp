// SPDX-License-Identifier: Apache-2.0
#include "trial.h"

#include <QDir>

namespace iwd::test {

QString Verdict::report(const QString &name, unsigned seed) const
{
    constexpr qsizetype mostComplaints = 20;
    QStringList lines = complaints.mid(0, mostComplaints);
    if (complaints.size() > mostComplaints)
        lines.append(QStringLiteral("… and %1 more").arg(complaints.size() - mostComplaints));
    const QString story = QDir::current().absoluteFilePath(QStringLiteral("%1-history-%2.jsonl").arg(name).arg(seed));
    const bool written = writeHistory(story, operations, found);
    lines.append(QStringLiteral("IWD_%1_SEED=%2; the history is in %3").arg(name.toUpper()).arg(seed).arg(written ? story : QStringLiteral("no file")));
    return lines.join(u'\n');
}

Trial::Trial(quint16 port, const QByteArray &apiKey, unsigned seed)
    : m_observer(port, apiKey)
    , m_follower(port, apiKey, m_stage.gate)
{
    for (int number = 0; number < clientCount; ++number)
        m_clients.push_back(std::make_unique<Client>(number, port, apiKey, seed, m_stage));
}

Trial::~Trial()
{
    end();
}

QString Trial::begin()
{
    const QString unprepared = prepareForLoad(m_observer);
    if (!unprepared.isEmpty())
        return unprepared;
    for (const auto &client : m_clients)
        m_threads.emplace_back([&client] { client->work(); });
    m_threads.emplace_back([this] { m_follower.work(); });
    return {};
}

bool Trial::waitForAcknowledgements(int count, std::chrono::milliseconds patience)
{
    constexpr std::chrono::milliseconds look { 100 };
    const int goal = m_stage.progress.acknowledgements() + count;
    const auto until = std::chrono::steady_clock::now() + patience;
    do {
        // Whoever meets a death late waits for an opening that is still to come.
        m_stage.gate.open();
        if (m_stage.progress.reaches(goal, look))
            return true;
    } while (std::chrono::steady_clock::now() < until);
    return false;
}

void Trial::end()
{
    m_stage.gate.end();
    for (std::thread &thread : m_threads)
        thread.join();
    m_threads.clear();
}

Verdict Trial::testimony() const
{
    Verdict verdict;
    for (const auto &client : m_clients) {
        verdict.operations.insert(verdict.operations.end(), client->operations().begin(), client->operations().end());
        verdict.complaints += client->complaints();
        verdict.searches += client->searches();
    }
    return verdict;
}

Verdict Trial::judge(const Measure &measure)
{
    for (const auto &client : m_clients)
        client->settle();
    Verdict verdict = testimony();
    QStringList &complaints = verdict.complaints;
    if (!m_observer.waitUntilNothingIsInHands(agentIds(), measure.patience))
        complaints.append(QStringLiteral("items of agents who are gone do not come back to their queue"));
    complaints += m_observer.catchUp();
    complaints += m_observer.searchesAgree(measure.searches);
    verdict.found = m_observer.everything(agentIds(), queueIds());
    verdict.found.readings[QStringLiteral("follower")] = m_follower.seen();
    complaints += checkHistory(verdict.operations, verdict.found, measure.history);
    complaints += handedOutWhileClosed(verdict.found.feed);
    return verdict;
}

unsigned fromEnvironment(const char *name, unsigned otherwise)
{
    bool isNumber = false;
    const unsigned value = qEnvironmentVariable(name).toUInt(&isNumber);
    return isNumber ? value : otherwise;
}

} // namespace iwd::test
