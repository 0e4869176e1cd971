// SPDX-License-Identifier: Apache-2.0
#include "failure.h"
#include "httpload.h"
#include "measuring.h"
#include "measures.h"
#include "processes.h"
#include "serverload.h"
#include "workload.h"

#include <QJsonDocument>

#include <deque>

namespace iwd::bench {

namespace {

constexpr int backlog = 2'000; ///< items that wait all the time
constexpr size_t mostLate = 10'000; ///< stories that may be due and not begun

/// What happens at a service desk, so often a second, whatever the answers: an item arrives and is changed, some are held for a while, an agent takes the best one and
/// completes it, and now and then puts it back first. As many go as come.
class Traffic
{
public:
    Traffic(const Server &server, double storiesPerSecond, int connections)
        : m_server(server)
        , m_interval(duration(1 / storiesPerSecond))
        , m_connections(server.port(), connections)
        , m_stories(static_cast<size_t>(connections))
    {
        m_connections.onAnswer([this](const HttpConnections::Answer &answer) { take(answer); });
        for (int connection = 0; connection < connections; ++connection)
            m_idle.push_back(connection);
    }

    void fill(int items)
    {
        for (; items > 0; items -= 500)
            m_server.request("POST", "/iwd/v3/items", m_workload.nextArray(std::min(items, 500)));
    }

    void runUntil(Clock::time_point end)
    {
        if (m_due == Clock::time_point())
            m_due = Clock::now();
        while (Clock::now() < end) {
            for (; m_due <= Clock::now(); m_due += m_interval)
                ++m_late;
            if (m_late > mostLate)
                giveUp(QStringLiteral("The server does not keep up with the rate: %1 items are due and wait for a connection. Give a lower --rate.").arg(m_late));
            for (; m_late > 0 && !m_idle.empty(); --m_late) {
                const int connection = m_idle.front();
                m_idle.pop_front();
                begin(connection);
            }
            m_connections.poll(std::chrono::milliseconds(1));
        }
    }

    /// Lets what was begun end.
    void finish()
    {
        m_late = 0;
        while (m_connections.busy() > 0)
            m_connections.poll(std::chrono::seconds(1));
    }

    struct Figures
    {
        qint64 answers = 0;
        double p50 = 0;
        double p99 = 0;
        double worst = 0;
        size_t late = 0;
    };
    /// Since the last call.
    Figures figures()
    {
        Figures figures { static_cast<qint64>(m_times.size()), quantile(m_times, 0.5), quantile(m_times, 0.99), quantile(m_times, 1), m_late };
        m_times.clear();
        return figures;
    }

private:
    enum class Step { Capture, Change, Hold, Resume, Take, Requeue, TakeAgain, Complete, Done };
    struct Story
    {
        qint64 number = 0;
        Step step = Step::Done;
        QByteArray item;
    };

    void begin(int connection)
    {
        m_stories[static_cast<size_t>(connection)] = { m_begun++, Step::Capture, {} };
        m_connections.send(connection, httpRequest("POST", "/iwd/v3/items", m_server.key(), m_workload.nextItem()));
    }

    [[nodiscard]] static Step after(const Story &story)
    {
        const bool held = story.number % 4 == 0;
        const bool putBack = story.number % 10 == 0;
        switch (story.step) {
        case Step::Capture:
            return Step::Change;
        case Step::Change:
            return held ? Step::Hold : Step::Take;
        case Step::Hold:
            return Step::Resume;
        case Step::Resume:
            return Step::Take;
        case Step::Take:
            return putBack ? Step::Requeue : Step::Complete;
        case Step::Requeue:
            return Step::TakeAgain;
        case Step::TakeAgain:
            return Step::Complete;
        case Step::Complete:
        case Step::Done:
            return Step::Done;
        }
        return Step::Done;
    }

