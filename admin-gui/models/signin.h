// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "profiles.h"

#include <client/browsersignin.h>
#include <client/client.h>

#include <qcoro/qcorotask.h>

#include <functional>

namespace iwd {

/// What a sign-in gives.
struct SignedIn
{
    QString token; ///< a secret
    QString user; ///< as the server calls them
    bool changePassword = false; ///< nothing else is allowed before
};

struct IdentityProvider
{
    QString id;
    QString name;
};

/// How people sign in at a server.
struct WaysToSignIn
{
    bool password = true;
    QList<IdentityProvider> providers;
};

/// The address of a server as people type it: "example.com:4024" is http on this machine and https elsewhere.
/// @returns InvalidField when it is none
[[nodiscard]] Result<QUrl> serverUrl(const QString &text);
/// Whether what is sent there could be read on the way.
[[nodiscard]] bool isOverheard(const QUrl &url);

/// For the calls below. Closing it ends them.
[[nodiscard]] std::shared_ptr<Client> signInClient(const QUrl &url);

/// Calls of 4024 that need no session, or make one. All on one thread with an event loop; all end by their deadline.
[[nodiscard]] QCoro::Task<Result<WaysToSignIn>> waysToSignIn(std::shared_ptr<Client> client, QString tenant);
/// @returns InvalidCredentials, TooManyAttempts (args.retryAfterSeconds), Unreachable, …
[[nodiscard]] QCoro::Task<Result<SignedIn>> signInByPassword(std::shared_ptr<Client> client, QString user, QString password);
/// Opens the identity provider's page with @p open and waits five minutes for the browser to come back to @p browser.
/// @returns also SignInRefused (args.reason), ProviderUnavailable, and DeadlineExceeded when nobody came
[[nodiscard]] QCoro::Task<Result<SignedIn>> signInByProvider(
    std::shared_ptr<Client> client, std::shared_ptr<BrowserSignIn> browser, QString tenant, QString provider, std::function<void(QUrl)> open);
/// @param token of a session that may do nothing else before
[[nodiscard]] QCoro::Task<Result<bool>> changePassword(QUrl url, QString token, QString current, QString wanted);

/// Options of this program's clients.
[[nodiscard]] ClientOptions clientOptions(const QUrl &url, const QString &token);

} // namespace iwd
