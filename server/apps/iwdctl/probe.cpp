// SPDX-License-Identifier: Apache-2.0
#include "probe.h"

#include <base/delivery.h>

#include <QElapsedTimer>
#include <QHostInfo>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QSslCertificate>
#include <QSslSocket>
#include <QTimer>

using namespace Qt::StringLiterals;

namespace iwd {
namespace {

constexpr int PatienceMs = 30'000; ///< for each step; as long as the client has for a call
const QString tooSlow = u"nothing happened for 30 s"_s;

bool isSecure(const QUrl &url)
{
    return url.scheme() == "https"_L1;
}

QCoro::Task<QHostInfo> resolved(QString host)
{
    QObject context;
    Delivery<QHostInfo> found;
    QHostInfo::lookupHost(host, &context, [found](const QHostInfo &info) { found.deliver(info); });
    QTimer::singleShot(PatienceMs, &context, [found] { found.deliver(QHostInfo()); });
    co_return co_await found;
}

/// @returns what went wrong; empty: nothing
QCoro::Task<QString> connected(QSslSocket &socket, QUrl url)
{
    Delivery<QString> outcome;
    QObject context;
    QObject::connect(&socket, &QAbstractSocket::connected, &context, [outcome] { outcome.deliver(QString()); });
    QObject::connect(&socket, &QAbstractSocket::errorOccurred, &context, [outcome, &socket] { outcome.deliver(socket.errorString()); });
    QTimer::singleShot(PatienceMs, &context, [outcome] { outcome.deliver(tooSlow); });
    socket.connectToHost(url.host(), static_cast<quint16>(url.port(isSecure(url) ? 443 : 80)));
    co_return co_await outcome;
}

/// The handshake, by the rules that any client of the server goes by; but to its end, to see whose certificate it is.
QCoro::Task<QStringList> secured(QSslSocket &socket, QUrl url)
{
    Delivery<QString> outcome;
    QObject context;
    const auto troubles = std::make_shared<QStringList>();
    QObject::connect(&socket, &QSslSocket::sslErrors, &context, [troubles, &socket](const QList<QSslError> &errors) {
        for (const QSslError &error : errors)
            troubles->append(error.errorString());
        socket.ignoreSslErrors();
    });
    QObject::connect(&socket, &QSslSocket::encrypted, &context, [outcome] { outcome.deliver(QString()); });
    QObject::connect(&socket, &QAbstractSocket::errorOccurred, &context, [outcome, &socket] { outcome.deliver(socket.errorString()); });
    QTimer::singleShot(PatienceMs, &context, [outcome] { outcome.deliver(tooSlow); });
    socket.setPeerVerifyName(url.host());
    socket.startClientEncryption();
    const QString failure = co_await outcome;
    if (!failure.isEmpty())
        troubles->append(failure);
    troubles->removeDuplicates();
    co_return *troubles;
}

} // namespace

QCoro::Task<Reach> reach(QUrl url)
{
    Reach reached;
    reached.usesTls = isSecure(url);
    QElapsedTimer timer;
    timer.start();
    const QHostInfo info = co_await resolved(url.host());
    reached.resolveMs = timer.restart();
    const QList<QHostAddress> addresses = info.addresses();
    for (const QHostAddress &address : addresses)
        reached.addresses.append(address.toString());
    if (reached.addresses.isEmpty())
        co_return reached;

    QSslSocket socket;
    reached.connectTrouble = co_await connected(socket, url);
    reached.connectMs = timer.restart();
    if (!reached.connectTrouble.isEmpty() || !reached.usesTls)
        co_return reached;
    reached.tlsTroubles = co_await secured(socket, url);
    reached.tlsMs = timer.elapsed();
    const QSslCertificate certificate = socket.peerCertificate();
    if (!certificate.isNull())
        reached.certificateUntil = certificate.expiryDate().toUTC();
    co_return reached;
}

QCoro::Task<Glance> glanceAt(QUrl server, QString path)
{
    QUrl url = server;
    QString base = server.path();
    while (base.endsWith(u'/'))
        base.chop(1);
    url.setPath(base + path);
    QNetworkAccessManager manager;
    QNetworkRequest request(url);
    request.setTransferTimeout(PatienceMs);
    Glance glance;
    glance.asked = QDateTime::currentDateTimeUtc();
    const std::unique_ptr<QNetworkReply> reply(manager.get(request));
    Delivery<bool> finished;
    QObject::connect(reply.get(), &QNetworkReply::finished, reply.get(), [finished] { finished.deliver(true); });
    co_await finished;
    glance.answered = QDateTime::currentDateTimeUtc();
    glance.status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    glance.trouble = reply->errorString();
    glance.body = reply->readAll();
    glance.date = reply->rawHeader("Date");
    co_return glance;
}

} // namespace iwd
