// SPDX-License-Identifier: Apache-2.0
#include <pipeline/report/classspread.h>

#include <QTest>

#include <random>
#include <set>

using namespace iwd;
using namespace Qt::StringLiterals;

namespace {

using Change = void (*)(WorkClass &, int);

struct Term
{
    ClassTerm term;
    const char *named; ///< what the sentence has to hold
    Change set;
};

QString text(int number)
{
    return u"value-%1"_s.arg(number);
}

const std::vector<Term> &terms()
{
    static const std::vector<Term> all {
        { ClassTerm::Schema, "schemas", [](WorkClass &of, int n) { of.schemaId = text(n); } },
        { ClassTerm::BusinessValue, "businessValue", [](WorkClass &of, int n) { of.band = n; } },
        { ClassTerm::Shift, "priority", [](WorkClass &of, int n) { of.shift = n; } },
        { ClassTerm::DueDate, "dueDateTime", [](WorkClass &of, int n) { of.anchor = n % 2 == 0 ? AnchorKind::Created : AnchorKind::Due; } },
        { ClassTerm::Channel, "channel", [](WorkClass &of, int n) { of.channel = text(n); } },
        { ClassTerm::Skill, "requestedSkill", [](WorkClass &of, int n) { of.skills = n == 0 ? QStringList() : QStringList { u"base"_s, text(n) }; } },
        { ClassTerm::Calendar, "businessCalendarId", [](WorkClass &of, int n) { of.calendarId = text(n); } },
        { ClassTerm::Agent, "requestedAgent", [](WorkClass &of, int n) { of.requestedAgent = text(n); } },
        { ClassTerm::Group, "requestedAgentGroup", [](WorkClass &of, int n) { of.requestedGroup = text(n); } },
        { ClassTerm::Segment, "custom.region", [](WorkClass &of, int n) { of.segment = text(n); } },
    };
    return all;
}

/// The same by brute force: the classes themselves, with one term made alike.
int leftWithout(const std::vector<WorkClass> &classes, const Term &term)
{
    std::set<WorkClass> left;
    for (WorkClass one : classes) {
        term.set(one, 0);
        left.insert(one);
    }
    return static_cast<int>(left.size());
}

} // namespace

/// What multiplies the work classes of a queue.
class TestClassSpread : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theTermThatMultipliesIsNamed_data()
    {
        QTest::addColumn<int>("index");
        for (const Term &term : terms())
            QTest::newRow(term.named) << static_cast<int>(&term - terms().data());
    }
    void theTermThatMultipliesIsNamed()
    {
        QFETCH(int, index);
        const Term &term = terms().at(static_cast<size_t>(index));
        const Term &other = terms().at(static_cast<size_t>(index + 1) % terms().size());
        // It has more values than its neighbor, or as many where it can have only two.
        const int values = term.term == ClassTerm::DueDate ? 2 : 5;
        const int others = term.term == ClassTerm::DueDate ? 1 : 2;
        std::vector<WorkClass> classes;
        for (int i = 0; i < values; ++i) {
            for (int j = 0; j < others; ++j) {
                WorkClass one;
                one.queueId = u"desk"_s;
                term.set(one, i);
                other.set(one, j);
                classes.push_back(one);
            }
        }
        const ClassSpread spread = classSpread(classes);
        QCOMPARE(spread.classes, values * others);
        QCOMPARE(spread.widest, term.term);
        QCOMPARE(spread.withoutWidest, others);

        Queue queue;
        queue.id = u"desk"_s;
        queue.segmentation.attribute = u"custom.region"_s;
        const QString sentence = crowdingText(queue, spread);
        QVERIFY2(sentence.contains(u"multiplies them most is "_s) && sentence.contains(QString::fromLatin1(term.named)), qPrintable(sentence));
        QVERIFY2(sentence.contains(u"of %1 work classes"_s.arg(values * others)) && sentence.contains(u"%1 would be left"_s.arg(others)), qPrintable(sentence));
    }

    void itAgreesWithBruteForce()
    {
        std::mt19937 random(4024);
        for (int round = 0; round < 200; ++round) {
            std::set<WorkClass> unique;
            const auto most = 1 + random() % 60;
            std::vector<int> values;
            for (size_t i = 0; i < terms().size(); ++i)
                values.push_back(1 + static_cast<int>(random() % 4));
            for (size_t i = 0; i < most; ++i) {
                WorkClass one;
                for (size_t term = 0; term < terms().size(); ++term)
                    terms()[term].set(one, static_cast<int>(random() % static_cast<unsigned>(values[term])));
                unique.insert(one);
            }
            const std::vector<WorkClass> classes(unique.begin(), unique.end());
            int fewest = static_cast<int>(classes.size());
            for (const Term &term : terms())
                fewest = std::min(fewest, leftWithout(classes, term));
            const ClassSpread spread = classSpread(classes);
            QCOMPARE(spread.classes, static_cast<int>(classes.size()));
            QCOMPARE(spread.withoutWidest, fewest);
            if (fewest < spread.classes)
                QCOMPARE(leftWithout(classes, terms().at(static_cast<size_t>(spread.widest))), fewest);
        }
    }

    void noClassesAreNotSpread()
    {
        const ClassSpread spread = classSpread({});
        QCOMPARE(spread.classes, 0);
        QCOMPARE(spread.withoutWidest, 0);
    }
};

QTEST_GUILESS_MAIN(TestClassSpread)
#include "tst_classspread.moc"
