// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "load.h"
#include "observing.h"

#include <support/historychecker.h>

namespace iwd::test {

/// What the judge goes by.
struct Measure
{
    HistoryRules history;
    std::chrono::seconds patience { 60 }; ///< for items of agents who are gone to come back to their queues
    int searches = 0; ///< items that the judge himself searches for
};

/// What came out of a trial.
struct Verdict
{
    std::vector<Operation> operations; ///< of all clients
    Observation found;
    QStringList complaints; ///< what is wrong, a sentence each
    int searches = 0; ///< of all clients

    /// What is wrong, for a person: the first complaints and a file with the whole history, which this writes into the current folder.
    /// @param name of the trial, for the file's name
    [[nodiscard]] QString report(const QString &name, unsigned seed) const;
};

/// Clients on threads of their own who load a server, or several behind one address, somebody who follows its feed, and the judge of what they were told.
class Trial
{
public:
    /// Everybody waits for gate() to open. @param seed repeats the choices of the clients
    Trial(quint16 port, const QByteArray &apiKey, unsigned seed);
    /// Sends everybody home.
    ~Trial();
    Trial(const Trial &) = delete;
    Trial &operator=(const Trial &) = delete;

    /// Makes what the clients use, then starts them. @returns what went wrong, or nothing
    [[nodiscard]] QString begin();
    /// Waits until so many further operations have been acknowledged, and meanwhile lets those go on whose server died.
    /// @returns false when they did not come within @p patience
    [[nodiscard]] bool waitForAcknowledgements(int count, std::chrono::milliseconds patience = std::chrono::seconds(60));
    /// Sends everybody home and waits until they are gone.
    void end();

    /// After the end, with a server that answers: what was never answered is asked for once more, everything comes to rest, and what is there is compared with
    /// what the clients were told.
    [[nodiscard]] Verdict judge(const Measure &measure);
    /// After the end, when no server answers any more: what the clients were told, and no more.
    [[nodiscard]] Verdict testimony() const;

    [[nodiscard]] Gate &gate() { return m_stage.gate; }
    [[nodiscard]] Trigger &trigger() { return m_stage.trigger; }
    [[nodiscard]] Observer &observer() { return m_observer; }

private:
    Stage m_stage;
    Observer m_observer;
    Follower m_follower;
    std::vector<std::unique_ptr<Client>> m_clients;
    std::vector<std::thread> m_threads;
};

/// A number from the environment, so that a person can repeat or prolong a run.
[[nodiscard]] unsigned fromEnvironment(const char *name, unsigned otherwise);

} // namespace iwd::test
