// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <qcoro/qcorotask.h>

#include <QDateTime>
#include <QStringList>
#include <QUrl>

#include <optional>

namespace iwd {

/// What a connection to a server came to, step by step. Nothing is sent on it.
struct Reach
{
    QStringList addresses; ///< of the host; empty: its name is not known
    qint64 resolveMs = 0;
    QString connectTrouble; ///< empty: somebody listens there
    qint64 connectMs = 0;
    bool usesTls = false;
    QStringList tlsTroubles; ///< why a client does not trust the other end, or could not agree with it
    qint64 tlsMs = 0;
    std::optional<QDateTime> certificateUntil; ///< of the other end's certificate, also of one that is not trusted
};
[[nodiscard]] QCoro::Task<Reach> reach(QUrl url);

/// An answer as it came, whatever its status is.
struct Glance
{
    int status = 0; ///< 0: none came
    QString trouble; ///< why not
    QByteArray body;
    QByteArray date; ///< header field
    QDateTime asked; ///< by this machine's clock
    QDateTime answered;
};
/// Asks for a page that needs no credentials, once.
[[nodiscard]] QCoro::Task<Glance> glanceAt(QUrl server, QString path);

} // namespace iwd
