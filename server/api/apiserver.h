// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"
#include "requestlimits.h"
#include "statshandlers.h"

#include <pipeline/access/openid.h>
#include <pipeline/backup.h>
#include <pipeline/webhooks/webhooksender.h>

#include <memory>

namespace iwd {

struct ApiOptions
{
    milliseconds sessionLifetime { std::chrono::hours(12) };
    milliseconds sessionIdle { std::chrono::hours(2) }; ///< a session that is not used for so long ends
    milliseconds noteUses { LastUses::Interval }; ///< how often to write down when keys and sessions were used
    milliseconds keepCallers { std::chrono::seconds(10) }; ///< how long the cache answers for the database; see Authenticator
    RequestLimitOptions limits; ///< none
    milliseconds slowestReader { std::chrono::seconds(30) }; ///< of a live stream: one that takes nothing for so long is dropped
    QByteArray confirmationSecret; ///< by which servers on one database know each other's confirmations, and sign-ins that one began and another ends; empty: one of this object's own
    QByteArray storedSecretsKey; ///< that secrets in the database are encrypted with; empty: one of this object's own
    OpenIdClient *openId = nullptr; ///< outlives the API; null: nobody can sign in through an identity provider
    BackupMaker *backups = nullptr; ///< outlives the API; null: the store has none
};

/// The API of port 4024: everything that port answers except health and metrics, which belong to the process.
///
/// Must outlive the server whose router it filled, and everything given to it must outlive it. Lives on a thread with an event loop; thread-safe once the routes are added.
class Api
{
public:
    Api(Pipeline &pipeline, Cache &cache, const Clock &clock, WebhookSender &webhooks, ServerFacts facts, ApiOptions options = {});
    ~Api();
    Api(const Api &) = delete;
    Api &operator=(const Api &) = delete;

    void addRoutes(http::Router &router);

    /// The table of all endpoints, pages included: what the API's document has to agree with.
    [[nodiscard]] const std::vector<EndpointInfo> &endpoints() const;

    [[nodiscard]] RequestLimits &limits();
    [[nodiscard]] Presence &presence();

    /// Words the refusals of the edge as this API words its own.
    [[nodiscard]] static http::ProblemWriter problemWriter();

private:
    class Private;
    const std::unique_ptr<Private> d;
};

} // namespace iwd
