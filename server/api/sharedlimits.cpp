// SPDX-License-Identifier: Apache-2.0
#include "sharedlimits.h"

#include <cache/cachekeys.h>
#include <runtime/seal.h>

#include <QCoreApplication>
#include <QDataStream>
#include <QIODevice>
#include <QPointer>
#include <QUuid>

namespace iwd {

namespace {

constexpr size_t intervalsTold = 5; ///< so that a reader may miss a few exchanges
constexpr size_t mostCallers = 500; ///< told of an interval: those that sent the most
constexpr size_t mostServers = 100; ///< that are listened to
constexpr std::chrono::seconds silence { 10 }; ///< after which a server's notice is taken down
constexpr milliseconds lifeOfBoard { 60'000 };
constexpr milliseconds patienceAtEnd { 2'000 };
constexpr quint8 format = 1;

} // namespace

SharedLimits::SharedLimits(RequestLimits &limits, Board &board, const QByteArray &secret, milliseconds every)
    : m_limits(limits)
    , m_board(board)
    , m_seal(std::make_unique<const Seal>(secret))
    , m_self(QUuid::createUuid().toByteArray(QUuid::WithoutBraces))
{
    m_limits.countUsage();
    connect(&m_timer, &QTimer::timeout, this, [this] {
        if (m_running == 0)
            exchange();
    });
    m_timer.start(every);
}

SharedLimits::~SharedLimits()
{
    m_timer.stop();
    const Deadline patience = Deadline::in(patienceAtEnd);
    while (m_running > 0 && !patience.passed())
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents | QEventLoop::ExcludeSocketNotifiers, 10);
}

/// What was let through in the last few intervals. Empty: nothing that the others have not been told.
QByteArray SharedLimits::ownNotice()
{
    ++m_interval;
    m_usages.push_front(m_limits.takeUsage(mostCallers));
    if (m_usages.size() > intervalsTold)
        m_usages.pop_back();
    if (std::all_of(m_usages.begin(), m_usages.end(), [](const Usages &usages) { return usages.empty(); }))
        return {};
    QByteArray text;
    QDataStream stream(&text, QIODevice::WriteOnly);
    stream << format << m_interval << static_cast<quint32>(m_usages.size());
    for (const Usages &usages : m_usages) {
        stream << static_cast<quint32>(usages.size());
        for (const TokenBuckets::Usage &usage : usages)
            stream << usage.caller << usage.count;
    }
    return m_seal->close(cachekey::requestUsage() + '/' + m_self, text);
}

void SharedLimits::learn(const QByteArray &who, const QByteArray &sealed)
{
    const auto text = m_seal->open(cachekey::requestUsage() + '/' + who, sealed);
    if (!text)
        return;
    QDataStream stream(*text);
    quint8 version = 0;
    quint64 newest = 0;
    quint32 intervals = 0;
    stream >> version >> newest >> intervals;
    if (stream.status() != QDataStream::Ok || version != format)
        return;
    Other &other = m_others[who];
    const quint64 told = other.told;
    if (newest <= told)
        return;
    other.told = newest;
    other.alive = Deadline::in(silence);
    for (quint64 interval = newest; interval > told && intervals > 0; --interval, --intervals) {
        quint32 callers = 0;
        stream >> callers;
        for (; callers > 0 && stream.status() == QDataStream::Ok; --callers) {
            TokenBuckets::Usage usage {};
            stream >> usage.caller >> usage.count;
            if (stream.status() == QDataStream::Ok)
                m_limits.charge(usage);
        }
    }
}

QCoro::Task<> SharedLimits::exchange()
{
    ++m_running;
    const QPointer<SharedLimits> self(this);
    const QByteArray board = cachekey::requestUsage();
    const QByteArray notice = ownNotice();
    const auto notices = co_await m_board.exchange(board, m_self, notice, lifeOfBoard);
    if (!self)
        co_return;
    QByteArray silent;
    if (notices) {
        for (const auto &[who, sealed] : *notices) {
            if (who == m_self)
                continue;
            if (m_others.size() >= mostServers && !m_others.contains(who))
                continue;
            // What cannot be read has a time to live as well.
            m_others.try_emplace(who, Other { 0, Deadline::in(silence) });
            learn(who, sealed);
            if (m_others[who].alive.passed())
                silent = who;
        }
        std::erase_if(m_others, [&](const auto &other) { return !notices->contains(other.first); });
    }
    if (!silent.isEmpty())
        co_await m_board.takeDown(board, silent);
    if (self)
        --m_running;
}

} // namespace iwd
