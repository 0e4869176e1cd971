// SPDX-License-Identifier: Apache-2.0
#include "democommand.h"

#include "player.h"
#include "report.h"
#include "screen.h"

#include <iwdctl/connection.h>
#include <iwdctl/console.h>
#include <iwdctl/fullscreen.h>
#include <iwdctl/interrupt.h>

#include <QCoreApplication>
#include <QFile>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace iwd {
namespace {

constexpr auto DefaultDuration = 90s;
constexpr auto FrameEvery = 250ms;
constexpr auto NewsEvery = 750ms; ///< slow enough to read
constexpr auto LineEvery = 5s;
constexpr size_t KeptNews = 20;

Result<std::vector<demo::Incident>> incidentsOf(const CommandLine &line)
{
    QFile file(line.value(u"data"_s, u":/demo/incidents.csv"_s));
    if (!file.open(QIODevice::ReadOnly))
        return Error { ErrorCode::InvalidField, u"\"%1\" cannot be read: %2."_s.arg(file.fileName(), file.errorString()), {}, {} };
    return demo::readIncidents(file.readAll());
}

Result<milliseconds> durationOf(const CommandLine &line)
{
    if (line.has(u"duration"_s))
        return durationFromText(line.value(u"duration"_s));
    bool ok = false;
    const double speed = line.value(u"speed"_s, u"1"_s).toDouble(&ok);
    if (!ok || speed <= 0 || speed > 100)
        return Error { ErrorCode::InvalidField, u"--speed is a number above 0 and up to 100; 1 plays in %1 s."_s.arg(DefaultDuration.count()), {}, {} };
    return milliseconds(static_cast<qint64>(milliseconds(DefaultDuration).count() / speed));
}

/// The live summary: draws onto the alternate screen of the terminal, or prints lines.
class Stage : public QObject
{
public:
    Stage(std::shared_ptr<demo::Player> player, QUrl server)
        : m_player(std::move(player))
        , m_server(std::move(server))
        , m_onTerminal(FullScreen::isPossible())
    {
        connect(&m_timer, &QTimer::timeout, this, [this] { tick(); });
        m_timer.start(FrameEvery);
    }

private:
    void tick()
    {
        if (!m_player->isPlaying() || m_player->figures().queues.empty())
            return;
        if (m_player->playTime() - m_lastNews >= NewsEvery)
            noteNews();
        if (m_onTerminal)
            draw();
        else if (m_player->playTime() - m_lastLine >= LineEvery)
            printLine();
    }

    void noteNews()
    {
        const auto news = m_player->takeNews();
        if (!news)
            return;
        m_lastNews = m_player->playTime();
        const QString when = demo::dayAndTime(m_player->warp().moment(m_lastNews)).right(5);
        m_news.push_back(when + u"  "_s + news->sentence);
        if (m_news.size() > KeptNews)
            m_news.pop_front();
    }

    [[nodiscard]] demo::Scene scene() const
    {
        const auto &warp = m_player->warp();
        const auto played = std::min(m_player->playTime(), warp.duration());
        demo::Scene scene;
        scene.server = m_server.toString();
        scene.run = m_player->run();
        scene.incidentTime = warp.moment(played);
        scene.progress = static_cast<double>(played.count()) / static_cast<double>(warp.duration().count());
        scene.left = warp.duration() - played;
        scene.figures = m_player->figures();
        scene.news = m_news;
        scene.errors = m_player->errors();
        scene.hint = u"Ctrl+C stops the demo"_s;
        return scene;
    }

    void draw()
    {
        const auto size = console::size();
        m_screen.draw(demo::drawn(scene(), size.width, size.height), size.width);
    }

    void printLine()
    {
        m_lastLine = m_player->playTime();
        StyledLine line;
        line.add(demo::inOneLine(scene()));
        console::print(line.toText({ false, console::speaksUtf8() }, 1000) + u'\n');
    }

