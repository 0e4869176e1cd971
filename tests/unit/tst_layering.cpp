// SPDX-License-Identifier: Apache-2.0
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;

/// The arrows between the libraries go down only: an include against them does not compile. Asked of the compiler itself, with the include
/// folders that each library is built with.
class TestLayering : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anIncludeCompilesOnlyAlongTheArrows_data();
    void anIncludeCompilesOnlyAlongTheArrows();
};

void TestLayering::anIncludeCompilesOnlyAlongTheArrows_data()
{
    QTest::addColumn<QString>("library");
    QTest::addColumn<QString>("header");
    QTest::addColumn<bool>("compiles");
    const auto row = [](const char *library, const char *header, bool compiles) {
        QTest::addRow("%s %s %s", library, compiles ? "may use" : "may not use", header) << QString::fromLatin1(library) << QString::fromLatin1(header) << compiles;
    };
    row("iwd-base", "base/error.h", true);
    row("iwd-base", "domain/workitem.h", false);
    row("iwd-domain", "base/result.h", true);
    row("iwd-domain", "contract/itemapi.h", false);
    row("iwd-domain", "pipeline/store.h", false);
    row("iwd-contract", "domain/workitem.h", true);
    row("iwd-contract", "http/router.h", false);
    row("iwd-client", "base/result.h", true);
    row("iwd-client", "pipeline/store.h", false);
    row("iwd-pipeline", "domain/workitem.h", true);
    row("iwd-pipeline", "storage/sqlitestore.h", false);
    row("iwd-pipeline", "http/router.h", false);
    row("iwd-pipeline", "cache/cache.h", false);
    row("iwd-pipeline", "runtime/secrets.h", false);
    row("iwd-pipeline", "api/apiserver.h", false);
    row("iwd-storage", "pipeline/store.h", true);
    row("iwd-storage", "http/router.h", false);
    row("iwd-storage", "libpq-fe.h", true);
    row("iwd-pipeline", "libpq-fe.h", false);
    row("iwd-api", "libpq-fe.h", false);
    row("iwd-storage", "api/apiserver.h", false);
    row("iwd-http", "base/result.h", true);
    row("iwd-http", "pipeline/store.h", false);
    row("iwd-http", "storage/sqlitestore.h", false);
    row("iwd-http", "domain/workitem.h", false);
    row("iwd-outgoing", "base/result.h", true);
    row("iwd-outgoing", "pipeline/store.h", false);
    row("iwd-outgoing", "http/router.h", false);
    row("iwd-openid", "outgoing/outgoingclient.h", true);
    row("iwd-openid", "http/router.h", false);
    row("iwd-openid", "storage/sqlitestore.h", false);
    row("iwd-pipeline", "openid/openidproviders.h", false);
    row("iwd-api", "openid/openidproviders.h", false);
    row("iwd-pipeline", "outgoing/outgoingclient.h", false);
    row("iwd-storage", "outgoing/outgoingclient.h", false);
    row("iwd-api", "pipeline/pipeline.h", true);
    row("iwd-api", "storage/sqlitestore.h", false);
    row("iwd-api", "storage/database.h", false);
#ifdef IWD_WITH_GUI
    row("iwd-admin-models", "client/client.h", true);
    row("iwd-admin-models", "views/theme.h", false);
    row("iwd-admin-models", "actions/itemactions.h", false);
    row("iwd-admin-models", "pipeline/store.h", false);
    row("iwd-admin-actions", "models/session.h", true);
    row("iwd-admin-actions", "views/theme.h", false);
    row("iwd-admin-views", "actions/itemactions.h", true);
    row("iwd-admin-views", "storage/sqlitestore.h", false);
#endif
}

void TestLayering::anIncludeCompilesOnlyAlongTheArrows()
{
    QFETCH(QString, library);
    QFETCH(QString, header);
    QFETCH(bool, compiles);
    QFile folders(QStringLiteral(IWD_INCLUDE_FOLDERS "/") + library);
    QVERIFY2(folders.open(QIODevice::ReadOnly), qPrintable(folders.fileName()));
    QStringList arguments { u"-std=c++20"_s, u"-fcoroutines"_s, u"-fPIC"_s, u"-fsyntax-only"_s, u"-w"_s, u"-x"_s, u"c++"_s, u"-"_s };
    if (QStringLiteral(IWD_COMPILER_ID) != u"GNU"_s)
        arguments.removeAll(u"-fcoroutines"_s);
    for (const QString &folder : QString::fromUtf8(folders.readAll()).split(u'\n', Qt::SkipEmptyParts))
        arguments.append(u"-I"_s + folder);
    QProcess compiler;
    compiler.start(QStringLiteral(IWD_COMPILER), arguments);
    // Whether the header is found is the question; what is in it would only take time.
    compiler.write(u"#if !__has_include(<%1>)\n#error \"not reachable\"\n#endif\n"_s.arg(header).toUtf8());
    compiler.closeWriteChannel();
    QVERIFY(compiler.waitForFinished(60'000));
    const QString said = QString::fromUtf8(compiler.readAllStandardError());
    QVERIFY2((compiler.exitCode() == 0) == compiles, qPrintable(said));
    QCOMPARE(said.contains(u"not reachable"_s), !compiles);
}

QTEST_GUILESS_MAIN(TestLayering)
#include "tst_layering.moc"
