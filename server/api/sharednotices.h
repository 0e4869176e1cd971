// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cache/board.h>

#include <QObject>
#include <QTimer>

#include <memory>

namespace iwd {

class Seal;

/// What a server of a cluster tells the others every so often, and learns of them, through a board. Notices are sealed, so nobody else can put one there. While
/// the board is away each server knows of itself only. To be used on one thread, which has an event loop.
class SharedNotices : public QObject
{
    Q_OBJECT
public:
    /// Waits for the board's last answer, though not for long.
    ~SharedNotices() override;

    /// One exchange with the others; runs by itself every interval.
    QCoro::Task<> exchange();

protected:
    /// @param name of the board, which must outlive this. @param secret that the servers share
    SharedNotices(Board &board, QByteArray name, const QByteArray &secret, milliseconds interval);

    /// @returns what the others are to be told; empty: nothing new, the last notice stays as it is
    [[nodiscard]] virtual QByteArray ownNotice() = 0;
    /// What another server tells; the same may come again. @returns whether it was sound and new
    virtual bool learn(const QByteArray &who, const QByteArray &notice) = 0;
    /// Another server tells nothing any more.
    virtual void forget(const QByteArray &who) = 0;

private:
    Board &m_board;
    const QByteArray m_name;
    const std::unique_ptr<const Seal> m_seal;
    const QByteArray m_self;
    QTimer m_timer;
    int m_running = 0; ///< exchanges that wait for the board
    bool m_ending = false;
    std::map<QByteArray, Deadline> m_others; ///< until when something new of them is waited for
};

} // namespace iwd
