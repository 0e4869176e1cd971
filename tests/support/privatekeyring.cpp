// SPDX-License-Identifier: Apache-2.0
#include "privatekeyring.h"

#include <QDir>
#include <QFile>

namespace iwd::test {

using namespace Qt::StringLiterals;

namespace {

constexpr int patienceMs = 20'000;

void end(QProcess &process)
{
    process.terminate();
    if (!process.waitForFinished(patienceMs))
        process.kill();
    process.waitForFinished();
}

} // namespace

PrivateKeyring::~PrivateKeyring()
{
    end(m_keyring);
    end(m_bus);
}

QString PrivateKeyring::begin()
{
    const QString run = m_home.filePath(u"run"_s);
    const QString data = m_home.filePath(u"data"_s);
    QDir().mkpath(run);
    QDir().mkpath(data);
    QFile::setPermissions(run, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    qputenv("HOME", m_home.path().toUtf8());
    qputenv("XDG_RUNTIME_DIR", run.toUtf8());
    qputenv("XDG_DATA_HOME", data.toUtf8());
    qunsetenv("XDG_CURRENT_DESKTOP");

    m_bus.start(u"dbus-daemon"_s, { u"--session"_s, u"--nofork"_s, u"--print-address=1"_s, u"--address=unix:path="_s + m_home.filePath(u"bus"_s) });
    if (!m_bus.waitForReadyRead(patienceMs))
        return u"dbus-daemon did not say where it is: "_s + m_bus.errorString();
    qputenv("DBUS_SESSION_BUS_ADDRESS", m_bus.readLine().trimmed());

    m_keyring.start(u"gnome-keyring-daemon"_s, { u"--foreground"_s, u"--unlock"_s, u"--components=secrets"_s });
    m_keyring.write("a password of the test's own");
    m_keyring.closeWriteChannel();
    // It prints its environment when it is there.
    if (!m_keyring.waitForStarted(patienceMs))
        return u"gnome-keyring-daemon did not start: "_s + m_keyring.errorString();
    return {};
}

} // namespace iwd::test
