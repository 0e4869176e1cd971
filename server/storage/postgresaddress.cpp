// SPDX-License-Identifier: Apache-2.0
#include "postgresaddress.h"

#include <QRandomGenerator>

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <memory>

#include <netdb.h>
#include <sys/socket.h>

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

/// The addresses of a name, as numbers; none when that cannot be told, or there is nothing to ask, as for the folder of a local socket.
std::vector<QByteArray> numbersOf(const QByteArray &host)
{
    if (host.isEmpty() || host.startsWith('/') || host.startsWith('@'))
        return {};
    addrinfo hint {};
    hint.ai_socktype = SOCK_STREAM;
    addrinfo *found = nullptr;
    if (::getaddrinfo(host.constData(), nullptr, &hint, &found) != 0)
        return {};
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all(found, ::freeaddrinfo);
    std::vector<QByteArray> numbers;
    for (const addrinfo *one = all.get(); one; one = one->ai_next) {
        std::array<char, NI_MAXHOST> number {};
        if (::getnameinfo(one->ai_addr, one->ai_addrlen, number.data(), number.size(), nullptr, 0, NI_NUMERICHOST) == 0)
            numbers.emplace_back(number.data());
    }
    return numbers;
}

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

PostgresAddress PostgresAddress::with(const QByteArray &keyword, const QByteArray &value) const
{
    PostgresAddress other = *this;
    other.m_parameters.removeIf([&keyword](const auto &parameter) { return parameter.first == keyword; });
    other.m_parameters.emplaceBack(keyword, value);
    return other;
}

PostgresAddress PostgresAddress::withDatabase(const QString &name) const
{
    PostgresAddress other = with("dbname", name.toUtf8());
    other.describe();
    return other;
}

PostgresAddress PostgresAddress::ofServer(int migration) const
{
    constexpr qsizetype longestName = 63; // the server cuts off the rest
    const QByteArray knows = " knows " + QByteArray::number(migration);
    return with("application_name", value("application_name").left(longestName - knows.size()) + knows);
}

/// The elements of a list; none when the keyword is not there.
QList<QByteArray> PostgresAddress::values(const char *keyword) const
{
    const QByteArray list = value(keyword);
    return list.isEmpty() ? QList<QByteArray>() : list.split(',');
}

/// One address for each host; only this one when there is but one, or what belongs together is not of one length: that libpq explains.
std::vector<PostgresAddress> PostgresAddress::places() const
{
    const QList<QByteArray> hosts = values("host");
    const QList<QByteArray> numbers = values("hostaddr");
    const QList<QByteArray> ports = values("port");
    const qsizetype count = std::max(hosts.size(), numbers.size());
    const auto fits = [count](const QList<QByteArray> &list) { return list.isEmpty() || list.size() == count; };
    if (count < 2 || !fits(hosts) || !fits(numbers) || (ports.size() != 1 && !fits(ports)))
        return { *this };
    std::vector<PostgresAddress> places;
    for (qsizetype i = 0; i < count; ++i) {
        PostgresAddress place = *this;
        if (!hosts.isEmpty())
            place = place.with("host", hosts[i]);
        if (!numbers.isEmpty())
            place = place.with("hostaddr", numbers[i]);
        if (ports.size() > 1)
            place = place.with("port", ports[i]);
        places.push_back(place);
    }
    return places;
}

std::vector<PostgresAddress> PostgresAddress::tries() const
{
    const auto shuffle = [balanced = value("load_balance_hosts") == "random"](auto &list) {
        if (balanced)
            std::shuffle(list.begin(), list.end(), *QRandomGenerator::global());
    };
    std::vector<PostgresAddress> hosts = places();
    shuffle(hosts);
    std::vector<PostgresAddress> all;
    for (const PostgresAddress &host : hosts) {
        std::vector<QByteArray> numbers = host.value("hostaddr").isEmpty() ? numbersOf(host.value("host")) : std::vector<QByteArray>();
        shuffle(numbers);
        if (numbers.size() < 2)
            all.push_back(host);
        else
            std::transform(numbers.begin(), numbers.end(), std::back_inserter(all), [&host](const QByteArray &number) { return host.with("hostaddr", number); });
    }
    // A wish that only all hosts together can fulfill: first a standby anywhere, then whatever there is.
    if (value("target_session_attrs") != "prefer-standby" || all.size() < 2)
        return all;
    std::vector<PostgresAddress> wished;
    for (const char *attributes : { "standby", "any" })
        std::transform(all.begin(), all.end(), std::back_inserter(wished), [attributes](const PostgresAddress &one) { return one.with("target_session_attrs", attributes); });
    return wished;
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
