// SPDX-License-Identifier: Apache-2.0
#include "lifecycle.h"

#include <base/log.h>

#include <QSocketNotifier>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <sys/eventfd.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

namespace iwd {

namespace {

// A signal handler reaches nothing but globals, and may touch lock-free atomics only.
std::atomic<int> wakeUp = -1;
std::atomic<int> firstSignal = 0;
std::atomic<int64_t> firstAtMs = 0;
static_assert(std::atomic<int64_t>::is_always_lock_free);

int64_t monotonicMs()
{
    timespec now {};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

void onSignal(int number)
{
    const int keptError = errno;
    int none = 0;
    if (firstSignal.compare_exchange_strong(none, number)) {
        firstAtMs = monotonicMs();
        const uint64_t one = 1;
        [[maybe_unused]] const ssize_t written = ::write(wakeUp, &one, sizeof one);
    } else if (firstAtMs != 0 && monotonicMs() - firstAtMs > StopSignals::RepeatWindowMs) {
        ::_exit(128 + number);
    }
    errno = keptError;
}

void handle(int number, void (*handler)(int))
{
    struct sigaction action
    {
    };
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    ::sigaction(number, &action, nullptr);
}

bool isIgnored(int number)
{
    struct sigaction action
    {
    };
    return ::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

QString signalName(int number)
{
    return number == SIGINT ? QStringLiteral("SIGINT") : number == SIGHUP ? QStringLiteral("SIGHUP") : QStringLiteral("SIGTERM");
}

QString limitText(rlim_t limit)
{
    return limit == RLIM_INFINITY ? QStringLiteral("unlimited") : QString::number(limit);
}

} // namespace

StopSignals::StopSignals(QObject *parent)
    : QObject(parent)
{
    Q_ASSERT(wakeUp < 0);
    wakeUp = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (wakeUp < 0)
        qFatal("eventfd: %s", std::strerror(errno));
    m_notifier = std::make_unique<QSocketNotifier>(wakeUp, QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, [this] { deliver(); });
    handle(SIGPIPE, SIG_IGN);
    handle(SIGXFSZ, SIG_IGN); // a file at the limit of its size is a full disk, not the end
    handle(SIGTERM, onSignal);
    handle(SIGINT, onSignal);
    if (!isIgnored(SIGHUP))
        handle(SIGHUP, onSignal);
}

StopSignals::~StopSignals()
{
    handle(SIGTERM, SIG_DFL);
    handle(SIGINT, SIG_DFL);
    if (!isIgnored(SIGHUP))
        handle(SIGHUP, SIG_DFL);
    m_notifier.reset();
    ::close(wakeUp.exchange(-1));
    firstSignal = 0;
    firstAtMs = 0;
}

void StopSignals::deliver()
{
    uint64_t count = 0;
    [[maybe_unused]] const ssize_t size = ::read(wakeUp, &count, sizeof count);
    if (std::exchange(m_requested, true))
        return;
    const int number = firstSignal;
    log::info(u"Asked to stop.", { { QLatin1StringView("signal"), signalName(number) } });
    Q_EMIT stopRequested(number);
}

quint64 raiseOpenFilesLimit()
{
    // More than a million descriptors serve no purpose, and some systems allow a billion, which makes other software crawl.
    constexpr rlim_t useful = 1'048'576;
    rlimit limit {};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 0;
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = std::max(before, std::min(limit.rlim_max, useful));
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) {
        log::warning(u"The limit of open files could not be raised.",
            { { QLatin1StringView("limit"), limitText(before) },
                { QLatin1StringView("reason"), QString::fromLocal8Bit(std::strerror(errno)) } });
        return before;
    }
    log::info(u"Set the limit of open files.",
        { { QLatin1StringView("before"), limitText(before) }, { QLatin1StringView("now"), limitText(limit.rlim_cur) } });
    return limit.rlim_cur;
}

} // namespace iwd
