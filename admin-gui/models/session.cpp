// SPDX-License-Identifier: Apache-2.0
#include "session.h"

#include "signin.h"

#include <QPointer>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace iwd {

namespace {

bool isEnd(const Error &error)
{
    return error.code == ErrorCode::NotAuthenticated || error.code == ErrorCode::InvalidCredentials;
}

} // namespace

bool isOutage(const Error &error)
{
    switch (error.code) {
    case ErrorCode::Unreachable:
    case ErrorCode::DeadlineExceeded:
    case ErrorCode::StorageUnavailable:
    case ErrorCode::Draining:
    case ErrorCode::Busy:
        return true;
    default:
        return false;
    }
}

QCoro::Task<Result<std::unique_ptr<Session>>> Session::open(Profile profile, QString token, Options options)
{
    auto session = std::unique_ptr<Session>(new Session(std::move(profile), token, options));
    const auto me = co_await session->m_client->get(u"/me"_s);
    if (!me)
        co_return me.error();
    session->take(*me);
    session->m_timer.start(options.pulse);
    co_return session;
}

Session::Session(Profile profile, const QString &token, Options options)
    : m_profile(std::move(profile))
    , m_options(options)
    , m_client(std::make_unique<Client>(clientOptions(m_profile.url, token)))
    , m_since(QDateTime::currentDateTimeUtc())
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &Session::lookNow);
}

Session::~Session()
{
    m_closed = true; // whoever waits for an answer goes on now, and finds this
    m_client->close();
}

bool Session::isReadOnly() const
{
    const QStringList names = namesOf(m_privileges);
    return std::all_of(names.begin(), names.end(), [](const QString &name) { return name.endsWith(".View"_L1); });
}

void Session::take(const QJsonObject &me)
{
    Privileges privileges;
    for (const QJsonValue name : me["privileges"_L1].toArray()) {
        // One that this program does not know yet is for something that it does not have.
        if (const auto privilege = privilegeNamed(name.toString()))
            privileges.set(static_cast<size_t>(*privilege));
    }
    const QString user = me["name"_L1].toString();
    const QString tenant = me["tenant"_L1]["name"_L1].toString();
    const bool changed = privileges != m_privileges || user != m_userName || tenant != m_tenantName;
    m_privileges = privileges;
    m_userName = user;
    m_tenantName = tenant;
    if (changed)
        Q_EMIT rightsChanged();
}

void Session::setLink(Link link, const QString &reason)
{
    if (m_link == Link::Ended || (m_link == link && m_reason == reason))
        return;
    if (m_link != link)
        m_since = QDateTime::currentDateTimeUtc();
    m_link = link;
    m_reason = reason;
    Q_EMIT linkChanged();
}

void Session::note(const Error &error)
{
    if (isEnd(error)) {
        setLink(Link::Ended, error.text);
    } else if (isOutage(error)) {
        setLink(Link::Broken, error.text);
        if (!m_looking)
            m_timer.start(m_options.retry);
    }
}

void Session::lookNow()
{
    if (!m_looking && m_link != Link::Ended)
        look();
}

QCoro::Task<> Session::look()
{
    m_looking = true;
    m_timer.stop();
    const QPointer<Session> self(this);
    Call call;
    call.path = u"/me"_s;
    call.deadline = m_options.patience;
    const auto answer = co_await m_client->send(call);
    if (!self || m_closed)
        co_return;
    m_looking = false;
    m_timer.start(m_options.pulse);
    if (!answer) {
        note(answer.error());
        co_return;
    }
    take(answer->body);
    setLink(Link::Working, {});
}

QCoro::Task<Result<bool>> Session::signOut()
{
    const QPointer<Session> self(this);
    const auto ended = co_await m_client->remove(u"/sessions/current"_s, {});
    if (!ended)
        co_return ended.error();
    if (self && !m_closed)
        setLink(Link::Ended, u"You have signed out."_s);
    co_return true;
}

} // namespace iwd
