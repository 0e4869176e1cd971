// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QProcess>
#include <QTemporaryDir>

namespace iwd::test {

/// A keyring of the test's own, unlocked, on a message bus of its own (gnome-keyring and dbus). From begin() on this process and those that it starts know no other.
class PrivateKeyring
{
public:
    ~PrivateKeyring();

    /// To be called before anything in this process looks for a bus. @returns what went wrong; empty: nothing
    [[nodiscard]] QString begin();

private:
    QTemporaryDir m_home;
    QProcess m_bus;
    QProcess m_keyring;
};

} // namespace iwd::test
