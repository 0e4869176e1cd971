// SPDX-License-Identifier: Apache-2.0
#include <base/jsonfromyaml.h>
#include <base/yamlfromjson.h>

#include <QJsonArray>
#include <QJsonDocument>
#include <QRandomGenerator>
#include <QTest>

using namespace iwd;
using namespace Qt::StringLiterals;

namespace {

QJsonObject readAgain(const QByteArray &yaml)
{
    const auto json = jsonFromYaml(yaml);
    if (!json)
        qWarning("%s\n%s", qPrintable(json.error().text), yaml.constData());
    return json ? QJsonDocument::fromJson(*json).object() : QJsonObject();
}

QString randomText(QRandomGenerator &random)
{
    static const QString some = u"ab Z09_-./:#,[]{}&*!|>'\"%@`~?=+\\\n\t\r\u0085\u2028äß漢\u0001"_s;
    QString text;
    for (int length = random.bounded(8); length > 0; --length)
        text += some[random.bounded(some.size())];
    return text;
}

QJsonValue randomValue(QRandomGenerator &random, int depth)
{
    switch (random.bounded(depth > 3 ? 5 : 7)) {
    case 0:
        return randomText(random);
    case 1:
        return static_cast<qint64>(random.generate64() >> 12) - (qint64(1) << 51);
    case 2:
        return random.generateDouble() * 1e9;
    case 3:
        return random.bounded(2) == 1;
    case 4:
        return {};
    case 5: {
        QJsonArray array;
        for (int size = random.bounded(4); size > 0; --size)
            array.append(randomValue(random, depth + 1));
        return array;
    }
    default: {
        QJsonObject object;
        for (int size = random.bounded(4); size > 0; --size)
            object.insert(randomText(random), randomValue(random, depth + 1));
        return object;
    }
    }
}

} // namespace

class TestYamlFromJson : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void itReadsAsPeopleWrite();
    void textsThatLookLikeSomethingElseAreQuoted_data();
    void textsThatLookLikeSomethingElseAreQuoted();
    void whatIsWrittenIsReadTheSame();
};

void TestYamlFromJson::itReadsAsPeopleWrite()
{
    const QJsonObject object { { u"queues"_s,
                                   QJsonObject { { u"claims"_s,
                                       QJsonObject { { u"weight"_s, 3 }, { u"name"_s, u"Claims & more"_s }, { u"description"_s, u"Ärger am Telefon"_s }, { u"groups"_s, QJsonArray { u"a"_s, u"b c"_s } },
                                           { u"steps"_s, QJsonArray { QJsonObject { { u"age"_s, 0.5 }, { u"priority"_s, 7 } } } }, { u"nothing"_s, QJsonValue() }, { u"empty"_s, QJsonObject() } } } } },
        { u"format"_s, 1 } };
    QCOMPARE(QString::fromUtf8(yamlFromJson(object, { u"format"_s, u"name"_s, u"description"_s })),
        QStringLiteral("format: 1\n"
                       "queues:\n"
                       "  claims:\n"
                       "    name: \"Claims & more\"\n"
                       "    description: Ärger am Telefon\n"
                       "    empty: {}\n"
                       "    groups: [a, b c]\n"
                       "    nothing: ~\n"
                       "    steps:\n"
                       "      - {age: 0.5, priority: 7}\n"
                       "    weight: 3\n"));
}

void TestYamlFromJson::textsThatLookLikeSomethingElseAreQuoted_data()
{
    QTest::addColumn<QString>("text");
    for (const QString &text : { u""_s, u"null"_s, u"~"_s, u"true"_s, u"False"_s, u"7"_s, u"-7"_s, u"1.5"_s, u".5"_s, u"1e3"_s, u"0x1F"_s, u"0o7"_s, u"- a"_s, u"a: b"_s, u"a #b"_s, u" a"_s, u"a "_s,
             u"two\nlines"_s, u"{a}"_s, u"[a]"_s, u"a, b"_s, u"&a"_s, u"*a"_s, u"!a"_s, u"%a"_s, u"@a"_s, u"'a'"_s, u"\"a\""_s, u"---"_s, u"..."_s, u".inf"_s, u".nan"_s, u"\\n"_s, u"yes"_s, u"12:30"_s })
        QTest::addRow("%s", qPrintable(text)) << text;
}

void TestYamlFromJson::textsThatLookLikeSomethingElseAreQuoted()
{
    QFETCH(QString, text);
    const QJsonObject object { { u"a"_s, text }, { u"in a list"_s, QJsonArray { text, QJsonObject { { text, text } } } }, { text, 1 } };
    QCOMPARE(readAgain(yamlFromJson(object)), object);
}

void TestYamlFromJson::whatIsWrittenIsReadTheSame()
{
    QRandomGenerator random(20261123);
    for (int round = 0; round < 2'000; ++round) {
        const QJsonObject object { { u"value"_s, randomValue(random, 0) }, { randomText(random), randomValue(random, 0) } };
        QCOMPARE(readAgain(yamlFromJson(object)), object);
    }
}

QTEST_GUILESS_MAIN(TestYamlFromJson)
#include "tst_yamlfromjson.moc"
