// SPDX-License-Identifier: Apache-2.0
#include "apiserver.h"

#include "agenthandlers.h"
#include "apikeyhandlers.h"
#include "audithandlers.h"
#include "backuphandlers.h"
#include "confighandlers.h"
#include "eventhandlers.h"
#include "exporthandlers.h"
#include "filterhandlers.h"
#include "forecasthandlers.h"
#include "identityproviderhandlers.h"
#include "importhandlers.h"
#include "itemhandlers.h"
#include "jobhandlers.h"
#include "linthandlers.h"
#include "queuehandlers.h"
#include "rolehandlers.h"
#include "searchhandlers.h"
#include "sessionhandlers.h"
#include "settingshandlers.h"
#include "signinhandlers.h"
#include "simulationhandlers.h"
#include "streamhandlers.h"
#include "streamsource.h"
#include "userhandlers.h"
#include "webhookhandlers.h"
#include "wholeconfigurationhandlers.h"

#include <apidocument/pages.h>

#include <runtime/secrets.h>

#include <QCryptographicHash>

#include <mutex>

namespace iwd {

namespace {

/// A page is the same for everybody and for the life of the process.
http::Response pageResponse(const Page &page)
{
    const QByteArray body = page.body();
    http::Response response;
    response.headers.add("Content-Type", page.contentType);
    response.headers.add("Content-Security-Policy", PagePolicy);
    response.headers.add("Cache-Control", "no-cache");
    response.headers.add("ETag", '"' + QCryptographicHash::hash(body, QCryptographicHash::Sha256).left(12).toHex() + '"');
    response.body = body;
    return response;
}

/// Made when somebody first asks for it, so that no start waits for what may never be read.
class LazyPage
{
public:
    explicit LazyPage(const Page &page)
        : m_page(page)
    {
    }
    const http::Response &response()
    {
        std::call_once(m_once, [this] { m_response = pageResponse(m_page); });
        return m_response;
    }

private:
    const Page m_page;
    std::once_flag m_once;
    http::Response m_response;
};

QByteArray givenOrOwn(const QByteArray &secret)
{
    return secret.isEmpty() ? secrets::newSecret() : secret;
}

QCoro::Task<http::Response> givePage(std::shared_ptr<LazyPage> page)
{
    co_return page->response();
}

} // namespace

class Api::Private
{
public:
    Private(Pipeline &pipeline, Cache &cache, const Clock &clock, WebhookSender &webhookSender, ServerFacts facts, ApiOptions options)
        : limits(options.limits, clock)
        , presence(clock)
        , uses(pipeline.store(), clock, options.noteUses)
        , authenticator(pipeline.store(), cache, clock, { options.keepCallers, options.sessionIdle }, limits, uses)
        , items(pipeline)
        , jobs(pipeline, options.confirmationSecret)
        , searches(pipeline)
        , exports(pipeline, authenticator)
        , filters(pipeline)
        , imports(pipeline)
        , configuration(pipeline)
        , queues(pipeline)
        , settings(pipeline)
        , wholeConfiguration(pipeline)
        , agents(pipeline, authenticator, presence, options.slowestReader)
        , events(pipeline, authenticator, presence, options.slowestReader)
        , stream(pipeline, authenticator, presence, options.slowestReader)
        , stats(pipeline, presence, std::move(facts))
        , sessions(pipeline, passwords, guard, options.sessionLifetime)
        , box(givenOrOwn(options.storedSecretsKey))
        , signIns({ pipeline, limits, box, options.openId }, givenOrOwn(options.confirmationSecret), options.sessionLifetime)
        , identityProviders(pipeline, box)
        , users(pipeline, passwords, guard)
        , roles(pipeline)
        , apiKeys(pipeline)
        , audit(pipeline, authenticator)
        , backups(pipeline, authenticator, options.backups)
        , lint(pipeline)
        , simulations(pipeline, profiles)
        , forecasts(pipeline, profiles)
        , webhooks(pipeline, webhookSender)
    {
        take(items.endpoints());
        take(jobs.endpoints());
        take(searches.endpoints());
        take(exports.endpoints());
        take(filters.endpoints());
        take(imports.endpoints());
        take(configuration.endpoints());
        take(queues.endpoints());
        take(settings.endpoints());
        take(wholeConfiguration.endpoints());
        take(agents.endpoints());
        take(events.endpoints());
        take(stats.endpoints());
        take(sessions.endpoints());
        take(signIns.endpoints());
        take(identityProviders.endpoints());
        take(users.endpoints());
        take(roles.endpoints());
        take(apiKeys.endpoints());
        take(audit.endpoints());
        take(backups.endpoints());
        take(lint.endpoints());
        take(simulations.endpoints());
        take(forecasts.endpoints());
        take(webhooks.endpoints());
        infos.push_back(events.streamInfo());
        infos.push_back(agents.streamInfo());
        infos.push_back(streamInfo());
        for (const Page &page : pages())
            infos.push_back({ .method = "GET", .pattern = page.path, .open = true });
    }

    void take(std::vector<ApiEndpoint> some)
    {
        for (ApiEndpoint &endpoint : some) {
            infos.push_back(endpoint.info);
            endpoints.push_back(std::move(endpoint));
        }
    }

    RequestLimits limits;
    Presence presence;
    LastUses uses;
    PasswordChecker passwords;
    LoginGuard guard;
    Authenticator authenticator;
    ItemHandlers items;
    JobHandlers jobs;
    SearchHandlers searches;
    ExportHandlers exports;
    FilterHandlers filters;
    ImportHandlers imports;
    ConfigHandlers configuration;
    QueueHandlers queues;
    SettingsHandlers settings;
    WholeConfigurationHandlers wholeConfiguration;
    AgentHandlers agents;
    EventHandlers events;
    StreamHandlers stream;
    StatsHandlers stats;
    SessionHandlers sessions;
    const SecretBox box; // before those who use it
    SignInHandlers signIns;
    IdentityProviderHandlers identityProviders;
    UserHandlers users;
    RoleHandlers roles;
    ApiKeyHandlers apiKeys;
    AuditHandlers audit;
    BackupHandlers backups;
    LintHandlers lint;
    HourlyProfiles profiles; // before those who use it
    SimulationHandlers simulations;
    ForecastHandlers forecasts;
    WebhookHandlers webhooks;

    std::vector<ApiEndpoint> endpoints;
    std::vector<EndpointInfo> infos;
};

Api::Api(Pipeline &pipeline, Cache &cache, const Clock &clock, WebhookSender &webhooks, ServerFacts facts, ApiOptions options)
    : d(std::make_unique<Private>(pipeline, cache, clock, webhooks, std::move(facts), options))
{
}

Api::~Api() = default;

void Api::addRoutes(http::Router &router)
{
    for (const ApiEndpoint &endpoint : d->endpoints)
        addRoute(router, d->authenticator, endpoint);
    router.addWebSocket(d->events.streamInfo().pattern, d->events.stream());
    router.addWebSocket(d->agents.streamInfo().pattern, d->agents.stream());
    router.addWebSocket(streamInfo().pattern, d->stream.stream());
    for (const Page &page : pages()) {
        const auto lazy = std::make_shared<LazyPage>(page);
        router.add("GET", page.path, [lazy](http::Request) { return givePage(lazy); });
    }
}

const std::vector<EndpointInfo> &Api::endpoints() const
{
    return d->infos;
}

RequestLimits &Api::limits()
{
    return d->limits;
}

Presence &Api::presence()
{
    return d->presence;
}

http::ProblemWriter Api::problemWriter()
{
    return edgeProblemWriter();
}

} // namespace iwd
