// SPDX-License-Identifier: Apache-2.0
#include <support/capturedlog.h>
#include <support/pipelinefixture.h>

#include <pipeline/queuewatch.h>
#include <pipeline/report/classspread.h>

#include <QTest>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;
using std::chrono::hours;
using std::chrono::minutes;

namespace {

/// Captures two items, of different channels, for each of so many requested skills that nobody else asks for.
void captureMany(PipelineFixture &fixture, int skills, const QString &prefix)
{
    PipelineFixture::must(fixture.run<bool>([&](Transaction &transaction) -> Result<bool> {
        for (int i = 0; i < 2 * skills; ++i) {
            const auto input = decodeItemInput({ { u"captureId"_s, u"%1-%2"_s.arg(prefix).arg(i) }, { u"requestedSkill"_s, u"%1-%2"_s.arg(prefix).arg(i / 2) },
                                                   { u"channel"_s, i % 2 == 0 ? u"ticket"_s : u"order"_s } },
                InputMode::Create);
            if (!input)
                return input.error();
            if (const auto captured = captureItem(transaction, *input, fixture.actor); !captured)
                return captured.error();
        }
        return true;
    }));
}

std::map<QString, ClassSpread> crowded(PipelineFixture &fixture)
{
    return *fixture.look<std::map<QString, ClassSpread>>([](Snapshot &snapshot) -> Result<std::map<QString, ClassSpread>> { return crowdedQueues(snapshot); });
}

void look(QueueWatch &watch, const PipelineFixture &fixture)
{
    QCoro::waitFor(watch.look({ fixture.tenant, u"100"_s, u"t100"_s, {} }));
}

/// What the log says of work classes while the watch looks once. Others may have something to say at that moment, too, such as that the test's clock is not the database's.
QByteArray saidAt(QueueWatch &watch, const PipelineFixture &fixture)
{
    CapturedLog log;
    look(watch, fixture);
    QByteArray said;
    for (const QByteArray &line : log.lines())
        said += line.contains("work classes") ? line + '\n' : QByteArray();
    return said;
}

} // namespace

/// What is known of the queues beyond events.
class TestQueueWatch : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theOldestAndTheClassesAreThoseThatWait();
    void veryManyClassesAreSaidOnceInSomeHours();
    void whatHasBegunIsWaitedForAtTheEnd();
};

void TestQueueWatch::theOldestAndTheClassesAreThoseThatWait()
{
    PipelineFixture fixture;
    fixture.addQueue(u"empty"_s);
    fixture.addAgent(u"ann"_s);
    const Instant first = fixture.clock.now();
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"one"_s } }));
    fixture.advance(minutes(1));
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"two"_s }, { u"channel"_s, u"order"_s } }));

    QueueWatch watch(*fixture.pipeline);
    QVERIFY(!watch.figures(fixture.tenant, u"general"_s).oldest);
    look(watch, fixture);
    QCOMPARE(watch.figures(fixture.tenant, u"general"_s).oldest, std::optional(first));
    QCOMPARE(watch.figures(fixture.tenant, u"general"_s).workClasses, 2);
    QVERIFY(!watch.figures(fixture.tenant, u"empty"_s).oldest);
    QCOMPARE(watch.figures(fixture.tenant, u"empty"_s).workClasses, 0);

    // What is taken waits no more.
    QVERIFY(fixture.next(u"ann"_s)->item);
    look(watch, fixture);
    QCOMPARE(watch.figures(fixture.tenant, u"general"_s).oldest, std::optional(first + minutes(1)));
    QCOMPARE(watch.figures(fixture.tenant, u"general"_s).workClasses, 1);
}

void TestQueueWatch::whatHasBegunIsWaitedForAtTheEnd()
{
    PipelineFixture fixture;
    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"one"_s } }));
    QueueWatch watch(*fixture.pipeline);
    for (int looks = 0; looks < 50; ++looks) // so many that the readers are still at them
        watch.look({ fixture.tenant, u"100"_s, u"t100"_s, {} });
    QCoro::waitFor(watch.settle());
    QCOMPARE(watch.figures(fixture.tenant, u"general"_s).workClasses, 1);

    PipelineFixture::must(fixture.capture({ { u"captureId"_s, u"two"_s }, { u"channel"_s, u"order"_s } }));
    look(watch, fixture);
    QCOMPARE(watch.figures(fixture.tenant, u"general"_s).workClasses, 1); // none begins any more

    QueueWatch idle(*fixture.pipeline);
    QCoro::waitFor(idle.settle());
}

void TestQueueWatch::veryManyClassesAreSaidOnceInSomeHours()
{
    PipelineFixture fixture;
    captureMany(fixture, ManyWorkClasses / 2, u"skill"_s);
    QueueWatch watch(*fixture.pipeline);
    // As many as may be.
    QVERIFY(crowded(fixture).empty());
    QCOMPARE(saidAt(watch, fixture), QByteArray());
    QCOMPARE(watch.figures(fixture.tenant, u"general"_s).workClasses, ManyWorkClasses);

    captureMany(fixture, 1, u"more"_s);
    const auto spreads = crowded(fixture);
    QCOMPARE(spreads.size(), size_t(1));
    const ClassSpread spread = spreads.at(u"general"_s);
    QCOMPARE(spread.classes, ManyWorkClasses + 2);
    QCOMPARE(spread.widest, ClassTerm::Skill);
    QCOMPARE(spread.withoutWidest, 2);
    const QByteArray said = saidAt(watch, fixture);
    QVERIFY2(said.contains("very many work classes") && said.contains("requestedSkill") && said.contains("2002") && said.contains("tenant=100"), said.constData());
    QCOMPARE(said.count('\n'), 1);

    fixture.clock.advance(QueueWatch::remindAfter - minutes(1));
    QCOMPARE(saidAt(watch, fixture), QByteArray());
    fixture.clock.advance(minutes(1));
    QVERIFY(saidAt(watch, fixture).contains("very many work classes"));
}

QTEST_GUILESS_MAIN(TestQueueWatch)
#include "tst_queuewatch.moc"
