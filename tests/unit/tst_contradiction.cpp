// SPDX-License-Identifier: Apache-2.0
#include <domain/contradiction.h>

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

#include <random>

using namespace iwd;
using namespace Qt::StringLiterals;

namespace {

Condition condition(const QByteArray &json)
{
    const auto parsed = Condition::parse(QJsonDocument::fromJson(json).object());
    if (!parsed)
        qFatal("%s: %s", json.constData(), qPrintable(parsed.error().text));
    return *parsed;
}

/// {"attribute":…} in few letters: channel=email, n>5, n!1|2, n?, n-
QByteArray is(const char *attribute, const char *op, const QByteArray &value = {})
{
    return QByteArray("{\"attribute\":\"") + attribute + "\",\"operator\":\"" + op + '"' + (value.isEmpty() ? QByteArray() : QByteArray(",\"value\":" + value)) + '}';
}

QByteArray all(const QByteArrayList &of)
{
    return "{\"all\":[" + of.join(',') + "]}";
}
QByteArray any(const QByteArrayList &of)
{
    return "{\"any\":[" + of.join(',') + "]}";
}
QByteArray isNot(const QByteArray &of)
{
    return "{\"not\":" + of + '}';
}

class Attributes final : public AttributeSource
{
public:
    std::map<QString, QJsonValue> values;
    QJsonValue attribute(const QString &name) const override
    {
        const auto found = values.find(name);
        return found == values.end() ? QJsonValue(QJsonValue::Undefined) : found->second;
    }
};

/// Few names and values, so that much contradicts and much does not.
class Generator
{
public:
    explicit Generator(unsigned seed)
        : m_random(seed)
    {
    }
    int pick(int from, int to) { return std::uniform_int_distribution(from, to)(m_random); }
    QByteArray oneOf(const QByteArrayList &choices) { return choices.at(pick(0, static_cast<int>(choices.size()) - 1)); }

    QByteArray value() { return oneOf({ "\"a\"", "\"A\"", "\"ab\"", "\"5\"", "5", "7", "9", "\"\"", "true", "false", "\"2026-01-01T00:00:00Z\"", "\"2026-01-01t00:00:00z\"", "\"2026-06-01T00:00:00Z\"", "\"now-2h\"", "\"now-5h\"" }); }
    QByteArray comparison()
    {
        const QByteArray op = oneOf({ "equals", "notEquals", "less", "lessOrEqual", "greater", "greaterOrEqual", "in", "notIn", "between", "contains", "startsWith", "endsWith", "exists", "notExists" });
        QByteArray attribute = oneOf({ "custom.x", "custom.x", "custom.y", "labels", "businessValue", "dueDateTime" });
        if ((op == "contains" || op == "startsWith" || op == "endsWith") && (attribute == "businessValue" || attribute == "dueDateTime"))
            attribute = "custom.y";
        QByteArray tail = pick(0, 3) == 0 ? ",\"caseSensitive\":true}" : "}";
        QByteArray wanted;
        const auto one = [&] {
            if (attribute == "businessValue")
                return oneOf({ "5", "7", "9", "\"5\"" });
            if (attribute == "dueDateTime")
                return oneOf({ "\"2026-01-01T00:00:00Z\"", "\"2026-06-01T00:00:00Z\"", "\"now-2h\"", "\"now-5h\"" });
            return op == "contains" || op == "startsWith" || op == "endsWith" ? oneOf({ "\"a\"", "\"A\"", "\"b\"", "\"\"" }) : value();
        };
        if (op == "in" || op == "notIn")
            wanted = pick(0, 5) == 0 ? QByteArray("[]") : '[' + one() + ',' + one() + ']';
        else if (op == "between")
            wanted = oneOf({ "[5,7]", "[7,9]", "[5,5]" });
        else if (op != "exists" && op != "notExists")
            wanted = one();
        if (op == "between" && attribute == "dueDateTime")
            wanted = "[\"2026-01-01T00:00:00Z\",\"2026-06-01T00:00:00Z\"]";
        QByteArray text = is(attribute.constData(), op.constData(), wanted);
        text.chop(1);
        return text + tail;
    }
    QByteArray tree(int depth)
    {
        const int kind = depth == 0 ? 0 : pick(0, 6);
        if (kind < 3)
            return comparison();
        if (kind == 3)
            return isNot(tree(depth - 1));
        QByteArrayList parts;
        for (int i = pick(0, 8) == 0 ? 0 : pick(1, 3); i > 0; --i)
            parts.append(tree(depth - 1));
        return kind == 4 ? any(parts) : all(parts);
    }
    Attributes item()
    {
        const auto parsed = [](const QByteArray &text) { return QJsonDocument::fromJson('[' + text + ']').array().first(); };
        Attributes item;
        for (const char *name : { "custom.x", "custom.y" }) {
            if (pick(0, 5) > 0)
                item.values[QString::fromLatin1(name)] = parsed(value());
        }
        if (pick(0, 3) > 0)
            item.values[u"labels"_s] = parsed(oneOf({ "[]", "[\"a\"]", "[\"A\",\"ab\"]", "[\"a\",\"5\",\"b\"]", "[\"ab\",\"now-2h\"]" }));
        item.values[u"businessValue"_s] = pick(4, 10);
        if (pick(0, 3) > 0)
            item.values[u"dueDateTime"_s] = parsed(oneOf({ "\"2026-01-01T00:00:00Z\"", "\"2026-03-01T00:00:00.000Z\"", "\"2026-06-01T00:00:00.000Z\"", "\"2026-07-01T09:00:00.000Z\"", "\"2026-07-01T07:00:00.000Z\"" }));
        return item;
    }

private:
    std::mt19937 m_random;
};

} // namespace

