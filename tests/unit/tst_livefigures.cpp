// SPDX-License-Identifier: Apache-2.0
#include <pipeline/report/livefigures.h>

#include <QTest>

using namespace iwd;
using namespace Qt::StringLiterals;

namespace {

const TenantId tenant { 1 };
const Instant noon = *instantFromIso(u"2026-03-02T12:00:00Z"_s);

Event created(qint64 id)
{
    Event event;
    event.id = id;
    event.tenant = tenant;
    event.type = EventType::ItemCreated;
    event.at = noon;
    event.item = { id };
    event.after = ItemFacts { ItemStatus::Queued, u"north"_s, {}, noon, std::nullopt, false };
    return event;
}

qint64 queued(const LiveFigures &figures)
{
    return figures.figures(tenant, noon).queues[u"north"_s].byStatus[static_cast<size_t>(ItemStatus::Queued)];
}

} // namespace

class TestLiveFigures : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// A process may learn of its own events once more, from the log, when it could not tell whether they were committed.
    void eachEventCountsOnce()
    {
        LiveFigures figures;
        figures.apply({ created(1), created(2) });
        figures.apply({ created(2), created(3) });
        figures.apply({ created(1) });
        QCOMPARE(queued(figures), 3);
        QCOMPARE(figures.figures(tenant, noon).lastEvent, 3);
        QCOMPARE(figures.figures(tenant, noon).arrivedLastMinute, 3);
    }

    void tenantsCountApart()
    {
        LiveFigures figures;
        Event other = created(1);
        other.tenant = { 2 };
        figures.apply({ created(1), other });
        QCOMPARE(queued(figures), 1);
    }
};

QTEST_GUILESS_MAIN(TestLiveFigures)
#include "tst_livefigures.moc"
