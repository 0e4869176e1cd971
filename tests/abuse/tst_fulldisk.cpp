// SPDX-License-Identifier: Apache-2.0
#include "site.h"
#include "smalldisk.h"

#include <QFileInfo>
#include <QTest>

namespace iwd::test {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 roomLeft = 200'000; ///< bytes, for some items more

/// The disk of a server that can be full.
class Disk
{
public:
    virtual ~Disk() = default;
    [[nodiscard]] virtual Site &site() = 0;
    [[nodiscard]] virtual bool fill() = 0;
    virtual void makeRoom() = 0;
};

/// The files of the process may not grow any more. Works for everybody, but is another error of the system.
class LimitedFiles final : public Disk
{
public:
    [[nodiscard]] Site &site() override { return m_site; }
    [[nodiscard]] bool fill() override
    {
        const qint64 written = QFileInfo(m_site.server.setup().data + u"/iwd.db-wal"_s).size();
        m_site.server.limitFileSize(static_cast<quint64>(written + roomLeft));
        return true;
    }
    void makeRoom() override { m_site.server.limitFileSize(std::nullopt); }

private:
    Site m_site;
};

/// A file system on which nothing is left.
class FullFileSystem final : public Disk
{
public:
    [[nodiscard]] Site &site() override { return m_site; }
    [[nodiscard]] bool fill() override { return m_disk.fillUpTo(roomLeft); }
    void makeRoom() override { m_disk.makeRoom(); }

private:
    SmallDisk m_disk { 64 };
    Site m_site { {}, m_disk.path() };
};

} // namespace

/// A disk without room stops writing, and nothing else.
class TestFullDisk : public QObject
{
    Q_OBJECT
public:
    explicit TestFullDisk(bool mayMount)
        : m_mayMount(mayMount)
    {
    }

private Q_SLOTS:
    void aFullDiskLosesNothingAndIsOverWithoutARestart_data();
    void aFullDiskLosesNothingAndIsOverWithoutARestart();

private:
    [[nodiscard]] std::unique_ptr<Disk> makeDisk(bool wholeFileSystem) const;

    const bool m_mayMount;
};

std::unique_ptr<Disk> TestFullDisk::makeDisk(bool wholeFileSystem) const
{
    if (wholeFileSystem && m_mayMount)
        return std::make_unique<FullFileSystem>();
    if (wholeFileSystem)
        qInfo("Nothing can be mounted here, neither as root nor in a user namespace: the files of the server are limited once more instead.");
    return std::make_unique<LimitedFiles>();
}

void TestFullDisk::aFullDiskLosesNothingAndIsOverWithoutARestart_data()
{
    QTest::addColumn<bool>("wholeFileSystem");
    QTest::newRow("files that may not grow") << false;
    QTest::newRow("a full file system") << true;
}

void TestFullDisk::aFullDiskLosesNothingAndIsOverWithoutARestart()
{
    QFETCH(bool, wholeFileSystem);
    const auto disk = makeDisk(wholeFileSystem);
    Site &site = disk->site();
    std::set<QString> acknowledged;
    std::set<QString> refused;
    int number = 0;
    const auto capture = [&] {
        const QString id = u"item-%1"_s.arg(++number);
        const HttpAnswer answer = site.ask("POST", "/items", itemBody(id, 9'000));
        (answer.status == 200 ? acknowledged : refused).insert(id);
        return answer;
    };
    for (int i = 0; i < 20; ++i)
        QCOMPARE(capture().status, 200);

    for (int round = 0; round < 3; ++round) {
        QVERIFY(disk->fill());
        HttpAnswer answer;
        for (int i = 0; i < 1000 && answer.status != 503; ++i)
            answer = capture();
        QCOMPARE(answer.status, 503);
        QCOMPARE(answer.json().value(u"code"_s).toString(), u"storage.unavailable"_s);
        QVERIFY2(answer.json().value(u"detail"_s).toString().size() > 40, answer.body.constData());
        QVERIFY(answer.header("retry-after").toInt() > 0);
        QTRY_COMPARE(site.readiness(), 503);
        // Not ready means so for as long as it lasts, and reading goes on.
        for (int i = 0; i < 20; ++i) {
            QCOMPARE(capture().status, 503);
            QCOMPARE(site.readiness(), 503);
            QCOMPARE(site.ask("GET", "/items?limit=1").status, 200);
        }
        disk->makeRoom();
        QTRY_COMPARE(site.readiness(), 200);
        QCOMPARE(capture().status, 200);
        QCOMPARE(site.stored(), acknowledged);
    }
    // What the disk holds is what the clients were told, also after the process went while there was no room.
    QVERIFY(disk->fill());
    for (int i = 0; i < 1000 && capture().status == 200; ++i) { }
    site.server.kill();
    disk->makeRoom();
    site.server.start();
    QVERIFY(site.server.waitUntilReady());
    QCOMPARE(site.stored(), acknowledged);
    QVERIFY(refused.size() >= 60);
    QVERIFY(site.server.log().contains("The database does not accept writes"));
    QVERIFY(site.server.log().contains("The database accepts writes again"));
}

} // namespace iwd::test

int main(int argc, char **argv)
{
    const bool mayMount = iwd::test::enterOwnMounts(); // while there are no threads
    const QCoreApplication application(argc, argv);
    iwd::test::TestFullDisk test(mayMount);
    return QTest::qExec(&test, argc, argv);
}
#include "tst_fulldisk.moc"