/// Rules that no item can ever meet.
class TestContradiction : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatContradictsItselfIsFound_data();
    void whatContradictsItselfIsFound();
    void whatOthersLeaveNothingToIsFound();
    void noRuleThatAnItemMeetsIsCalledImpossible();
    void hugeConditionsAreGivenUpSoon();
};

void TestContradiction::whatContradictsItselfIsFound_data()
{
    QTest::addColumn<QByteArray>("rule");
    QTest::addColumn<bool>("impossible");
    const auto row = [](const char *name, const QByteArray &rule, bool impossible) { QTest::newRow(name) << rule << impossible; };
    row("two texts", all({ is("channel", "equals", "\"email\""), is("channel", "equals", "\"chat\"") }), true);
    row("one text in two cases", all({ is("channel", "equals", "\"email\""), is("channel", "equals", "\"EMAIL\"") }), false);
    row("two attributes", all({ is("channel", "equals", "\"email\""), is("mediaType", "equals", "\"chat\"") }), false);
    row("a text and not", all({ is("channel", "equals", "\"email\""), is("channel", "notEquals", "\"Email\"") }), true);
    row("a text of a list and none of it", all({ is("channel", "in", "[\"a\",\"b\"]"), is("channel", "notEquals", "\"a\""), is("channel", "notIn", "[\"b\",\"c\"]") }), true);
    row("a text of a list and not all of it", all({ is("channel", "in", "[\"a\",\"b\"]"), is("channel", "notEquals", "\"a\"") }), false);
    row("an empty list", is("channel", "in", "[]"), true);
    row("nothing of nothing", any({}), true);
    row("everything", all({}), false);
    row("not everything", isNot(all({})), true);
    row("two labels", all({ is("labels", "equals", "\"a\""), is("labels", "equals", "\"b\"") }), false);
    row("a label and not", all({ is("labels", "equals", "\"a\""), is("labels", "notEquals", "\"a\"") }), true);
    row("a value and none", all({ is("customerId", "notExists"), is("customerId", "startsWith", "\"C\"") }), true);
    row("none and not a value", all({ is("customerId", "notExists"), is("customerId", "notEquals", "\"C\"") }), false);
    row("apart numbers", all({ is("businessValue", "less", "5"), is("businessValue", "greater", "7") }), true);
    row("touching numbers", all({ is("businessValue", "lessOrEqual", "5"), is("businessValue", "greaterOrEqual", "5") }), false);
    row("just not touching", all({ is("businessValue", "less", "5"), is("businessValue", "greaterOrEqual", "5") }), true);
    row("a number out of a range", all({ is("custom.n", "equals", "3"), is("custom.n", "between", "[5,7]") }), true);
    row("a number that is not less", all({ is("custom.n", "equals", "3"), isNot(is("custom.n", "less", "5")) }), true);
    row("something that is not less", all({ is("custom.n", "notEquals", "3"), isNot(is("custom.n", "less", "5")) }), false);
    row("apart dates", all({ is("dueDateTime", "less", "\"2026-01-01T00:00:00Z\""), is("dueDateTime", "greater", "\"2026-02-01T00:00:00Z\"") }), true);
    row("apart relative dates", all({ is("dueDateTime", "greater", "\"now+2h\""), is("dueDateTime", "less", "\"now+1h\"") }), true);
    row("a date and a relative one", all({ is("dueDateTime", "greater", "\"now+2h\""), is("dueDateTime", "less", "\"2020-01-01T00:00:00Z\"") }), false);
    row("a text without its beginning", all({ is("productType", "equals", "\"printer\""), is("productType", "startsWith", "\"scan\"") }), true);
    row("a text with its beginning", all({ is("productType", "equals", "\"printer\""), is("productType", "startsWith", "\"PRI\"") }), false);
    row("true and false", all({ is("custom.vip", "equals", "true"), is("custom.vip", "equals", "false") }), true);
    row("each choice fails", all({ is("channel", "equals", "\"a\""), any({ is("channel", "equals", "\"b\""), all({ is("channel", "equals", "\"c\""), is("labels", "exists") }) }) }), true);
    row("a choice is left", all({ is("channel", "equals", "\"a\""), any({ is("channel", "equals", "\"b\""), is("labels", "exists") }) }), false);
    row("choices that fail together", all({ any({ is("channel", "equals", "\"a\""), is("channel", "equals", "\"b\"") }), any({ is("channel", "equals", "\"c\""), is("channel", "equals", "\"d\"") }) }), true);
}