    void take(const HttpConnections::Answer &answer)
    {
        Story &story = m_stories[static_cast<size_t>(answer.connection)];
        // Another story's agent was faster, and the item is in work or done; or the item in hand was held by the story that it belongs to.
        const bool overtaken = answer.status == 409;
        if (answer.status != 200 && !overtaken)
            giveUp(QStringLiteral("A request was answered %1: %2").arg(answer.status).arg(QString::fromUtf8(answer.body)));
        m_times.push_back(milliseconds(answer.took));
        const QJsonObject json = QJsonDocument::fromJson(answer.body.toByteArray()).object();
        if (story.step == Step::Capture)
            story.item = json.value(QStringLiteral("id")).toString().toLatin1();
        const bool took = story.step == Step::Take || story.step == Step::TakeAgain;
        const QByteArray held = took ? completion(answer.body) : QByteArray();
        story.step = overtaken ? Step::TakeAgain : after(story);
        if (story.step == Step::Done)
            m_idle.push_back(answer.connection);
        else
            m_connections.send(answer.connection, requestFor(story, held));
    }

    [[nodiscard]] QByteArray requestFor(const Story &story, const QByteArray &held) const
    {
        const QByteArray item = "/iwd/v3/items/" + story.item;
        const int agent = static_cast<int>(story.number % Agents);
        switch (story.step) {
        case Step::Change:
            return httpRequest("PATCH", item, m_server.key(),
                compact({ { QStringLiteral("businessValue"), static_cast<int>(story.number * 7 % 400) },
                    { QStringLiteral("custom"), QJsonObject { { QStringLiteral("note"), QStringLiteral("Looked at by %1").arg(story.number) } } } }));
        case Step::Hold:
            return httpRequest("POST", item + "/hold", m_server.key(), compact({ { QStringLiteral("reason"), QStringLiteral("Awaiting user") } }));
        case Step::Resume:
            return httpRequest("POST", item + "/resume", m_server.key());
        case Step::Take:
        case Step::TakeAgain:
            return httpRequest("POST", agentPath(agent, "next"), m_server.key());
        case Step::Requeue:
            return httpRequest("POST", agentPath(agent, "release"), m_server.key(), held);
        case Step::Complete:
            return httpRequest("POST", agentPath(agent, "complete"), m_server.key(), held);
        case Step::Capture:
        case Step::Done:
            break;
        }
        return {};
    }

    const Server &m_server;
    Workload m_workload;
    const Clock::duration m_interval;
    HttpConnections m_connections;
    std::vector<Story> m_stories; ///< by connection
    std::deque<int> m_idle;
    std::vector<double> m_times;
    Clock::time_point m_due;
    size_t m_late = 0;
    qint64 m_begun = 0;
};

} // namespace

void measureSoak(const Options &options, Yardstick &yardstick, Report &report)
{
    report.say(QStringLiteral("%1 minutes of mixed traffic, %2 items/s that arrive, are changed, held, taken, put back and completed; %3 wait all the time").arg(options.minutes).arg(options.rate).arg(backlog));
    const Server server(options.server, options.folder, yardstick.newDatabase());
    configure(server);
    Traffic traffic(server, options.rate, options.connections);
    traffic.fill(backlog);
    const auto start = Clock::now();
    const auto end = start + duration(options.minutes * 60);
    const auto interval = duration(options.interval);
    const auto sample = [&](double seconds) {
        const Traffic::Figures figures = traffic.figures();
        report.add(Sample { secondsSince(start), static_cast<double>(figures.answers) / std::max(seconds, 1e-9), figures.p50, figures.p99, figures.worst,
            static_cast<qint64>(figures.late), residentMib(server.process()), openDescriptors(server.process()), yardstick.databaseMib(server), yardstick.tables(server) });
    };
    sample(0);
    auto last = start;
    while (last < end) {
        const auto until = std::min(end, last + interval);
        traffic.runUntil(until);
        sample(secondsSince(last));
        last = until;
    }
    traffic.finish();
    report.printSoak();
}

} // namespace iwd::bench
