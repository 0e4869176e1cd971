// SPDX-License-Identifier: Apache-2.0
#include "processfigures.h"

#include <QFile>

#include <sys/resource.h>
#include <unistd.h>

namespace iwd {

namespace {

double seconds(const timeval &time)
{
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

} // namespace

ProcessFigures readProcessFigures()
{
    ProcessFigures figures;
    rusage usage {};
    if (::getrusage(RUSAGE_SELF, &usage) == 0)
        figures.cpuSeconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);

    // "size resident …" in pages; see proc(5). Only Linux has it.
    QFile memory(QStringLiteral("/proc/self/statm"));
    const QByteArrayList pages = memory.open(QFile::ReadOnly) ? memory.readAll().split(' ') : QByteArrayList();
    if (pages.size() >= 2) {
        const auto pageBytes = static_cast<double>(::sysconf(_SC_PAGESIZE));
        figures.virtualBytes = pages.at(0).toDouble() * pageBytes;
        figures.residentBytes = pages.at(1).toDouble() * pageBytes;
    }
    return figures;
}

} // namespace iwd
