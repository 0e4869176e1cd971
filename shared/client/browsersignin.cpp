// SPDX-License-Identifier: Apache-2.0
#include "browsersignin.h"

#include <QCryptographicHash>
#include <QRandomGenerator>
#include <QTcpSocket>
#include <QTimer>
#include <QUrlQuery>

#include <array>

namespace iwd {

namespace {

constexpr qsizetype LongestHead = 16 * 1024;
constexpr size_t MostVisitors = 16; ///< at once: browsers open a few connections ahead
constexpr milliseconds SlowestVisitor { 10'000 };

/// 256 random bits, RFC 7636, 4.1.
QString newVerifier()
{
    std::array<quint32, 8> random {};
    QRandomGenerator::system()->fillRange(random.data(), static_cast<qsizetype>(random.size()));
    const QByteArray bytes(reinterpret_cast<const char *>(random.data()), sizeof random);
    return QString::fromLatin1(bytes.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals));
}

/// A page of our own words alone: nothing that came in is in it.
QByteArray page(const QByteArray &status, const QByteArray &title, const QByteArray &text)
{
    const QByteArray body = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + title + "</title></head><body><h1>" + title + "</h1><p>" + text + "</p></body></html>\n";
    return "HTTP/1.1 " + status
        + "\r\nContent-Type: text/html; charset=utf-8\r\nContent-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
          "Cache-Control: no-store\r\nConnection: close\r\nContent-Length: "
        + QByteArray::number(body.size()) + "\r\n\r\n" + body;
}

QByteArray notForUs()
{
    return page("404 Not Found", "Nothing here", "This address is for one sign-in alone, and this is not it.");
}

Error refusedThere(const QString &error)
{
    const bool isCode = std::all_of(error.begin(), error.end(), [](QChar c) { return c == u'_' || (c >= u'a' && c <= u'z'); });
    const QString shown = isCode ? error.left(60) : QStringLiteral("unknown error");
    return { ErrorCode::SignInRefused, QStringLiteral("The identity provider has not signed you in (%1).").arg(shown), {}, { { QStringLiteral("reason"), shown }, { QStringLiteral("provider"), QString() } } };
}

} // namespace

BrowserSignIn::BrowserSignIn()
    : m_verifier(newVerifier())
{
    connect(&m_server, &QTcpServer::newConnection, this, &BrowserSignIn::accept);
}

Result<std::unique_ptr<BrowserSignIn>> BrowserSignIn::listen(quint16 port)
{
    std::unique_ptr<BrowserSignIn> signIn(new BrowserSignIn);
    if (!signIn->m_server.listen(QHostAddress::LocalHost, port)) {
        return Error { ErrorCode::Unreachable, QStringLiteral("The browser cannot come back to port %1 of this machine: %2. Choose another port.").arg(port).arg(signIn->m_server.errorString()), {},
            { { QStringLiteral("url"), QStringLiteral("http://127.0.0.1:%1/").arg(port) } } };
    }
    return signIn;
}

QString BrowserSignIn::redirectUri() const
{
    return QStringLiteral("http://127.0.0.1:%1/").arg(m_server.serverPort());
}

QString BrowserSignIn::codeChallenge() const
{
    return QString::fromLatin1(
        QCryptographicHash::hash(m_verifier.toLatin1(), QCryptographicHash::Sha256).toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals));
}

QCoro::Task<Result<BrowserSignIn::Return>> BrowserSignIn::comeBack(QString state, milliseconds patience)
{
    m_state = std::move(state);
    QTimer timer;
    timer.setSingleShot(true);
    const auto back = m_back;
    connect(&timer, &QTimer::timeout, this, [back, patience] {
        back.deliver(Error { ErrorCode::DeadlineExceeded,
            QStringLiteral("Nobody signed in within %1 s. Begin once more.").arg(std::chrono::ceil<std::chrono::seconds>(patience).count()), {}, {} });
    });
    timer.start(patience);
    Result<Return> result = co_await back;
    co_return result;
}

void BrowserSignIn::giveUp()
{
    m_back.deliver(Error { ErrorCode::Unreachable, QStringLiteral("The sign-in was given up."), {}, {} });
}

void BrowserSignIn::accept()
{
    while (QTcpSocket *socket = m_server.nextPendingConnection()) {
        if (m_heads.size() >= MostVisitors) {
            socket->abort();
            socket->deleteLater();
            continue;
        }
        m_heads[socket];
        connect(socket, &QTcpSocket::readyRead, this, [this, socket] { read(socket); });
        connect(socket, &QTcpSocket::disconnected, this, [this, socket] {
            m_heads.erase(socket);
            socket->deleteLater();
        });
        QTimer::singleShot(SlowestVisitor, socket, [socket] { socket->abort(); });
    }
}

void BrowserSignIn::read(QTcpSocket *socket)
{
    const auto known = m_heads.find(socket);
    if (known == m_heads.end())
        return;
    QByteArray &head = known->second;
    head += socket->read(LongestHead + 1 - head.size());
    const bool isWhole = head.contains("\r\n\r\n");
    if (!isWhole && head.size() <= LongestHead)
        return;
    const QByteArray answer = isWhole ? answerTo(head.left(head.indexOf("\r\n"))) : page("431 Request Header Fields Too Large", "Too much", "This is more than a browser sends that comes back.");
    head.clear();
    socket->disconnect(this, nullptr);
    m_heads.erase(known);
    connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
    socket->write(answer);
    socket->flush();
    socket->disconnectFromHost();
}

QByteArray BrowserSignIn::answerTo(const QByteArray &requestLine)
{
    const QList<QByteArray> words = requestLine.split(' ');
    const QUrl target(QString::fromLatin1(words.value(1)), QUrl::StrictMode);
    if (words.value(0) != "GET" || !target.isValid() || target.path() != QLatin1StringView("/"))
        return notForUs();
    // A form writes a space as +, which QUrlQuery leaves as it is.
    const QUrlQuery query(target.query(QUrl::FullyEncoded).replace(u'+', QStringLiteral("%20")));
    const auto value = [&query](const QString &name) { return query.queryItemValue(name, QUrl::FullyDecoded); };
    const QString state = value(QStringLiteral("state"));
    // Any page can send a browser here; none but the one that was begun knows the state.
    if (m_state.isEmpty() || state != m_state)
        return notForUs();
    if (const QString error = value(QStringLiteral("error")); !error.isEmpty()) {
        m_back.deliver(refusedThere(error));
        return page("200 OK", "Not signed in", "The identity provider has not signed you in. You may close this window.");
    }
    const QString code = value(QStringLiteral("code"));
    if (code.isEmpty())
        return notForUs();
    m_back.deliver(Return { state, code, m_verifier });
    return page("200 OK", "You are signed in", "You may close this window and go back to the program.");
}

} // namespace iwd
