// SPDX-License-Identifier: Apache-2.0
#include "keyboard.h"

#include <QSocketNotifier>

#include <unistd.h>

namespace iwd {

Keyboard::Keyboard(QObject *parent)
    : QObject(parent)
{
    if (::tcgetattr(STDIN_FILENO, &m_before) != 0)
        return;
    termios keys = m_before;
    keys.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    keys.c_cc[VMIN] = 1;
    keys.c_cc[VTIME] = 0;
    keys.c_cc[VSUSP] = _POSIX_VDISABLE; // the shell would come back onto a screen that is ours
    ::tcsetattr(STDIN_FILENO, TCSANOW, &keys);
    m_notifier = new QSocketNotifier(STDIN_FILENO, QSocketNotifier::Read, this);
    connect(m_notifier, &QSocketNotifier::activated, this, &Keyboard::readKeys);
}

Keyboard::~Keyboard()
{
    if (m_notifier)
        ::tcsetattr(STDIN_FILENO, TCSANOW, &m_before);
}

void Keyboard::readKeys()
{
    char keys[32];
    const auto got = ::read(STDIN_FILENO, keys, sizeof keys);
    if (got <= 0) {
        m_notifier->setEnabled(false); // the terminal is gone; it would be announced for ever
        return;
    }
    if (keys[0] == '\x1b')
        return; // an arrow or a function key
    for (ssize_t index = 0; index < got; ++index)
        Q_EMIT pressed(keys[index]);
}

} // namespace iwd
