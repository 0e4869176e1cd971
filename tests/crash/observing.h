// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <support/feedreplay.h>
#include <support/history.h>
#include <support/httpcaller.h>

namespace iwd::test {

/// Looks at a server whose clients are silent. Ends the program when the server does not answer.
class Observer
{
public:
    Observer(quint16 port, const QByteArray &apiKey);

    /// Reads the feed on to its end, and compares figures with it.
    [[nodiscard]] QStringList catchUp();
    /// Sends all agents home and waits until no item is assigned or offered any more. @returns false when that did not come within @p patience
    [[nodiscard]] bool waitUntilNothingIsInHands(const QStringList &agents, std::chrono::milliseconds patience);
    /// Searches for @p count items of those that catchUp() has met: by the words that they have, which find them and nothing else, and by words that they had, which
    /// find nothing. The items of the latest events come first.
    [[nodiscard]] QStringList searchesAgree(int count);
    /// Everything there is.
    [[nodiscard]] Observation everything(const QStringList &agents, const QStringList &queues);

    [[nodiscard]] HttpAnswer ask(const QByteArray &method, const QString &target, const QJsonDocument &body = {}, const HttpCaller::HeaderFields &headers = {});
    [[nodiscard]] QJsonObject get(const QString &target) { return ask("GET", target).json(); }
    [[nodiscard]] const FeedReplay &replay() const { return m_replay; }

private:
    /// Reads the feed to its end. @param patience to wait for an event when there is no new one
    void readOn(std::chrono::seconds patience = std::chrono::seconds(0));

    [[nodiscard]] QStringList searchLatest(int count);
    void expectFound(QStringList &wrong, const QString &words, const QStringList &expected);

    HttpCaller m_caller;
    FeedReplay m_replay;
    std::vector<QByteArray> m_feed;
    size_t m_complaints = 0;
};

/// Makes the queues, the calendar and the agents that clients use (see load.h). @returns what went wrong, or nothing
[[nodiscard]] QString prepareForLoad(Observer &observer);

/// What the feed tells of items that were handed out by the queue with the calendar while that was closed.
[[nodiscard]] QStringList handedOutWhileClosed(const std::vector<QByteArray> &feed);

} // namespace iwd::test
