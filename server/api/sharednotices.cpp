// SPDX-License-Identifier: Apache-2.0
#include "sharednotices.h"

#include <runtime/seal.h>

#include <QCoreApplication>
#include <QPointer>
#include <QUuid>

namespace iwd {

namespace {

constexpr size_t mostServers = 100; ///< that are listened to
constexpr std::chrono::seconds silence { 10 }; ///< after which a server's notice is taken down
constexpr milliseconds lifeOfBoard { 60'000 };
constexpr milliseconds patienceAtEnd { 2'000 };

} // namespace

SharedNotices::SharedNotices(Board &board, QByteArray name, const QByteArray &secret, milliseconds interval)
    : m_board(board)
    , m_name(std::move(name))
    , m_seal(std::make_unique<const Seal>(secret))
    , m_self(QUuid::createUuid().toByteArray(QUuid::WithoutBraces))
{
    connect(&m_timer, &QTimer::timeout, this, [this] {
        if (m_running == 0)
            exchange();
    });
    m_timer.start(interval);
}

SharedNotices::~SharedNotices()
{
    m_ending = true;
    m_timer.stop();
    const Deadline patience = Deadline::in(patienceAtEnd);
    while (m_running > 0 && !patience.passed())
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents | QEventLoop::ExcludeSocketNotifiers, 10);
}

QCoro::Task<> SharedNotices::exchange()
{
    ++m_running;
    const QPointer<SharedNotices> self(this);
    const QByteArray name = m_name;
    QByteArray notice = ownNotice();
    if (!notice.isEmpty())
        notice = m_seal->close(m_name + '/' + m_self, notice);
    const auto notices = co_await m_board.exchange(name, m_self, notice, lifeOfBoard);
    if (!self)
        co_return;
    QByteArray silent;
    if (notices && !m_ending) {
        for (const auto &[who, sealed] : *notices) {
            if (who == m_self || (m_others.size() >= mostServers && !m_others.contains(who)))
                continue;
            // What cannot be read has a time to live as well.
            const auto other = m_others.try_emplace(who, Deadline::in(silence)).first;
            const auto text = m_seal->open(m_name + '/' + who, sealed);
            if (text && learn(who, *text))
                other->second = Deadline::in(silence);
            if (other->second.passed())
                silent = who;
        }
    }
    // A board that is away tells nothing, and so do all that were on it.
    for (auto other = m_others.begin(); !m_ending && other != m_others.end();) {
        const bool gone = notices ? !notices->contains(other->first) : other->second.passed();
        if (gone)
            forget(other->first);
        other = gone ? m_others.erase(other) : std::next(other);
    }
    if (!silent.isEmpty())
        co_await m_board.takeDown(name, silent);
    if (self)
        --m_running;
}

} // namespace iwd
