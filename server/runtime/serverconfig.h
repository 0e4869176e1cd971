// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"
#include "tlsfiles.h"

#include <base/log.h>
#include <cache/redisoptions.h>
#include <http/httpserver.h>
#include <outgoing/addressguard.h>

namespace iwd {

/// Everything that iwd-server can be configured with. The values here are the defaults.
struct ServerConfig
{
    QString data; ///< folder, absolute
    QString databaseFile; ///< of SQLite, absolute; empty when the store is another one

    struct Storage
    {
        QString url; ///< of PostgreSQL; empty: the store is SQLite. A secret: it may hold a password
        QString password; ///< of the database's user
        QString secretsKey; ///< what secrets in the database are encrypted with besides a key that is kept there; empty: that one alone
        int readers = 2; ///< connections that read
        int eventDays = 0; ///< of the log that are kept; 0: all
        bool ownDatabases = false; ///< a new tenant gets a database of its own
        QString databasePrefix = QStringLiteral("iwd-"); ///< of their names
    } storage;

    struct RuntimeCache
    {
        std::optional<RedisOptions> redis; ///< nothing: the cache is in this process
        QString user;
        QString password;
        QString sentinelPassword;
        QString authority; ///< PEM file; empty: what the system trusts
        milliseconds timeout = RedisOptions {}.timeout;
    } cache;

    struct Http
    {
        Endpoint listen { QHostAddress(QHostAddress::AnyIPv4), 4024 };
        int threads = 1;
        bool gzip = true;
        http::Limits limits;
        TlsFiles tls;
    } http;

    struct Limits
    {
        int requestsPerSecond = 0; ///< of an API key or a user; 0: as many as they like
        int burst = 0; ///< 0: as many as in a second
        int failuresPerSecond = 20; ///< with unknown keys and tokens, by address; 0: as many as they like
    } limits;

    struct Metrics
    {
        Endpoint listen { QHostAddress(QHostAddress::AnyIPv4), 10052 };
    } metrics;

    struct Log
    {
        LogLevel level = LogLevel::Info;
        LogFormat format = LogFormat::Text;
    } log;

    struct Drain
    {
        milliseconds patience { 25'000 }; ///< for running requests to end; below the 30 s after which orchestrators kill
    } drain;

    struct Idempotency
    {
        milliseconds retention { std::chrono::hours(24) }; ///< of the answers that an Idempotency-Key brings back
    } idempotency;

    struct Session
    {
        milliseconds lifetime { std::chrono::hours(12) }; ///< of a token after signing in
        milliseconds idle { std::chrono::hours(2) }; ///< without use, after which it ends earlier
    } session;

    struct Outgoing
    {
        std::vector<Network> allowedNetworks; ///< that the server may call although they are not the internet
        QString authority; ///< PEM file; empty: what the system trusts
    } outgoing;

    QString bootstrapFile; ///< to write first credentials to; empty: none
};

/// What the command line, the environment and the configuration file make of a start of iwd-server.
struct ServerStart
{
    enum class Action {
        Run, ///< with config
        Print, ///< output on standard output, then end with success
        Restore, ///< of restoreFile, with config; then end
        Refuse, ///< problems on standard error, then end with exit code 2
    };
    static constexpr int ExitCodeOfRefusal = 2;

    Action action = Action::Run;
    ServerConfig config;
    QString output;
    QStringList problems; ///< one each, with where, key, and what is expected
    QStringList remarks; ///< to be logged as warnings
    QString restoreFile = {}; ///< absolute
};

/// @param arguments as the process got them, its own name first
/// @param environment all of the process's variables
[[nodiscard]] ServerStart parseArguments(const QStringList &arguments, const QMap<QString, QString> &environment, const QString &version);

} // namespace iwd
