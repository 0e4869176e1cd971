// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <QStringList>

namespace iwd::bench {

struct Options
{
    QString server; ///< path of iwd-server
    QString httpbench; ///< path of httpbench
    QString store; ///< "sqlite" or "postgresql"
    QString folder; ///< for databases; empty: a temporary one
    qint64 items = 1'000'000; ///< waiting when the order is measured
    double seconds = 10; ///< of each measurement that runs by time
    int connections = 64; ///< of single POSTs and of the bare edge
    int arrayItems = 1'000; ///< in one POST
    int arrayConnections = 2;
    double rate = 200; ///< items a second while the way from POST to agents and followers is timed
    int followers = 500; ///< who follow items live
    double minutes = 5; ///< of mixed traffic
    double interval = 15; ///< seconds between its samples
    QString others; ///< folder with the job queues to compare with, installed
    int backlog = 10'000; ///< jobs that wait when takers of ours and of others begin
    qint64 reorderedItems = 100'000; ///< jobs whose order changes, ours and others'
    QStringList measures; ///< names of knownMeasures()
    QString json; ///< file to write the results to; empty: none
    QString plot; ///< SVG file of the growth; empty: none
};

/// In the order in which they run.
[[nodiscard]] QStringList knownMeasures();
/// Those that run when none is named: all but what takes long for a purpose of its own.
[[nodiscard]] QStringList usualMeasures();

/// Reads the command line. Prints and ends for --help; gives up on what it does not understand.
[[nodiscard]] Options readOptions(const QStringList &arguments);

} // namespace iwd::bench
