// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "player.h"

#include <client/latch.h>

#include <QElapsedTimer>

namespace iwd::demo {

/// In which agent's hands an item is.
struct Assignment
{
    size_t agent = 0;
    qint64 token = 0;
    qint64 version = 0; ///< of the item when it was taken
    milliseconds takenAt { 0 };
};

/// An item of this run, or one that an earlier run left open.
struct Played
{
    const Incident *incident = nullptr; ///< null: left over
    QString captureId;
    QString itemId;
    QString status; ///< of one that was left over
    std::optional<Assignment> assignment;
    std::shared_ptr<Latch> awaited; ///< opened when an agent has it
    qint64 validFrom = 0; ///< a taking that shows an older version was overtaken by what we did since
    bool groupChanged = false; ///< while it was held
};

/// An agent at work.
struct Worker
{
    DemoAgent agent;
    int used = 0;
    std::shared_ptr<Latch> free;
};

/// What the coroutines of one play share: who is on stage, how far it is, and what went wrong. Lives as long as any of them.
struct PlayWorld
{
    PlayWorld(std::vector<Incident> theIncidents, PlayOptions theOptions, TimeWarp theWarp)
        : incidents(std::move(theIncidents))
        , options(std::move(theOptions))
        , warp(std::move(theWarp))
    {
    }

    const std::vector<Incident> incidents;
    const PlayOptions options;
    const TimeWarp warp;
    std::shared_ptr<Client> client;
    std::vector<Worker> workers;
    std::map<QString, std::shared_ptr<Played>> played; ///< by captureId
    std::set<std::shared_ptr<Latch>> sleeping;
    std::shared_ptr<Latch> ended = std::make_shared<Latch>();
    QElapsedTimer clock;
    Instant startedAt;
    FiguresReader figures;
    Feed feed;
    qint64 feedCursor = 0;
    Outcome outcome;
    std::optional<Error> lost;
    int open = 0; ///< items whose story is not finished
    int lostInARow = 0;
    bool playing = false;
    bool stopping = false;

    [[nodiscard]] milliseconds now() const { return clock.isValid() ? milliseconds(clock.elapsed()) : milliseconds(0); }

    /// Ends the play: whoever waits goes on and finds it so.
    void stop();
    /// The story of one item is finished; the last one ends the play.
    void storyEnded();

    /// Notes a failed call. @returns whether it matters
    bool failed(const QString &what, const Error &error);
    /// Nobody has the item any more, and its agent has room for another.
    void releaseSlot(Played &item);
};

using World = std::shared_ptr<PlayWorld>;
using Item = std::shared_ptr<Played>;

// GCC 12 lays out the frame of a coroutine wrongly when co_await stands in the condition of an if or a loop and the coroutine has no
// other variable: so results of co_await get a name here first.

/// Waits until @p playTime. @returns false when the play is over
QCoro::Task<bool> reach(World world, milliseconds playTime);
QCoro::Task<bool> rest(World world, milliseconds duration); ///< reach() from now on

/// POSTs and notes what goes wrong. @param staleIsFine whether a stale token is an answer that may be expected
QCoro::Task<Result<QJsonObject>> post(World world, QString what, QString path, QJsonObject body, bool staleIsFine = false);

/// "/agents/…/operation" of the worker with this number.
[[nodiscard]] QString agentPath(const World &world, size_t number, const char *operation);

} // namespace iwd::demo
