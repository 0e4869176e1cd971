// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QObject>

#include <memory>

class QSocketNotifier;

namespace iwd {

/// Turns SIGTERM, SIGINT and, unless it is ignored (nohup), SIGHUP into a signal of the event loop. The first one asks for an orderly end;
/// one that follows later than RepeatWindow ends the process at once with status 128 + its number, even when the event loop hangs. (A
/// terminal or a supervisor often delivers the same wish twice in a row: within the window it counts once.) SIGPIPE is ignored for the
/// whole process.
///
/// One object per process, made and destroyed on a thread with an event loop.
class StopSignals : public QObject
{
    Q_OBJECT
public:
    static constexpr int RepeatWindowMs = 250;

    explicit StopSignals(QObject *parent = nullptr);
    ~StopSignals() override;

Q_SIGNALS:
    /// Once per life of the object.
    void stopRequested(int signalNumber);

private:
    void deliver();

    std::unique_ptr<QSocketNotifier> m_notifier;
    bool m_requested = false;
};

/// Lifts the process's limit of open files to what the system allows it, because every connection takes one. Logs the outcome.
/// @returns the limit in force
quint64 raiseOpenFilesLimit();

} // namespace iwd
