// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <support/httpcaller.h>
#include <support/serverprocess.h>

#include <QTemporaryDir>

#include <set>

namespace iwd::test {

/// JSON as it is sent.
[[nodiscard]] QByteArray text(const QJsonObject &object);
/// An item to capture. @param padding characters that make it larger
[[nodiscard]] QByteArray itemBody(const QString &captureId, int padding = 0);

/// A running server of its own, and an administrator who speaks to it. Ends the program when the server does not start.
class Site
{
public:
    /// @param data its data folder; empty: a new one
    explicit Site(const QStringList &environment = {}, const QString &data = {});

    [[nodiscard]] HttpCaller::HeaderFields headers() const { return { { "x-api-key", server.apiKey() } }; }

    /// @param target below /iwd/v3. @returns status 0 when nobody answers
    HttpAnswer ask(const QByteArray &method, const QByteArray &target, const QByteArray &body = {});
    /// The status of GET /health/ready; 0 when nobody answers.
    [[nodiscard]] int readiness();
    /// All captureIds that are there.
    [[nodiscard]] std::set<QString> stored();
    /// @param capacity for work of every channel
    void addReadyAgent(const QString &id, int capacity);

    QTemporaryDir folder;
    ServerProcess server;
    std::optional<HttpCaller> admin;

private:
    [[nodiscard]] ServerSetup setUp(const QStringList &environment, const QString &data) const;
};

} // namespace iwd::test
