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
    /// Waits until no item is assigned any more. @returns false when that did not come within @p patience
    [[nodiscard]] bool waitUntilNothingIsAssigned(std::chrono::milliseconds patience);
    /// Everything there is.
    [[nodiscard]] Observation everything(const QStringList &agents, const QStringList &queues);

    [[nodiscard]] HttpAnswer ask(const QByteArray &method, const QString &target, const QJsonDocument &body = {}, const HttpCaller::HeaderFields &headers = {});
    [[nodiscard]] QJsonObject get(const QString &target) { return ask("GET", target).json(); }
    [[nodiscard]] const FeedReplay &replay() const { return m_replay; }

private:
    /// Reads the feed to its end. @param patience to wait for an event when there is no new one
    void readOn(std::chrono::seconds patience = std::chrono::seconds(0));

    HttpCaller m_caller;
    FeedReplay m_replay;
    std::vector<QByteArray> m_feed;
    size_t m_complaints = 0;
};

} // namespace iwd::test
