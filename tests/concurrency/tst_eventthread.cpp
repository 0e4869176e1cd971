// SPDX-License-Identifier: Apache-2.0
#include <base/eventthread.h>

#include <QTest>
#include <QTimer>

#include <atomic>
#include <thread>

using namespace iwd;

class TestEventThread : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void functionsRunOnItInTheirOrder()
    {
        std::vector<int> order;
        const QThread *where = nullptr;
        {
            EventThread thread(QStringLiteral("test"));
            for (int i = 0; i < 100; ++i)
                thread.post([&order, i] { order.push_back(i); });
            thread.run([&] { where = QThread::currentThread(); });
            QCOMPARE(order.size(), size_t(100));
            thread.post([&order] { order.push_back(100); });
        }
        QVERIFY(where && where != QThread::currentThread());
        QCOMPARE(order.size(), size_t(101)); // what was posted before the end has run
        QVERIFY(std::is_sorted(order.begin(), order.end()));
    }

    void timersRunOnIt()
    {
        EventThread thread(QStringLiteral("test"));
        std::atomic<bool> fired = false;
        std::unique_ptr<QTimer> timer;
        thread.run([&] {
            timer = std::make_unique<QTimer>();
            QObject::connect(timer.get(), &QTimer::timeout, timer.get(), [&fired] { fired = true; });
            timer->start(1);
        });
        QTRY_VERIFY(fired);
        thread.run([&timer] { timer.reset(); });
    }

    void anyThreadMayPost()
    {
        EventThread thread(QStringLiteral("test"));
        int count = 0;
        std::vector<std::thread> others;
        for (int i = 0; i < 4; ++i) {
            others.emplace_back([&] {
                for (int k = 0; k < 1'000; ++k)
                    thread.post([&count] { ++count; });
            });
        }
        for (std::thread &other : others)
            other.join();
        thread.run([] {});
        QCOMPARE(count, 4'000);
    }
};

QTEST_GUILESS_MAIN(TestEventThread)
#include "tst_eventthread.moc"
