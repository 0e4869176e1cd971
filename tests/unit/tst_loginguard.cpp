// SPDX-License-Identifier: Apache-2.0
#include <api/loginguard.h>

#include <QTest>

using namespace iwd;
using namespace Qt::StringLiterals;
using std::chrono::seconds;

/// How guessing is slowed down, by the name alone.
class TestLoginGuard : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theFifthFailureLocksAndEachFurtherOneForTwiceAsLong()
    {
        LoginGuard guard;
        for (int i = 0; i < LoginGuard::FreeFailures; ++i)
            QVERIFY(!guard.begin(u"ann"_s, {}, m_now));
        seconds lock = LoginGuard::FirstLock;
        for (int i = 0; i < 20; ++i) {
            const auto wait = guard.begin(u"ann"_s, {}, m_now);
            QVERIFY(wait);
            QCOMPARE(*wait, milliseconds(lock));
            m_now += *wait;
            QVERIFY(!guard.begin(u"ann"_s, {}, m_now));
            lock = std::min(lock * 2, seconds(LoginGuard::LongestLock));
        }
        QCOMPARE(lock, seconds(LoginGuard::LongestLock));
    }

    void successForgetsAndOthersAreNotConcerned()
    {
        LoginGuard guard;
        for (int i = 0; i < LoginGuard::FreeFailures; ++i)
            QVERIFY(!guard.begin(u"ann"_s, {}, m_now));
        QVERIFY(guard.begin(u"ann"_s, {}, m_now));
        QVERIFY(!guard.begin(u"ben"_s, {}, m_now));
        guard.succeeded(u"ann"_s);
        QVERIFY(!guard.begin(u"ann"_s, {}, m_now));
    }

    void whatAnotherServerHasSeenCounts()
    {
        LoginGuard guard;
        QVERIFY(!guard.begin(u"ann"_s, {}, m_now));
        const auto wait = guard.begin(u"ann"_s, { 9, m_now + seconds(16) }, m_now);
        QVERIFY(wait);
        QCOMPARE(*wait, milliseconds(seconds(16)));
        // The next failure goes on from there; what is remembered here counts when the database knows less.
        m_now += seconds(16);
        QVERIFY(!guard.begin(u"ann"_s, {}, m_now));
        QCOMPARE(guard.state(u"ann"_s).failures, 10);
        QCOMPARE(guard.state(u"ann"_s).lockedUntil, m_now + seconds(32));
    }

private:
    Instant m_now = fromMillis(1'800'000'000'000);
};

QTEST_APPLESS_MAIN(TestLoginGuard)
#include "tst_loginguard.moc"
