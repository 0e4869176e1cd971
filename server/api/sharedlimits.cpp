// SPDX-License-Identifier: Apache-2.0
#include "sharedlimits.h"

#include <cache/cachekeys.h>

#include <QDataStream>
#include <QIODevice>

namespace iwd {

namespace {

constexpr size_t intervalsTold = 5; ///< so that a reader may miss a few exchanges
constexpr size_t mostCallers = 500; ///< told of an interval: those that sent the most
constexpr quint8 format = 1;

} // namespace

SharedLimits::SharedLimits(RequestLimits &limits, Board &board, const QByteArray &secret, milliseconds every)
    : SharedNotices(board, cachekey::requestUsage(), secret, every)
    , m_limits(limits)
{
    m_limits.countUsage();
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
    return text;
}

bool SharedLimits::learn(const QByteArray &who, const QByteArray &notice)
{
    QDataStream stream(notice);
    quint8 version = 0;
    quint64 newest = 0;
    quint32 intervals = 0;
    stream >> version >> newest >> intervals;
    if (stream.status() != QDataStream::Ok || version != format)
        return false;
    const quint64 told = std::exchange(m_told[who], std::max(newest, m_told[who]));
    if (newest <= told)
        return false;
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
    return true;
}

} // namespace iwd
