// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QObject>

#include <termios.h>

class QSocketNotifier;

namespace iwd {

/// Tells of keys as they are pressed, without showing them, while it lives. Needs standard input to be a terminal, otherwise it says nothing.
class Keyboard : public QObject
{
    Q_OBJECT
public:
    explicit Keyboard(QObject *parent = nullptr);
    ~Keyboard() override;

Q_SIGNALS:
    void pressed(char key);

private:
    void readKeys();

    termios m_before {};
    QSocketNotifier *m_notifier = nullptr;
};

} // namespace iwd
