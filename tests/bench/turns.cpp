// SPDX-License-Identifier: Apache-2.0
// How long taking the next item takes when two servers on one PostgreSQL do it by turns, and what the database is asked for it. Measures nothing that a test could assert.
//
//   turns [CLASSES] [AGENTS] [TURNS]     default: 240 classes, 50 agents, 2000 turns
#include <support/pipelinefixture.h>

#include <QCoreApplication>

#include <cstdio>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;
using Milliseconds = std::chrono::duration<double, std::milli>;

namespace {

constexpr int itemsInHand = 3; ///< of every other agent

void measure(int classes, int agents, int turns)
{
    PipelineFixture fixture({}, StoreKind::Postgresql);
    struct Asked
    {
        int count = 0;
        Milliseconds waited { 0 };
    };
    std::map<QString, Asked> statements; // of the second server
    std::mutex mutex;
    PostgresOptions options;
    options.observer = [&](const QString &name, bool, std::chrono::nanoseconds duration) {
        const std::lock_guard lock(mutex);
        Asked &asked = statements[name];
        ++asked.count;
        asked.waited += duration;
    };
    PipelineFixture::Server other = fixture.anotherServer(options);

    for (int i = 0; i < agents; ++i)
        fixture.addAgent(u"agent-%1"_s.arg(i), {}, { { QString(), 1'000 } });
    const int items = agents * itemsInHand + turns + 10 * classes;
    PipelineFixture::must(fixture.run<bool>([&](Transaction &transaction) -> Result<bool> {
        for (int i = 0; i < items; ++i) {
            if (auto done = captureItem(transaction, *decodeItemInput({ { u"captureId"_s, QString::number(i) }, { u"priority"_s, u"+%1"_s.arg(i % classes) } }, InputMode::Create), fixture.actor); !done)
                return done.error();
        }
        return true;
    }));
    for (int i = 0; i < agents * itemsInHand; ++i)
        PipelineFixture::must(fixture.next(u"agent-%1"_s.arg(i % agents)));

    const auto takeByTurns = [&](int count) {
        for (int turn = 0; turn < count; ++turn) {
            PipelineFixture::must(fixture.next(u"agent-%1"_s.arg(turn % agents)));
            fixture.changePlaces(other);
        }
    };
    takeByTurns(20);
    {
        const std::lock_guard lock(mutex);
        statements.clear();
    }
    const auto begun = std::chrono::steady_clock::now();
    takeByTurns(turns - 20);
    const Milliseconds taken = std::chrono::steady_clock::now() - begun;
    const std::lock_guard lock(mutex);
    Milliseconds waited { 0 };
    for (const auto &[name, asked] : statements)
        waited += asked.waited;
    const double ofSecond = (turns - 20) / 2.0;
    std::printf("%d classes, %d agents: %.2f ms a taking, of which %.2f ms in statements\n", classes, agents, taken.count() / (turns - 20), waited.count() / ofSecond);
    for (const auto &[name, asked] : statements)
        std::printf("  %-28s %.2f a taking, %.3f ms each\n", qPrintable(name), asked.count / ofSecond, asked.waited.count() / asked.count);
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication app(argc, argv);
    const auto number = [&](int place, int otherwise) { return argc > place ? QByteArray(argv[place]).toInt() : otherwise; };
    measure(number(1, 240), number(2, 50), number(3, 2'000));
}
