// SPDX-License-Identifier: Apache-2.0
#include "outgoingclient.h"

#include <base/webaddress.h>

#include <QFile>
#include <QNetworkProxy>
#include <QNetworkReply>
#include <QPointer>
#include <QSslConfiguration>

namespace iwd {

namespace {

constexpr size_t mostAddresses = 4; ///< of a name that are tried, one after the other

/// Without path and query: these may be secret, and the text ends up in logs.
QString placeOf(const QUrl &url)
{
    return url.toString(QUrl::RemovePath | QUrl::RemoveQuery | QUrl::RemoveFragment | QUrl::RemoveUserInfo);
}

Error failure(const QUrl &url, const QString &reason, const QString &sentence)
{
    return { ErrorCode::Unreachable, QStringLiteral("%1 could not be called: %2.").arg(placeOf(url), sentence), {},
        { { QStringLiteral("url"), placeOf(url) }, { QStringLiteral("reason"), reason } } };
}

Error timedOut(const QUrl &url, milliseconds patience)
{
    return failure(url, outgoingreason::Timeout, QStringLiteral("no whole answer came within %1 s").arg(qreal(patience.count()) / 1000));
}

QByteArray hostHeader(const QUrl &url)
{
    const QString host = url.host(QUrl::FullyEncoded);
    QByteArray value = host.contains(u':') ? '[' + host.toLatin1() + ']' : host.toLatin1();
    if (url.port() > 0)
        value += ':' + QByteArray::number(url.port());
    return value;
}

/// Says why, of what Qt says only that it failed.
Error failureOf(const QNetworkReply &reply, const QUrl &url, const QStringList &tlsErrors)
{
    switch (reply.error()) {
    case QNetworkReply::ConnectionRefusedError:
        return failure(url, outgoingreason::Connect, QStringLiteral("the connection was refused; is something listening there?"));
    case QNetworkReply::RemoteHostClosedError:
        return failure(url, outgoingreason::Broken, QStringLiteral("the connection was closed before the answer was complete"));
    case QNetworkReply::SslHandshakeFailedError: {
        QString why = tlsErrors.isEmpty() ? reply.errorString() : tlsErrors.join(QStringLiteral("; "));
        while (why.endsWith(u'.'))
            why.chop(1);
        return failure(url, outgoingreason::Tls,
            QStringLiteral("its TLS certificate or handshake was not accepted (%1); a certificate of your own authority is accepted when outgoing.tls.authority names that").arg(why));
    }
    case QNetworkReply::UnknownNetworkError:
    case QNetworkReply::TemporaryNetworkFailureError:
    case QNetworkReply::NetworkSessionFailedError:
        return failure(url, outgoingreason::Connect, QStringLiteral("there is no way there (%1)").arg(reply.errorString()));
    default:
        return failure(url, outgoingreason::Broken, QStringLiteral("the answer is not HTTP or incomplete (%1)").arg(reply.errorString()));
    }
}

bool isReason(const Error &error, const QString &reason)
{
    return error.args.value(QLatin1StringView("reason")).toString() == reason;
}

milliseconds left(Deadline deadline)
{
    return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(deadline.at() - std::chrono::steady_clock::now()));
}

} // namespace

std::optional<QByteArray> OutgoingAnswer::header(const QByteArray &name) const
{
    const auto found = std::find_if(headers.begin(), headers.end(), [&](const OutgoingHeader &header) { return header.name.compare(name, Qt::CaseInsensitive) == 0; });
    return found == headers.end() ? std::nullopt : std::optional(found->value);
}

Result<QUrl> outgoingUrl(const QString &text, const QString &field)
{
    return webAddress(text, field);
}

/// One request to one address. Destroys itself when it is over.
class OutgoingClient::Call : public QObject
{
public:
    Call(OutgoingClient &client, const OutgoingRequest &request, QNetworkReply *reply, Deadline deadline)
        : QObject(&client)
        , m_client(client)
        , m_url(request.url)
        , m_patience(request.patience)
        , m_mostBytes(request.mostBytes)
        , m_reply(reply)
    {
        m_client.m_calls.insert(this);
        connect(reply, &QNetworkReply::sslErrors, this, [this](const QList<QSslError> &errors) {
            for (const QSslError &error : errors)
                m_tlsErrors << error.errorString();
        });
        connect(reply, &QNetworkReply::metaDataChanged, this, [this] {
            if (m_reply->header(QNetworkRequest::ContentLengthHeader).toLongLong() > m_mostBytes)
                giveUpAsTooLarge();
        });
        connect(reply, &QNetworkReply::readyRead, this, &Call::read);
        connect(reply, &QNetworkReply::finished, this, &Call::finish);
        connect(&m_timer, &QTimer::timeout, this, [this] { end(timedOut(m_url, m_patience)); });
        m_timer.setSingleShot(true);
        m_timer.start(left(deadline));
    }

