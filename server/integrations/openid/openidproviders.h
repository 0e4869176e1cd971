// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/clock.h>
#include <base/eventthread.h>
#include <outgoing/outgoingclient.h>
#include <pipeline/access/openid.h>

#include <atomic>
#include <memory>

namespace iwd {

struct OpenIdOptions
{
    OutgoingOptions outgoing;
    milliseconds keep { std::chrono::hours(1) }; ///< of discovery documents and keys
    milliseconds betweenRefreshes { std::chrono::seconds(60) }; ///< of keys, when a token is signed with one that is not known
    milliseconds patience { std::chrono::seconds(8) }; ///< with each answer of a provider
    int mostAtOnce = 32; ///< sign-ins at providers; more are told to come back
};

/// OpenIdClient for real: discovery, tokens, keys and user information over the network. Has a thread of its own. Documents are kept in this process; a key that
/// is not known yet makes it look once more, but not at every forged one.
class OpenIdProviders final : public OpenIdClient
{
public:
    /// @p clock must outlive it. @returns what OutgoingClient::make() does
    [[nodiscard]] static Result<std::unique_ptr<OpenIdProviders>> make(OpenIdOptions options, const Clock &clock);
    /// Sign-ins that are under way end with an Error.
    ~OpenIdProviders() override;

    [[nodiscard]] QCoro::Task<Result<QUrl>> authorizationUrl(IdentityProvider provider, AuthorizationRequest request, Deadline deadline) override;
    [[nodiscard]] QCoro::Task<Result<OpenIdIdentity>> redeem(IdentityProvider provider, QString secret, AuthorizationCode code, Deadline deadline) override;

private:
    class Desk;
    OpenIdProviders(OpenIdOptions options, const Clock &clock);
    template <typename T>
    [[nodiscard]] QCoro::Task<Result<T>> onDesk(std::function<QCoro::Task<Result<T>>(std::shared_ptr<Desk>)> work);

    const int m_mostAtOnce;
    const std::shared_ptr<std::atomic<int>> m_underWay = std::make_shared<std::atomic<int>>(0); ///< outlives this with those who are under way
    std::shared_ptr<Desk> m_desk; ///< used on the thread alone
    EventThread m_thread;
};

} // namespace iwd
