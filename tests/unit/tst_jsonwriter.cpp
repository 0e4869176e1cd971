// SPDX-License-Identifier: Apache-2.0
#include <base/jsonwriter.h>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace iwd;

class TestJsonWriter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void separatesMembersAndElements();
    void writesTextSoThatEveryReaderReadsTheSame_data();
    void writesTextSoThatEveryReaderReadsTheSame();
    void replacesHalfSurrogatePairs();
    void writesEveryKindOfValueAsQJsonDocumentReadsIt();
    void growsBeyondWhatWasExpected();
    void startsAnewAfterTake();
    void writesInstantsAsPeopleReadThem_data();
    void writesInstantsAsPeopleReadThem();
};

void TestJsonWriter::separatesMembersAndElements()
{
    JsonWriter json;
    json.beginObject();
    json.name(QLatin1StringView("a")).number(1).name(QLatin1StringView("b")).beginArray().number(-2).null().endArray();
    json.name(QStringLiteral("c\"")).beginObject().endObject().name(QLatin1StringView("d")).boolean(true).name(QLatin1StringView("e")).beginArray().endArray();
    json.name(QLatin1StringView("f")).textOrNull({}).name(QLatin1StringView("g")).raw("[1]");
    json.endObject();
    QCOMPARE(json.take(), QByteArray(R"({"a":1,"b":[-2,null],"c\"":{},"d":true,"e":[],"f":null,"g":[1]})"));
}

void TestJsonWriter::writesTextSoThatEveryReaderReadsTheSame_data()
{
    QTest::addColumn<QString>("text");
    QTest::newRow("empty") << QStringLiteral("");
    QTest::newRow("plain") << QStringLiteral("Printer 7");
    QTest::newRow("quotes and backslashes") << QStringLiteral("\"C:\\temp\"");
    QTest::newRow("two bytes") << QStringLiteral("Grüße");
    QTest::newRow("three bytes") << QStringLiteral("優先度");
    QTest::newRow("four bytes") << QStringLiteral("😀 and more");
    QString controls;
    for (char16_t c = 1; c < 0x20; ++c)
        controls += c;
    QTest::newRow("control characters") << controls;
    QTest::newRow("delete and the first beyond ASCII") << QStringLiteral("\u007f\u0080");
    QTest::newRow("line separators") << QStringLiteral("\u2028\u2029");
    QTest::newRow("last of the plane") << QStringLiteral("\uffff\ud7ff\ue000");
}

void TestJsonWriter::writesTextSoThatEveryReaderReadsTheSame()
{
    QFETCH(QString, text);
    JsonWriter json(1);
    json.beginArray().text(text).endArray();
    QJsonParseError failure;
    const QByteArray written = json.take();
    const QJsonDocument read = QJsonDocument::fromJson(written, &failure);
    QVERIFY2(failure.error == QJsonParseError::NoError, written.constData());
    QCOMPARE(read.array().at(0).toString(), text);
}

void TestJsonWriter::replacesHalfSurrogatePairs()
{
    JsonWriter json;
    const QString broken = QString(QChar(0xd83d)) + u'x' + QChar(0xde00) + QChar(0xd83d);
    json.text(broken);
    QCOMPARE(json.take(), QByteArray("\"\xef\xbf\xbdx\xef\xbf\xbd\xef\xbf\xbd\""));
}

void TestJsonWriter::writesEveryKindOfValueAsQJsonDocumentReadsIt()
{
    const QJsonObject object { { QStringLiteral("text"), QStringLiteral("a\nb") }, { QStringLiteral("yes"), true }, { QStringLiteral("no"), false },
        { QStringLiteral("nothing"), QJsonValue() }, { QStringLiteral("whole"), qint64(9'007'199'254'740'991) }, { QStringLiteral("negative"), -5 },
        { QStringLiteral("fraction"), 0.1 }, { QStringLiteral("large"), 1e300 }, { QStringLiteral("zero"), 0 },
        { QStringLiteral("list"), QJsonArray { 1, QStringLiteral("two"), QJsonArray(), QJsonObject { { QStringLiteral("three"), 3.5 } } } } };
    JsonWriter json;
    json.value(object);
    const QByteArray written = json.take();
    QCOMPARE(QJsonDocument::fromJson(written).object(), object);
    QVERIFY(!written.contains('\n'));
}

void TestJsonWriter::growsBeyondWhatWasExpected()
{
    JsonWriter json(1);
    json.beginArray();
    QJsonArray expected;
    for (int i = 0; i < 1'000; ++i) {
        json.number(i);
        expected.append(i);
    }
    json.endArray();
    QCOMPARE(QJsonDocument::fromJson(json.take()).array(), expected);
}

void TestJsonWriter::startsAnewAfterTake()
{
    JsonWriter json;
    json.beginArray().number(1).endArray();
    QCOMPARE(json.take(), QByteArray("[1]"));
    json.beginArray().number(2).endArray();
    QCOMPARE(json.take(), QByteArray("[2]"));
}

void TestJsonWriter::writesInstantsAsPeopleReadThem_data()
{
    QTest::addColumn<qint64>("millis");
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("epoch") << qint64(0) << QByteArray("\"1970-01-01T00:00:00.000Z\"");
    QTest::newRow("leap day") << qint64(1'709'251'199'999) << QByteArray("\"2024-02-29T23:59:59.999Z\"");
    QTest::newRow("before the epoch") << qint64(-1) << QByteArray("\"1969-12-31T23:59:59.999Z\"");
    QTest::newRow("last") << qint64(253'402'300'799'999) << QByteArray("\"9999-12-31T23:59:59.999Z\"");
}

void TestJsonWriter::writesInstantsAsPeopleReadThem()
{
    QFETCH(qint64, millis);
    QFETCH(QByteArray, text);
    JsonWriter json;
    json.instant(fromMillis(millis));
    QCOMPARE(json.take(), text);
}

QTEST_GUILESS_MAIN(TestJsonWriter)
#include "tst_jsonwriter.moc"
