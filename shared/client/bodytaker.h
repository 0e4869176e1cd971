// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gunzipstream.h"

#include <QCryptographicHash>
#include <QString>

class QNetworkReply;

namespace iwd {

/// Takes the body of an answer piece by piece, and knows afterwards whether it is whole, which a QNetworkReply does not always.
class BodyTaker
{
public:
    virtual ~BodyTaker() = default;
    /// What to ask for, so that Qt leaves the body as it comes.
    [[nodiscard]] virtual QByteArray acceptEncoding() const = 0;
    /// Reads what is there. @returns false when that is enough
    [[nodiscard]] virtual bool take(QNetworkReply &reply) = 0;
    /// After the last piece. @returns what is wrong; empty: nothing
    [[nodiscard]] virtual QString whatIsMissing(QNetworkReply &reply) const = 0;
};

/// A body whose end is that of its gzip stream.
class ZippedBody final : public BodyTaker
{
public:
    explicit ZippedBody(std::function<bool(const QByteArray &)> give)
        : m_give(std::move(give))
    {
    }
    QByteArray acceptEncoding() const override { return "gzip"; }
    bool take(QNetworkReply &reply) override;
    QString whatIsMissing(QNetworkReply &reply) const override;

private:
    const std::function<bool(const QByteArray &)> m_give;
    GunzipStream m_stream;
};

/// A body whose size and SHA-256 the server has named.
class VerifiedBody final : public BodyTaker
{
public:
    explicit VerifiedBody(std::function<bool(const QByteArray &, qint64)> give)
        : m_give(std::move(give))
    {
    }
    QByteArray acceptEncoding() const override { return "identity"; }
    bool take(QNetworkReply &reply) override;
    QString whatIsMissing(QNetworkReply &reply) const override;

private:
    const std::function<bool(const QByteArray &, qint64)> m_give;
    QCryptographicHash m_hash { QCryptographicHash::Sha256 };
    qint64 m_bytes = 0;
};

} // namespace iwd