    [[nodiscard]] const Delivery<Result<OutgoingAnswer>> &outcome() const { return m_outcome; }

    void end(Result<OutgoingAnswer> outcome)
    {
        if (!m_reply)
            return;
        m_client.m_calls.erase(this);
        QNetworkReply *const reply = std::exchange(m_reply, nullptr);
        m_timer.stop();
        reply->disconnect(this);
        reply->abort();
        reply->deleteLater();
        m_outcome.deliver(std::move(outcome));
        deleteLater();
    }

private:
    void giveUpAsTooLarge()
    {
        end(failure(m_url, outgoingreason::TooLarge, QStringLiteral("its answer is larger than the %1 bytes that are taken").arg(m_mostBytes)));
    }

    void read()
    {
        m_body += m_reply->readAll();
        if (m_body.size() > m_mostBytes)
            giveUpAsTooLarge();
    }

    void finish()
    {
        read();
        if (!m_reply)
            return;
        const QVariant status = m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute);
        // Statuses from 400 on are errors for Qt, too, of which it takes 407 for one on the way.
        const QNetworkReply::NetworkError error = m_reply->error();
        const bool broken = error != QNetworkReply::NoError && error != QNetworkReply::ProxyAuthenticationRequiredError && error < QNetworkReply::ContentAccessDenied;
        if (!status.isValid() || broken || error == QNetworkReply::ProtocolFailure)
            return end(failureOf(*m_reply, m_url, m_tlsErrors));
        OutgoingAnswer answer;
        answer.status = status.toInt();
        for (const auto &[name, value] : m_reply->rawHeaderPairs())
            answer.headers.push_back({ name, value });
        answer.body = m_body;
        end(std::move(answer));
    }

    OutgoingClient &m_client;
    const QUrl m_url;
    const milliseconds m_patience;
    const qint64 m_mostBytes;
    QNetworkReply *m_reply;
    QStringList m_tlsErrors;
    QByteArray m_body;
    QTimer m_timer;
    const Delivery<Result<OutgoingAnswer>> m_outcome;
};

Result<std::unique_ptr<OutgoingClient>> OutgoingClient::make(OutgoingOptions options)
{
    QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
    tls.setPeerVerifyMode(QSslSocket::VerifyPeer);
    if (!options.authorityFile.isEmpty()) {
        const QList<QSslCertificate> authorities = QSslCertificate::fromPath(options.authorityFile, QSsl::Pem, QSslCertificate::PatternSyntax::FixedString);
        const QString field = QStringLiteral("outgoing.tls.authority");
        if (authorities.isEmpty())
            return Error { ErrorCode::ConfigurationInvalid, QStringLiteral("%1 holds no certificate in PEM form; outgoing.tls.authority names it.").arg(options.authorityFile), field, {} };
        tls.addCaCertificates(authorities);
    }
    return std::unique_ptr<OutgoingClient>(new OutgoingClient(std::move(options), tls));
}

OutgoingClient::OutgoingClient(OutgoingOptions options, QSslConfiguration tls)
    : m_options(std::move(options))
    , m_guard(m_options.allowedNetworks)
    , m_tls(std::move(tls))
{
    m_manager.setProxy(QNetworkProxy::NoProxy);
    m_manager.setRedirectPolicy(QNetworkRequest::ManualRedirectPolicy);
}

OutgoingClient::~OutgoingClient()
{
    for (Call *call : std::exchange(m_calls, {}))
        call->end(Error { ErrorCode::Unreachable, QStringLiteral("The server ends."), {}, { { QStringLiteral("reason"), outgoingreason::Ended } } });
    for (const auto &lookUp : std::exchange(m_lookUps, {}))
        lookUp->deliver(QHostInfo());
}

