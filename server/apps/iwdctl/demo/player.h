// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "demosetup.h"
#include "figures.h"

#include <client/client.h>
#include <iwdctl/queuefigures.h>

namespace iwd::demo {

struct PlayOptions
{
    ClientOptions connection;
    milliseconds duration { 90'000 };
    int agents = 48;
    bool once = false; ///< do nothing when the incidents were played on this server before
    std::function<void(const QString &)> say; ///< what is going on, before and after the play
    std::function<void(const QString &)> complain; ///< an error that was not expected, as it happens
};

/// How a play went. What happened to the items is the server's to tell: see Report.
struct Outcome
{
    int run = 1;
    bool alreadyPlayed = false; ///< with PlayOptions::once
    bool interrupted = false;
    int leftOver = 0; ///< open items of earlier runs that were finished first
    int stillOpen = 0; ///< incidents that were not finished when the player gave up
    int errors = 0;
    int staleTokens = 0; ///< refused rightly: the item had moved on meanwhile
    std::vector<QString> lastErrors;
    double seconds = 0;
    double serverRequests = 0; ///< that the server counted during the play
    Feed::Counts counts;
    std::vector<double> waits; ///< sorted, in seconds
};

struct PlayWorld;

/// Plays the incidents through the public API of a server: posts, takes, holds, resumes, moves, completes and reopens items as the
/// record says, with time compressed. One coroutine per incident and per agent; for one thread with an event loop.
class Player
{
public:
    Player(std::vector<Incident> incidents, PlayOptions options);
    ~Player();

    /// @returns an Error when the play could not begin or the server was lost
    [[nodiscard]] QCoro::Task<Result<Outcome>> play();
    /// Ends the play early. Nothing is lost: another play finishes what is open.
    void interrupt();

    [[nodiscard]] bool isPlaying() const;
    [[nodiscard]] int run() const;
    [[nodiscard]] milliseconds playTime() const; ///< since the start
    [[nodiscard]] const TimeWarp &warp() const;
    [[nodiscard]] const Figures &figures() const;
    [[nodiscard]] std::optional<Happening> takeNews();
    [[nodiscard]] int errors() const;

private:
    std::shared_ptr<PlayWorld> m_world;
};

} // namespace iwd::demo
