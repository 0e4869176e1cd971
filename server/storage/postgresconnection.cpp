// SPDX-License-Identifier: Apache-2.0
#include "postgresconnection.h"

#include <QRandomGenerator>

#include <libpq-fe.h>

#include <cerrno>
#include <cstring>

#include <poll.h>

namespace iwd {

namespace {

constexpr std::chrono::milliseconds FirstPause { 50 }; ///< between tries to connect; doubled up to the longest
constexpr std::chrono::milliseconds LongestPause { 2'000 };

pg_conn *tryToConnect(const PostgresAddress &address)
{
    std::vector<const char *> keywords;
    std::vector<const char *> values;
    for (const auto &[keyword, value] : address.parameters()) {
        keywords.push_back(keyword.constData());
        values.push_back(value.constData());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    return PQconnectdbParams(keywords.data(), values.data(), 0);
}

/// Pointers as libpq wants them, to values that outlive this.
struct Arguments
{
    explicit Arguments(const PostgresValues &of)
    {
        for (size_t i = 1; i < of.values.size(); ++i) {
            const auto &value = of.values[i];
            values.push_back(value.isNull ? nullptr : value.data.constData());
            lengths.push_back(static_cast<int>(value.data.size()));
            formats.push_back(value.binary ? 1 : 0);
        }
    }
    [[nodiscard]] int count() const { return static_cast<int>(values.size()); }

    std::vector<const char *> values;
    std::vector<int> lengths;
    std::vector<int> formats;
};

} // namespace

void PostgresResultDeleter::operator()(pg_result *result) const
{
    PQclear(result);
}

PostgresConnection::PostgresConnection(PostgresAddress address, ConnectionWatch &watch)
    : m_address(std::move(address))
    , m_place(watch.newPlace())
    , m_pause(FirstPause)
{
}

PostgresConnection::~PostgresConnection()
{
    if (m_connecting.valid())
        PQfinish(m_connecting.get().connection);
    close();
}

void PostgresConnection::close()
{
    m_place->closing();
    PQfinish(m_connection);
    m_connection = nullptr;
    m_sent.clear();
    m_aborted = false;
}

/// Tries one address after the other, each with a time of its own (connect_timeout). libpq would do that by itself, but stays with a host that accepts and then hangs up.
PostgresConnection::Outcome PostgresConnection::connectTo(const PostgresAddress &address)
{
    QStringList reasons;
    for (const PostgresAddress &one : address.tries()) {
        pg_conn *connection = tryToConnect(one);
        if (PQstatus(connection) == CONNECTION_OK)
            return { connection, {} };
        reasons.append(address.withoutSecrets(PQerrorMessage(connection)));
        PQfinish(connection);
    }
    reasons.removeDuplicates();
    return { nullptr, reasons.join(QStringLiteral("; ")) };
}

/// Takes over what connectTo() made.
bool PostgresConnection::take(const Outcome &outcome)
{
    pg_conn *connection = outcome.connection;
    if (!connection) {
        m_lostBecause = outcome.failure;
        return false;
    }
    // Notices are for people at a terminal; ours would go to standard error.
    PQsetNoticeProcessor(
        connection, [](void *, const char *) {}, nullptr);
    if (PQsetnonblocking(connection, 1) != 0 || !PQenterPipelineMode(connection)) {
        m_lostBecause = m_address.withoutSecrets(PQerrorMessage(connection));
        PQfinish(connection);
        return false;
    }
    m_connection = connection;
    m_place->connected(PQsocket(connection));
    m_sent.clear();
    m_aborted = false;
    m_failure.reset();
    m_pause = FirstPause;
    return true;
}

std::optional<PostgresFailure> PostgresConnection::connect()
{
    if (take(connectTo(m_address)))
        return std::nullopt;
    return PostgresFailure { {}, m_lostBecause };
}

void PostgresConnection::connectStepwise()
{
    using namespace std::chrono;
    // Hosts are tried one after the other, and each is waited for, so that is done aside.
    if (!m_connecting.valid()) {
        if (Clock::now() >= m_nextTry)
            m_connecting = std::async(std::launch::async, [address = m_address] { return connectTo(address); });
        return;
    }
    if (m_connecting.wait_for(milliseconds(0)) != std::future_status::ready || take(m_connecting.get()))
        return;
    // Up to half as much again, so that the pods do not all come back at the same moment.
    m_nextTry = Clock::now() + m_pause + milliseconds(QRandomGenerator::global()->bounded(static_cast<int>(m_pause.count() / 2) + 1));
    m_pause = std::min(m_pause * 2, LongestPause);
}

void PostgresConnection::lookForEnd()
{
    if (!m_connection)
        return;
    // A server that goes says so and then hangs up: the end is behind its last words. What is left of an ended transaction comes in here as well, and is read in its turn.
    m_failure.reset();
    pollfd socket { PQsocket(m_connection), POLLIN, 0 };
    while (m_connection && ::poll(&socket, 1, 0) > 0) {
        if (PQconsumeInput(m_connection) != 1 || PQstatus(m_connection) != CONNECTION_OK)
            lose(m_address.withoutSecrets(PQerrorMessage(m_connection)));
    }
}

int PostgresConnection::serverVersion() const
{
    return PQserverVersion(m_connection);
}

void PostgresConnection::lose(const QString &reason)
{
    // What the server said before it hung up tells more than that it did.
    m_lostBecause = m_failure ? m_failure->reason : reason;
    m_failure = PostgresFailure { {}, m_lostBecause };
    close();
}

bool PostgresConnection::note(bool sent, Sent what)
{
    if (sent)
        m_sent.push_back(std::move(what));
    else
        lose(m_address.withoutSecrets(PQerrorMessage(m_connection)));
    return sent;
}

bool PostgresConnection::sendPrepare(const QByteArray &name, const QByteArray &sql, std::function<void()> prepared)
{
    return m_connection && note(PQsendPrepare(m_connection, name.constData(), sql.constData(), 0, nullptr) == 1, { Sent::Kind::Prepare, std::move(prepared) });
}

bool PostgresConnection::sendPrepared(const QByteArray &name, const PostgresValues &values)
{
    const Arguments arguments(values);
    return m_connection
        && note(PQsendQueryPrepared(m_connection, name.constData(), arguments.count(), arguments.values.data(), arguments.lengths.data(), arguments.formats.data(), 0) == 1,
            { Sent::Kind::Statement, {} });
}

bool PostgresConnection::sendQuery(const QByteArray &sql, const PostgresValues &values)
{
    const Arguments arguments(values);
    return m_connection
        && note(PQsendQueryParams(m_connection, sql.constData(), arguments.count(), nullptr, arguments.values.data(), arguments.lengths.data(), arguments.formats.data(), 0) == 1,
            { Sent::Kind::Statement, {} });
}

void PostgresConnection::sendRollback()
{
    // Were there a failure that nobody has read of yet, the server would pass over the rollback as well.
    if (m_connection && note(PQpipelineSync(m_connection) == 1, { Sent::Kind::Sync, {} }) && sendQuery("rollback", {}))
        note(PQpipelineSync(m_connection) == 1, { Sent::Kind::Sync, {} });
}

void PostgresConnection::settle(Clock::time_point until)
{
    if (!m_connection || m_sent.empty())
        return;
    m_failure.reset();
    (void)drain(until);
}

bool PostgresConnection::commit(Clock::time_point until)
{
    m_failure.reset();
    if (!m_connection) {
        m_failure = PostgresFailure { {}, m_lostBecause };
        return false;
    }
    if (!sendQuery("commit", {}) || !note(PQpipelineSync(m_connection) == 1, { Sent::Kind::Sync, {} }))
        return false;
    const PostgresResult result = drain(until);
    if (!m_failure && std::strcmp(PQcmdStatus(result.get()), "COMMIT") != 0)
        m_failure = PostgresFailure { "25P02", QStringLiteral("the transaction had failed before") };
    return !m_failure;
}

/// The next result, or null: the end of a statement's results, or the connection was lost.
pg_result *PostgresConnection::next(Clock::time_point until)
{
    while (true) {
        const int unsent = PQflush(m_connection);
        if (unsent < 0) {
            lose(m_address.withoutSecrets(PQerrorMessage(m_connection)));
            return nullptr;
        }
        if (!PQisBusy(m_connection))
            return PQgetResult(m_connection);
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
        pollfd socket { PQsocket(m_connection), static_cast<short>(POLLIN | (unsent > 0 ? POLLOUT : 0)), 0 };
        const int ready = left <= 0 ? 0 : ::poll(&socket, 1, static_cast<int>(std::min<qint64>(left, 60'000)));
        if (ready < 0 && errno != EINTR) {
            lose(QString::fromLocal8Bit(std::strerror(errno)));
            return nullptr;
        }
        if (ready == 0 && Clock::now() >= until) {
            lose(QStringLiteral("the server did not answer in time"));
            return nullptr;
        }
        if ((socket.revents & (POLLIN | POLLERR | POLLHUP)) != 0 && PQconsumeInput(m_connection) != 1) {
            lose(m_address.withoutSecrets(PQerrorMessage(m_connection)));
            return nullptr;
        }
    }
}

/// Reads all results. @returns that of the last statement, null when something failed
PostgresResult PostgresConnection::drain(Clock::time_point until)
{
    const struct Waiting
    {
        explicit Waiting(ConnectionWatch::Place &place)
            : place(place)
        {
            place.waits();
        }
        ~Waiting() { place.waitsNoLonger(); }
        ConnectionWatch::Place &place;
    } waiting(*m_place);
    PostgresResult last;
    while (!m_sent.empty()) {
        const Sent head = std::move(m_sent.front());
        m_sent.pop_front();
        PostgresResult result(next(until));
        if (!m_connection)
            return nullptr;
        const ExecStatusType status = PQresultStatus(result.get());
        if (PQstatus(m_connection) == CONNECTION_BAD) {
            const char *reason = PQresultErrorField(result.get(), PG_DIAG_MESSAGE_PRIMARY);
            lose(m_address.withoutSecrets(reason ? reason : PQerrorMessage(m_connection)));
            return nullptr;
        }
        if (head.kind == Sent::Kind::Sync) {
            m_aborted = false;
            continue;
        }
        if (status == PGRES_FATAL_ERROR) {
            m_aborted = true;
            const char *state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
            const char *reason = PQresultErrorField(result.get(), PG_DIAG_MESSAGE_PRIMARY);
            if (!m_failure)
                m_failure = PostgresFailure { state ? state : "XX000", m_address.withoutSecrets(reason ? reason : PQresultErrorMessage(result.get())) };
        } else if (head.kind == Sent::Kind::Prepare) {
            if (status == PGRES_COMMAND_OK && head.prepared)
                head.prepared();
        } else {
            last = std::move(result);
        }
        // Each statement's results end with a null.
        while (PostgresResult rest { next(until) }) { }
        if (!m_connection)
            return nullptr;
    }
    return m_failure ? nullptr : std::move(last);
}

PostgresResult PostgresConnection::wait(Clock::time_point until)
{
    m_failure.reset();
    if (!m_connection) {
        m_failure = PostgresFailure { {}, m_lostBecause };
        return nullptr;
    }
    // Not only a flush: after a synchronization the server knows that it is our turn, and ends a transaction that we do not go on with (see PostgresSettings::idleLimit).
    if (!note(PQpipelineSync(m_connection) == 1, { Sent::Kind::Sync, {} }))
        return nullptr;
    return drain(until);
}

bool PostgresConnection::synchronize(Clock::time_point until)
{
    m_failure.reset();
    if (!m_connection) {
        m_failure = PostgresFailure { {}, m_lostBecause };
        return false;
    }
    if (!note(PQpipelineSync(m_connection) == 1, { Sent::Kind::Sync, {} }))
        return false;
    (void)drain(until);
    return !m_failure;
}

} // namespace iwd
