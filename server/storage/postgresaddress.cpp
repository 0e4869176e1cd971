// SPDX-License-Identifier: Apache-2.0
#include "postgresaddress.h"

#include <libpq-fe.h>

#include <memory>

namespace iwd {

namespace {

/// What is in force unless the URL says otherwise. Seconds to connect are for each host; keep-alive finds a peer that has vanished within about 20 s, and data that
/// nobody acknowledges for 10 s ends the connection. Only a server that takes writes will do.
const QList<std::pair<QByteArray, QByteArray>> defaults {
    { "connect_timeout", "5" },
    { "target_session_attrs", "read-write" },
    { "keepalives_idle", "10" },
    { "keepalives_interval", "5" },
    { "keepalives_count", "2" },
    { "tcp_user_timeout", "10000" },
    { "application_name", "iwd-server" },
};

} // namespace

QByteArray PostgresAddress::value(const char *keyword) const
{
    for (const auto &[known, value] : m_parameters) {
        if (known == keyword)
            return value;
    }
    return {};
}

Result<PostgresAddress> PostgresAddress::parse(const QString &url, const QString &password)
{
    char *message = nullptr;
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfoParse(url.toUtf8().constData(), &message), PQconninfoFree);
    if (!options) {
        // What libpq says repeats the URL, and with it the password.
        PQfreemem(message);
        return Error { ErrorCode::ConfigurationInvalid,
            QStringLiteral("The address of the database is no valid URL of PostgreSQL. Expected is postgresql://user@host:5432/database, with options such as ?sslmode=verify-full behind it; "
                           "characters such as @ : / in a name are written as %40 %3A %2F."),
            QStringLiteral("storage.url"), {} };
    }
    PostgresAddress address;
    for (const PQconninfoOption *option = options.get(); option->keyword; ++option) {
        if (option->val)
            address.m_parameters.emplaceBack(option->keyword, option->val);
    }
    for (const auto &[keyword, value] : defaults) {
        if (address.value(keyword.constData()).isEmpty())
            address.m_parameters.emplaceBack(keyword, value);
    }
    address.m_parameters.emplaceBack("client_encoding", "UTF8");
    if (!password.isEmpty())
        address.m_parameters.emplaceBack("password", password.toUtf8());

    address.describe();
    return address;
}

PostgresAddress PostgresAddress::withDatabase(const QString &name) const
{
    PostgresAddress other = *this;
    other.set("dbname", name.toUtf8());
    other.describe();
    return other;
}

PostgresAddress PostgresAddress::ofServer(int migration) const
{
    constexpr qsizetype longestName = 63; // the server cuts off the rest
    const QByteArray knows = " knows " + QByteArray::number(migration);
    PostgresAddress other = *this;
    other.set("application_name", value("application_name").left(longestName - knows.size()) + knows);
    return other;
}

void PostgresAddress::set(const char *keyword, const QByteArray &value)
{
    m_parameters.removeIf([keyword](const auto &parameter) { return parameter.first == keyword; });
    m_parameters.emplaceBack(keyword, value);
}

void PostgresAddress::describe()
{
    const QStringList hosts = QString::fromUtf8(value("host").isEmpty() ? value("hostaddr") : value("host")).split(u',');
    const QStringList ports = QString::fromUtf8(value("port")).split(u',');
    QStringList places;
    for (qsizetype i = 0; i < hosts.size(); ++i) {
        const QString port = i < ports.size() && !ports[i].isEmpty() ? ports[i] : ports.size() == 1 && !ports[0].isEmpty() ? ports[0] : QStringLiteral("5432");
        places.append((hosts[i].isEmpty() ? QStringLiteral("the local socket") : hosts[i]) + u':' + port);
    }
    const QString user = QString::fromUtf8(value("user"));
    const QString database = QString::fromUtf8(value("dbname"));
    m_description = QStringLiteral("PostgreSQL at \"%1\", database \"%2\"%3")
                        .arg(places.join(QStringLiteral(", ")), database.isEmpty() ? user : database, user.isEmpty() ? QString() : QStringLiteral(", user \"%1\"").arg(user));
}

QString PostgresAddress::withoutSecrets(const char *text) const
{
    QString line = QString::fromUtf8(text).simplified();
    for (const auto &[keyword, value] : m_parameters) {
        if ((keyword == "password" || keyword == "sslpassword") && !value.isEmpty())
            line.replace(QString::fromUtf8(value), QStringLiteral("***"));
    }
    return line;
}

} // namespace iwd
