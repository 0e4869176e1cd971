// SPDX-License-Identifier: Apache-2.0
#include <base/jsonfromyaml.h>

#include <QTest>

using namespace iwd;

class TestJsonFromYaml : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void yamlBecomesJson_data();
    void yamlBecomesJson();
    void whatJsonCannotHoldIsRefused_data();
    void whatJsonCannotHoldIsRefused();
};

void TestJsonFromYaml::yamlBecomesJson_data()
{
    QTest::addColumn<QByteArray>("yaml");
    QTest::addColumn<QByteArray>("json");
    QTest::newRow("order is kept") << QByteArray("b: 1\na: 2\n") << QByteArray(R"({"b":1,"a":2})");
    QTest::newRow("plain scalars have types") << QByteArray("[null, ~, true, False, 7, -7, +7, 0o17, 0xFF, 1.5, .5, 2e3, text, 1.2.3]")
                                              << QByteArray(R"([null,null,true,false,7,-7,7,15,255,1.5,0.5,2000,"text","1.2.3"])");
    QTest::newRow("quoted scalars are texts") << QByteArray(R"(['null', "true", '7', "1.5", ''])")
                                              << QByteArray(R"(["null","true","7","1.5",""])");
    QTest::newRow("words of older YAML are texts")
        << QByteArray("[yes, no, on, off, 2016-02-29, 12:30]") << QByteArray(R"(["yes","no","on","off","2016-02-29","12:30"])");
    QTest::newRow("block scalars are texts") << QByteArray("a: |-\n  one\n  two\nb: >-\n  one\n  two\nc: |-\n  7\n")
                                             << QByteArray(R"({"a":"one\ntwo","b":"one two","c":"7"})");
    QTest::newRow("numbers as names") << QByteArray("'200': a\n404: b\n") << QByteArray(R"({"200":"a","404":"b"})");
    QTest::newRow("empty containers") << QByteArray("a: {}\nb: []\nc:\n") << QByteArray(R"({"a":{},"b":[],"c":null})");
    QTest::newRow("anchors are copied") << QByteArray("a: &x { k: 1 }\nb: *x\n") << QByteArray(R"({"a":{"k":1},"b":{"k":1}})");
    QTest::newRow("texts are escaped") << QByteArray(R"(["a\"b\\c\n\u00e9\u0001"])") << QByteArray("[\"a\\\"b\\\\c\\n\xc3\xa9\\u0001\"]");
    QTest::newRow("long whole numbers are exact") << QByteArray("9007199254740993") << QByteArray("9007199254740993");
}

void TestJsonFromYaml::yamlBecomesJson()
{
    QFETCH(QByteArray, yaml);
    QFETCH(QByteArray, json);
    const auto converted = jsonFromYaml(yaml);
    QVERIFY2(converted.ok(), converted ? "" : qPrintable(converted.error().text));
    QCOMPARE(converted.value(), json);
}

void TestJsonFromYaml::whatJsonCannotHoldIsRefused_data()
{
    QTest::addColumn<QByteArray>("yaml");
    QTest::addColumn<QString>("where");
    QTest::newRow("syntax error") << QByteArray("a: 1\nb: [1, 2\n") << QStringLiteral("Line 3");
    QTest::newRow("name given twice") << QByteArray("a: 1\nb: 2\na: 3\n") << QStringLiteral("Line 3, column 1: \"a\" appears twice");
    QTest::newRow("name that is a list") << QByteArray("? [a, b]\n: 1\n") << QStringLiteral("Line 1");
    QTest::newRow("infinite number") << QByteArray("a:\n  - .inf\n") << QStringLiteral("Line 2, column 5");
    QByteArray bomb = "a0: &a0 [aaaaaaaaaa]\n";
    for (int i = 1; i < 12; ++i) {
        const QByteArray number = QByteArray::number(i);
        const QByteArray before = "*a" + QByteArray::number(i - 1) + ',';
        bomb += "a" + number + ": &a" + number + " [" + before.repeated(10) + "]\n";
    }
    QTest::newRow("aliases of aliases") << bomb << QStringLiteral("Line 1, column 10: With aliases");
    QTest::newRow("not a number") << QByteArray(".NaN") << QStringLiteral("Line 1");
}

void TestJsonFromYaml::whatJsonCannotHoldIsRefused()
{
    QFETCH(QByteArray, yaml);
    QFETCH(QString, where);
    const auto converted = jsonFromYaml(yaml);
    QVERIFY(!converted.ok());
    QVERIFY2(converted.error().text.startsWith(where), qPrintable(converted.error().text));
}

QTEST_GUILESS_MAIN(TestJsonFromYaml)
#include "tst_jsonfromyaml.moc"
