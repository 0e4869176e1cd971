// SPDX-License-Identifier: Apache-2.0
#include "bodytaker.h"

#include <QNetworkReply>

namespace iwd {

namespace {

const QString brokeOff = QStringLiteral("the connection was closed before the answer was complete");

} // namespace

bool ZippedBody::take(QNetworkReply &reply)
{
    return reply.bytesAvailable() == 0 || reply.rawHeader("Content-Encoding") != "gzip" || m_stream.add(reply.readAll(), m_give);
}

QString ZippedBody::whatIsMissing(QNetworkReply &reply) const
{
    if (m_stream.isWhole())
        return {};
    if (reply.rawHeader("Content-Encoding") != "gzip")
        return QStringLiteral("the answer came unzipped, so that nobody can tell whether it is whole (http.gzip of the server has to be on)");
    return brokeOff;
}

bool VerifiedBody::take(QNetworkReply &reply)
{
    const QByteArray piece = reply.readAll();
    if (piece.isEmpty())
        return true;
    m_hash.addData(piece);
    m_bytes += piece.size();
    return m_give(piece, reply.rawHeader("Backup-Bytes").toLongLong());
}

QString VerifiedBody::whatIsMissing(QNetworkReply &reply) const
{
    const QByteArray digest = reply.rawHeader("Repr-Digest");
    if (digest.isEmpty() || !reply.hasRawHeader("Backup-Bytes"))
        return QStringLiteral("the answer does not say how long it is and what its SHA-256 is, so that nobody can tell whether it is whole");
    if (m_bytes < reply.rawHeader("Backup-Bytes").toLongLong())
        return brokeOff;
    if (m_bytes > reply.rawHeader("Backup-Bytes").toLongLong() || digest != "sha-256=:" + m_hash.result().toBase64() + ':')
        return QStringLiteral("what came is not what the server sent (its SHA-256 is another one)");
    return {};
}

} // namespace iwd