void TestContradiction::whatContradictsItselfIsFound()
{
    QFETCH(QByteArray, rule);
    QFETCH(bool, impossible);
    const Condition wanted[] { condition(rule) };
    QCOMPARE(isImpossible(wanted), impossible);
}

void TestContradiction::whatOthersLeaveNothingToIsFound()
{
    const Condition wanted[] { condition(is("businessValue", "greater", "5")) };
    const Condition wider[] { condition(is("businessValue", "greater", "3")) };
    const Condition narrower[] { condition(is("businessValue", "greater", "7")) };
    const Condition everything[] { Condition() };
    QVERIFY(isImpossible(wanted, wider));
    QVERIFY(!isImpossible(wanted, narrower));
    QVERIFY(isImpossible(wanted, everything));
    QVERIFY(!isImpossible(everything, wanted));

    // None of them alone leaves nothing.
    const Condition channels[] { condition(is("channel", "in", "[\"email\",\"chat\"]")) };
    const Condition each[] { condition(is("channel", "equals", "\"Email\"")), condition(all({ is("channel", "equals", "\"chat\"") })) };
    QVERIFY(isImpossible(channels, each));
    QVERIFY(!isImpossible(channels, std::span(each).first(1)));
    QVERIFY(!isImpossible(channels, std::span(each).last(1)));
}

void TestContradiction::noRuleThatAnItemMeetsIsCalledImpossible()
{
    const Instant now = *instantFromIso(u"2026-07-01T12:00:00Z"_s);
    Generator generator(20261123);
    int impossible = 0;
    for (int round = 0; round < 6'000; ++round) {
        const QByteArrayList texts { generator.tree(3), generator.tree(2), generator.tree(2) };
        const Condition wanted[] { condition(texts[0]), condition(texts[1]) };
        const Condition unwanted[] { condition(texts[2]) };
        if (!isImpossible(wanted, unwanted))
            continue;
        ++impossible;
        for (int i = 0; i < 100; ++i) {
            const Attributes item = generator.item();
            const bool met = wanted[0].matches(item, now) && wanted[1].matches(item, now) && !unwanted[0].matches(item, now);
            QVERIFY2(!met, texts.join("\n").constData());
        }
    }
    QVERIFY2(impossible > 500, qPrintable(QString::number(impossible)));
}

void TestContradiction::hugeConditionsAreGivenUpSoon()
{
    // Pigeonholes: 9 pigeons, each in one of 8 holes, no two in the same one. True, and hopeless to prove by looking.
    QByteArrayList parts;
    for (int pigeon = 0; pigeon < 9; ++pigeon) {
        QByteArrayList holes;
        for (int hole = 0; hole < 8; ++hole)
            holes.append(is(qPrintable(u"custom.p%1h%2"_s.arg(pigeon).arg(hole)), "exists"));
        parts.append(any(holes));
    }
    for (int hole = 0; hole < 8; ++hole) {
        for (int pigeon = 0; pigeon < 9; ++pigeon) {
            for (int other = 0; other < pigeon && parts.size() < 130; ++other)
                parts.append(any({ is(qPrintable(u"custom.p%1h%2"_s.arg(pigeon).arg(hole)), "notExists"), is(qPrintable(u"custom.p%1h%2"_s.arg(other).arg(hole)), "notExists") }));
        }
    }
    const Condition wanted[] { condition(all(parts)) };
    QElapsedTimer timer;
    timer.start();
    QVERIFY(!isImpossible(wanted));
    QVERIFY2(timer.elapsed() < 10'000, qPrintable(QString::number(timer.elapsed())));
}

QTEST_APPLESS_MAIN(TestContradiction)
#include "tst_contradiction.moc"
