// SPDX-License-Identifier: Apache-2.0
#include "requestlimits.h"

#include <QHostAddress>

namespace iwd {

namespace {

constexpr int burstOfFailures = 10; ///< times as many as in a second

/// FNV-1a, the same on every machine. Its input is ours, not a stranger's: ids of keys, names of users, addresses.
class Fingerprint
{
public:
    void add(QStringView text)
    {
        for (const QChar c : text)
            add(c.unicode());
        add(0xffff); // no text holds it
    }
    void add(quint64 number)
    {
        m_value = (m_value ^ number) * 0x100000001b3ULL;
    }
    [[nodiscard]] quint64 value() const { return m_value ^ (m_value >> 32); }

private:
    quint64 m_value = 0xcbf29ce484222325ULL;
};

quint64 numberOf(const Caller &caller)
{
    Fingerprint fingerprint;
    fingerprint.add(static_cast<quint64>(caller.tenant.number));
    fingerprint.add(caller.actor.kind);
    fingerprint.add(caller.actor.id);
    return fingerprint.value();
}

/// Who has an IPv6 address has a network of 2^64 of them.
quint64 numberOf(const QString &address)
{
    Fingerprint fingerprint;
    const QHostAddress parsed(address);
    bool isFour = false;
    const quint32 four = parsed.toIPv4Address(&isFour);
    if (isFour) {
        fingerprint.add(four);
    } else if (parsed.protocol() == QAbstractSocket::IPv6Protocol) {
        const Q_IPV6ADDR six = parsed.toIPv6Address();
        for (int i = 0; i < 8; ++i)
            fingerprint.add(six[i]);
    } else {
        fingerprint.add(QStringView(address));
    }
    return fingerprint.value();
}

qint64 secondsOf(TokenBuckets::Duration wait)
{
    return std::max<qint64>(1, std::chrono::ceil<std::chrono::seconds>(wait).count());
}

} // namespace

RequestLimits::RequestLimits(RequestLimitOptions options, const Clock &clock)
    : m_options(options)
    , m_clock(clock)
{
    if (m_options.requestsPerSecond > 0)
        m_callers = std::make_unique<TokenBuckets>(m_options.requestsPerSecond, m_options.burst > 0 ? m_options.burst : m_options.requestsPerSecond);
    if (m_options.failuresPerSecond > 0)
        m_addresses = std::make_unique<TokenBuckets>(m_options.failuresPerSecond, m_options.failuresPerSecond * burstOfFailures);
}

Result<void> RequestLimits::admit(const Caller &caller)
{
    if (!m_callers)
        return {};
    const auto wait = m_callers->take(numberOf(caller), m_clock.steady());
    if (!wait)
        return {};
    ++m_refusedRequests;
    const qint64 seconds = secondsOf(*wait);
    const QString who = caller.actor.kind == QLatin1StringView("user") ? QStringLiteral("The user") : QStringLiteral("The API key");
    return Error { ErrorCode::TooManyRequests,
        QStringLiteral("%1 \"%2\" sends more than %3 requests a second. Try again in %4 s.").arg(who, caller.actor.name).arg(m_options.requestsPerSecond).arg(seconds), {},
        { { QStringLiteral("limitPerSecond"), m_options.requestsPerSecond }, { QStringLiteral("retryAfterSeconds"), seconds } } };
}

Result<void> RequestLimits::mayTry(const QString &address) const
{
    if (!m_addresses)
        return {};
    const auto wait = m_addresses->wait(numberOf(address), m_clock.steady());
    if (!wait)
        return {};
    ++m_refusedStrangers;
    const qint64 seconds = secondsOf(*wait);
    return Error { ErrorCode::TooManyAttempts,
        QStringLiteral("Too many requests with unknown keys or tokens come from your address. Try again in %1 s.").arg(seconds), {}, { { QStringLiteral("retryAfterSeconds"), seconds } } };
}

void RequestLimits::failed(const QString &address)
{
    if (m_addresses)
        (void)m_addresses->take(numberOf(address), m_clock.steady());
}

void RequestLimits::countUsage()
{
    if (m_callers)
        m_callers->countUsage();
}

std::vector<TokenBuckets::Usage> RequestLimits::takeUsage(size_t most)
{
    return m_callers ? m_callers->takeUsage(most) : std::vector<TokenBuckets::Usage>();
}

void RequestLimits::charge(const TokenBuckets::Usage &usage)
{
    if (m_callers)
        m_callers->charge(usage.caller, usage.count, m_clock.steady());
}

} // namespace iwd
