// SPDX-License-Identifier: Apache-2.0
#include <runtime/lifecycle.h>
#include <base/log.h>

#include <QCoreApplication>
#include <QProcess>
#include <QSignalSpy>
#include <QTest>

#include <csignal>
#include <cstdio>

#include <sys/resource.h>
#include <unistd.h>

using namespace iwd;
using namespace Qt::Literals::StringLiterals;

namespace {

/// Started as a process of its own: does not end when asked to. With "hang", not even its event loop runs.
int stubbornProcess(QCoreApplication &application, const QString &manner)
{
    StopSignals stop;
    QObject::connect(&stop, &StopSignals::stopRequested, &application, [&manner] {
        std::puts("stop requested");
        std::fflush(stdout);
        while (manner == u"hang"_s)
            ::pause();
    });
    std::puts("started");
    std::fflush(stdout);
    return QCoreApplication::exec();
}

} // namespace

class TestLifecycle : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    /// Whoever runs the tests may be running under nohup.
    void initTestCase() { ::signal(SIGHUP, SIG_DFL); }

    void aSignalAsksTheEventLoopToStop_data()
    {
        QTest::addColumn<int>("number");
        QTest::newRow("SIGTERM") << SIGTERM;
        QTest::newRow("SIGINT") << SIGINT;
        QTest::newRow("SIGHUP") << SIGHUP;
    }
    void aSignalAsksTheEventLoopToStop()
    {
        QFETCH(int, number);
        StopSignals stop;
        QSignalSpy requested(&stop, &StopSignals::stopRequested);
        ::raise(number);
        QTRY_COMPARE(requested.size(), 1);
        QCOMPARE(requested.first().first().toInt(), number);
    }

    void anIgnoredHangUpStaysIgnored()
    {
        ::signal(SIGHUP, SIG_IGN);
        {
            StopSignals stop;
            QSignalSpy requested(&stop, &StopSignals::stopRequested);
            ::raise(SIGHUP);
            QCoreApplication::processEvents();
            QCOMPARE(requested.size(), 0);
        }
        QVERIFY(::signal(SIGHUP, SIG_DFL) == SIG_IGN);
    }

    void theSameWishTwiceInARowCountsOnce()
    {
        StopSignals stop;
        QSignalSpy requested(&stop, &StopSignals::stopRequested);
        ::raise(SIGINT);
        ::raise(SIGTERM);
        QTRY_COMPARE(requested.size(), 1);
        QCoreApplication::processEvents();
        QCOMPARE(requested.size(), 1);
    }

    void aLaterSecondSignalEndsTheProcessAtOnce_data()
    {
        QTest::addColumn<QString>("manner");
        QTest::newRow("that is still draining") << u"drain"_s;
        QTest::newRow("whose event loop hangs") << u"hang"_s;
    }
    void aLaterSecondSignalEndsTheProcessAtOnce()
    {
        QFETCH(QString, manner);
        QProcess process;
        process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        process.start(QCoreApplication::applicationFilePath(), { u"--stubborn"_s, manner });
        QTRY_VERIFY_WITH_TIMEOUT((process.waitForReadyRead(50), process.peek(1000).contains("started\n")), 20'000);
        const auto pid = static_cast<pid_t>(process.processId());
        ::kill(pid, SIGTERM);
        QTRY_VERIFY_WITH_TIMEOUT((process.waitForReadyRead(50), process.peek(1000).contains("stop requested\n")), 20'000);
        // Any signal after the window ends it, so asking on and on must succeed.
        QTRY_VERIFY_WITH_TIMEOUT((process.state() == QProcess::NotRunning || (::kill(pid, SIGINT), process.waitForFinished(50))), 20'000);
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), 128 + SIGINT);
    }

    void aBrokenPipeIsAnErrorNotADeath()
    {
        const StopSignals stop;
        int ends[2];
        QCOMPARE(::pipe(ends), 0);
        ::close(ends[0]);
        QCOMPARE(::write(ends[1], "x", 1), ssize_t(-1));
        QCOMPARE(errno, EPIPE);
        ::close(ends[1]);
    }

    void theOpenFilesLimitRisesToWhatIsAllowed()
    {
        rlimit limit {};
        QCOMPARE(::getrlimit(RLIMIT_NOFILE, &limit), 0);
        const rlim_t allowed = std::min<rlim_t>(limit.rlim_max, 1'048'576);
        limit.rlim_cur = std::min<rlim_t>(256, limit.rlim_max);
        QCOMPARE(::setrlimit(RLIMIT_NOFILE, &limit), 0);
        QCOMPARE(raiseOpenFilesLimit(), quint64(allowed));
        QCOMPARE(::getrlimit(RLIMIT_NOFILE, &limit), 0);
        QCOMPARE(limit.rlim_cur, allowed);
    }
};

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.value(1) == u"--stubborn"_s)
        return stubbornProcess(application, arguments.value(2));
    TestLifecycle test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_lifecycle.moc"
