// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/configreader.h>
#include <base/log.h>
#include <base/result.h>
#include <http/httpserver.h>

#include <QHostAddress>

namespace iwd {

/// An address to listen on.
struct Endpoint
{
    QHostAddress address;
    quint16 port = 0; ///< 0: any that is free

    /// "0.0.0.0:4024", "[::1]:4024", "localhost:4024"; "*:4024" is every address of both families.
    [[nodiscard]] static std::optional<Endpoint> fromText(QStringView text);
    [[nodiscard]] QString toText() const;
};

/// Where certificate and key of a port with TLS lie; both empty: plain HTTP.
struct TlsFiles
{
    QString certificate; ///< PEM, the server's own first, then the chain
    QString key; ///< PEM, RSA or EC
    QString keyPassphrase;

    [[nodiscard]] bool used() const { return !certificate.isEmpty() || !key.isEmpty(); }
};

/// Reads the files. At least TLS 1.2, HTTP/1.1 only.
/// @returns ConfigurationInvalid with the file in question
[[nodiscard]] Result<QSslConfiguration> loadTls(const TlsFiles &files);

/// Everything that iwd-server can be configured with. The values here are the defaults.
struct ServerConfig
{
    QString data; ///< folder, absolute
    QString databaseFile; ///< of SQLite, absolute

    struct Http
    {
        Endpoint listen { QHostAddress(QHostAddress::AnyIPv4), 4024 };
        int threads = 1;
        bool gzip = true;
        http::Limits limits;
        TlsFiles tls;
    } http;

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
    } session;

    QString bootstrapFile; ///< to write first credentials to; empty: none
};

/// The keys of iwd-server, each bound to its place in @p config (which has to outlive them) and with the value there as
/// its default. "data" has to hold the default folder already.
[[nodiscard]] std::vector<ConfigKey> serverConfigKeys(ServerConfig &config);

/// What the command line, the environment and the configuration file make of a start of iwd-server.
struct ServerStart
{
    enum class Action {
        Run, ///< with config
        Print, ///< output on standard output, then end with success
        Refuse, ///< problems on standard error, then end with exit code 2
    };
    static constexpr int ExitCodeOfRefusal = 2;

    Action action = Action::Run;
    ServerConfig config;
    QString output;
    QStringList problems; ///< one each, with where, key, and what is expected
    QStringList remarks; ///< to be logged as warnings
};

/// @param arguments as the process got them, its own name first
/// @param environment all of the process's variables
[[nodiscard]] ServerStart parseArguments(const QStringList &arguments, const QMap<QString, QString> &environment, const QString &version);

} // namespace iwd