QCoro::Task<Result<std::vector<QHostAddress>>> OutgoingClient::addressesOf(QUrl url, Deadline deadline)
{
    const auto lookUp = std::make_shared<Delivery<QHostInfo>>();
    m_lookUps.insert(lookUp);
    const auto found = [lookUp](const QHostInfo &info) { lookUp->deliver(info); };
    const QString name = url.host();
    QHostAddress literal;
    if (literal.setAddress(name)) {
        QHostInfo itself;
        itself.setAddresses({ literal });
        lookUp->deliver(itself);
    } else if (m_options.resolve) {
        m_options.resolve(name, this, found);
    } else {
        QHostInfo::lookupHost(name, this, found);
    }
    QTimer patience;
    patience.setSingleShot(true);
    connect(&patience, &QTimer::timeout, this, [lookUp] { lookUp->deliver(QHostInfo()); });
    patience.start(left(deadline));
    const QPointer<OutgoingClient> self(this);
    const QHostInfo info = co_await *lookUp;
    if (!self)
        co_return failure(url, outgoingreason::Ended, QStringLiteral("the server ends"));
    m_lookUps.erase(lookUp);
    const QList<QHostAddress> all = info.addresses();
    if (all.isEmpty())
        co_return failure(url, outgoingreason::Resolve, QStringLiteral("the name %1 has no address (%2)").arg(name, info.errorString().isEmpty() ? QStringLiteral("no answer in time") : info.errorString()));
    std::vector<QHostAddress> usable;
    bool needsTls = false;
    for (const QHostAddress &address : all) {
        const AddressGuard::Verdict verdict = m_guard.judge(address);
        const bool isPlainAbroad = verdict == AddressGuard::Verdict::Public && url.scheme() != QLatin1StringView("https");
        needsTls = needsTls || isPlainAbroad;
        if (verdict != AddressGuard::Verdict::Refused && !isPlainAbroad && usable.size() < mostAddresses)
            usable.push_back(address);
    }
    if (!usable.empty())
        co_return usable;
    if (needsTls)
        co_return failure(url, outgoingreason::Forbidden, QStringLiteral("plain http is taken only to networks that outgoing.allowedNetworks names; use https"));
    co_return failure(url, outgoingreason::Forbidden,
        QStringLiteral("its address is that of this machine or of a network inside, which is refused unless outgoing.allowedNetworks in the server's configuration names it"));
}

Delivery<Result<OutgoingAnswer>> OutgoingClient::begin(const OutgoingRequest &request, const QHostAddress &address, Deadline deadline)
{
    QUrl url = request.url;
    url.setHost(address.toString());
    QNetworkRequest call(url);
    call.setSslConfiguration(m_tls);
    call.setPeerVerifyName(request.url.host(QUrl::FullyEncoded));
    call.setAttribute(QNetworkRequest::Http2AllowedAttribute, false);
    call.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    call.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    call.setAttribute(QNetworkRequest::AuthenticationReuseAttribute, QNetworkRequest::Manual);
    call.setRawHeader("Host", hostHeader(request.url));
    call.setRawHeader("User-Agent", m_options.userAgent);
    // Else Qt asks for compression, and a few bytes could become very many.
    call.setRawHeader("Accept-Encoding", "identity");
    for (const OutgoingHeader &header : request.headers)
        call.setRawHeader(header.name, header.value);
    const bool bodiless = request.body.isEmpty() && (request.method == "GET" || request.method == "HEAD");
    QNetworkReply *const reply = !bodiless ? m_manager.sendCustomRequest(call, request.method, request.body) : request.method == "GET" ? m_manager.get(call) : m_manager.head(call);
    return (new Call(*this, request, reply, deadline))->outcome();
}

QCoro::Task<Result<OutgoingAnswer>> OutgoingClient::send(OutgoingRequest request)
{
    const auto url = outgoingUrl(request.url.toString(QUrl::FullyEncoded), QStringLiteral("url"));
    if (!url)
        co_return failure(request.url, outgoingreason::Url, url.error().text.chopped(1));
    const Deadline deadline = Deadline::in(request.patience);
    const QPointer<OutgoingClient> self(this);
    const auto addresses = co_await addressesOf(request.url, deadline);
    if (!addresses)
        co_return addresses.error();
    for (size_t i = 0; self; ++i) {
        const Delivery<Result<OutgoingAnswer>> outcome = begin(request, (*addresses)[i], deadline);
        Result<OutgoingAnswer> answer = co_await outcome;
        const bool isLast = i + 1 == addresses->size() || deadline.passed();
        if (answer || isLast || !isReason(answer.error(), outgoingreason::Connect))
            co_return answer;
    }
    co_return failure(request.url, outgoingreason::Ended, QStringLiteral("the server ends"));
}

} // namespace iwd
