// SPDX-License-Identifier: Apache-2.0
#include "topcommand.h"

#include "connection.h"
#include "console.h"
#include "fullscreen.h"
#include "interrupt.h"
#include "keyboard.h"
#include "printing.h"
#include "topscreen.h"

#include <client/latch.h>

#include <QCoreApplication>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace iwd {
namespace {

constexpr milliseconds ShortestInterval { 200 };
constexpr auto LookAtSizeEvery = 200ms; ///< of the terminal; soon enough for an eye
constexpr int WidthInFiles = 100;

/// A top that runs.
struct Top
{
    std::shared_ptr<Client> client;
    milliseconds interval { 2'000 };
    FiguresReader reader;
    TopScene scene;
    FullScreen screen;
    console::Size drawnSize { 0, 0 };
    bool onScreen = false;
    std::optional<int> exitCode; ///< set: the end was asked for
    std::shared_ptr<Latch> resting;

    /// Whoever waits goes on later, not inside of the signal of an object that goes on with this.
    void end(int code)
    {
        exitCode = code;
        QTimer::singleShot(0, QCoreApplication::instance(), [client = client, latch = resting] {
            client->close();
            if (latch)
                latch->open();
        });
    }

    void draw()
    {
        if (!onScreen || scene.figures.asOf == Instant())
            return;
        drawnSize = console::size();
        screen.draw(drawnTop(scene, drawnSize.width, drawnSize.height), drawnSize.width);
    }

    void followSize()
    {
        const auto size = console::size();
        if (size.width != drawnSize.width || size.height != drawnSize.height)
            draw();
    }

    void press(char key)
    {
        if (exitCode)
            return;
        if (key == 'q' || key == 'Q')
            return end(ExitFine);
        if (const auto order = queueOrderFromKey(key)) {
            scene.order = *order;
            draw();
        }
    }
};
using SharedTop = std::shared_ptr<Top>;

/// One look at the server. @returns what GET /stats/queues said
QCoro::Task<Result<QJsonObject>> look(SharedTop top)
{
    const auto client = top->client;
    auto queues = co_await client->get(u"/stats/queues"_s);
    if (!queues)
        co_return queues;
    const auto server = co_await client->get(u"/stats/server"_s);
    if (!server)
        co_return server.error();
    top->reader.take(*queues, *server);
    top->scene.figures = top->reader.figures();
    co_return queues;
}

QCoro::Task<> rest(SharedTop top)
{
    const auto latch = std::make_shared<Latch>();
    top->resting = latch;
    QObject here; // nobody is woken any more after an earlier end
    QTimer::singleShot(top->interval, &here, [latch] { latch->open(); });
    co_await latch->wait();
    top->resting.reset();
}

void printScene(const Top &top)
{
    const int width = console::isTerminal() ? console::size().width : WidthInFiles;
    for (const StyledLine &line : drawnTop(top.scene, width, 0))
        console::printStyled(line.toText({ console::wantsColor(), console::speaksUtf8() || !console::isTerminal() }, width) + u'\n');
}

QCoro::Task<int> printOnce(SharedTop top, bool json)
{
    const auto figures = co_await look(top);
    if (!figures)
        co_return top->exitCode ? *top->exitCode : fail(figures.error());
    if (json)
        console::print(jsonLine(*figures));
    else
        printScene(*top);
    co_return ExitFine;
}

/// For files and other programs: one look after the other.
QCoro::Task<int> printAgainAndAgain(SharedTop top, bool json)
{
    while (!console::outputHasFailed()) {
        const int code = co_await printOnce(top, json);
        if (code != ExitFine)
            co_return code;
        if (!json)
            console::print(u"\n"_s);
        if (!top->exitCode)
            co_await rest(top);
        if (top->exitCode)
            co_return *top->exitCode;
    }
    co_return ExitFine;
}

QCoro::Task<int> showOnScreen(SharedTop top)
{
    Keyboard keyboard;
    QObject::connect(&keyboard, &Keyboard::pressed, &keyboard, [top](char key) { top->press(key); });
    QTimer size;
    QObject::connect(&size, &QTimer::timeout, &size, [top] { top->followSize(); });
    size.start(LookAtSizeEvery);
    while (!top->exitCode) {
        const auto figures = co_await look(top);
        if (top->exitCode)
            break;
        const bool sawAny = top->scene.figures.asOf != Instant();
        if (!figures && (!sawAny || exitCodeOf(figures.error()) == ExitRefused)) {
            top->screen.leave();
            co_return fail(figures.error());
        }
        top->scene.trouble = figures ? QString() : u"%1 Trying again."_s.arg(figures.error().text);
        top->draw();
        co_await rest(top);
    }
    top->screen.leave();
    co_return *top->exitCode;
}

} // namespace

CommandSpec topCommand()
{
    return { u"top"_s, {}, u"Shows the queues live, until q."_s,
        { { u"sort"_s, queueOrderNames().join(u'|'), u"most first; default: waiting"_s }, { u"every"_s, u"TIME"_s, u"between two looks; default 2s"_s },
            { u"once"_s, {}, u"one look, printed"_s } } };
}

QCoro::Task<int> runTop(CommandLine line, std::shared_ptr<Client> client)
{
    auto top = std::make_shared<Top>();
    top->client = client;
    top->scene.server = client->options().url.toDisplayString();
    const auto order = queueOrderFromName(line.value(u"sort"_s, u"waiting"_s));
    if (!order) {
        console::complain(u"--sort is one of %1, not \"%2\"."_s.arg(queueOrderNames().join(u", "_s), line.value(u"sort"_s)));
        co_return ExitUsage;
    }
    top->scene.order = *order;
    const auto interval = durationFromText(line.value(u"every"_s, u"2s"_s));
    if (!interval)
        co_return failUsage(interval.error());
    top->interval = std::max(*interval, ShortestInterval);

    Interrupt interrupt;
    QObject::connect(&interrupt, &Interrupt::requested, &interrupt, [top] { top->end(ExitInterrupted); });
    const bool json = wantsJson(line);
    if (line.has(u"once"_s))
        co_return co_await printOnce(top, json);
    top->onScreen = !json && FullScreen::isPossible();
    if (!top->onScreen)
        co_return co_await printAgainAndAgain(top, json);
    co_return co_await showOnScreen(top);
}

} // namespace iwd