    std::shared_ptr<demo::Player> m_player;
    QUrl m_server;
    bool m_onTerminal;
    FullScreen m_screen;
    std::deque<QString> m_news;
    milliseconds m_lastNews { 0 };
    milliseconds m_lastLine { 0 };
    QTimer m_timer;
};

QString daysOf(const std::vector<demo::Incident> &incidents)
{
    const QString first = demo::dayAndTime(incidents.front().opened);
    const QString last = demo::dayAndTime(incidents.back().opened);
    return u"%1 – %2"_s.arg(first.section(u' ', 1, 2), last.section(u' ', 1, 3));
}

int usageError(const Error &error)
{
    console::complain(error);
    return ExitUsage;
}

QCoro::Task<int> report(demo::Outcome outcome, QString days, CommandLine line, ClientOptions options, QString example)
{
    const QUrl url = options.url;
    auto client = std::make_shared<Client>(std::move(options));
    QUrlQuery query;
    query.addQueryItem(u"capturePointId"_s, demo::CapturePoint);
    query.addQueryItem(u"label"_s, QString::fromLatin1(QUrl::toPercentEncoding(demo::labelOf(outcome.run))));
    const auto items = co_await client->list(u"/items"_s, query);
    if (!items) {
        console::complain(items.error());
        co_return exitCodeOf(items.error());
    }
    const QString text = demo::reportText(outcome, demo::byPriority(*items), days) + u'\n'
        + demo::nextSteps(url, example, line.value(u"bootstrap-file"_s), QCoreApplication::arguments().constFirst());
    for (const QString &one : text.trimmed().split(u'\n'))
        console::print(StyledLine().add(one).toText({ false, console::speaksUtf8() }, 1000) + u'\n');
    if (outcome.interrupted)
        co_return ExitInterrupted;
    co_return outcome.errors == 0 && outcome.stillOpen == 0 ? ExitFine : ExitRefused;
}

} // namespace

CommandSpec demoCommand()
{
    return { u"demo"_s, {}, u"Plays 890 real incidents through the server, compressed in time."_s,
        { { u"duration"_s, u"TIME"_s, u"of the play, such as 90s (the default) or 10m"_s },
            { u"speed"_s, u"N"_s, u"2 plays twice as fast as the default"_s },
            { u"data"_s, u"FILE"_s, u"other incidents, in the form of resources/demo/incidents.csv"_s },
            { u"once"_s, {}, u"do nothing when the incidents were played on this server before"_s } } };
}

QCoro::Task<int> runDemo(CommandLine line, ClientOptions options)
{
    auto incidents = incidentsOf(line);
    if (!incidents)
        co_return usageError(incidents.error());
    const auto duration = durationOf(line);
    if (!duration)
        co_return usageError(duration.error());
    const QString days = daysOf(*incidents);
    const QString example = incidents->at(std::min<size_t>(1, incidents->size() - 1)).number;

    demo::PlayOptions play;
    play.connection = options;
    play.duration = *duration;
    play.once = line.has(u"once"_s);
    play.say = [](const QString &sentence) { console::print(sentence + u'\n'); };
    if (!console::isTerminal())
        play.complain = [](const QString &sentence) { console::complain(sentence); };
    auto player = std::make_shared<demo::Player>(std::move(*incidents), std::move(play));
    Interrupt interrupt;
    QObject::connect(&interrupt, &Interrupt::requested, &interrupt, [player] { player->interrupt(); });
    auto stage = std::make_unique<Stage>(player, options.url);
    const auto outcome = co_await player->play();
    stage.reset();
    if (!outcome) {
        console::complain(outcome.error());
        co_return exitCodeOf(outcome.error());
    }
    if (outcome->alreadyPlayed) {
        console::print(u"The incidents were played on this server before. Without --once they are played again.\n"_s);
        co_return ExitFine;
    }
    co_return co_await report(*outcome, days, line, options, demo::captureIdOf(example, outcome->run));
}

} // namespace iwd
