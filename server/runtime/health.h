// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/clock.h>

#include <QJsonObject>
#include <QString>

#include <map>
#include <memory>
#include <mutex>

class QObject;

namespace iwd {

/// What the outside asks a server process: does it live, and may it be given work? Thread-safe.
///
/// Ready means that every component says so. A component that has never reported does not count: declare those that must come
/// up before work is welcome with set(…, false, …) before listening.
class Health
{
public:
    /// Alive is: the event loop beat within this time. Longer than any honest pause, shorter than people's patience.
    static constexpr milliseconds LongestSilence { 30'000 };

    explicit Health(std::shared_ptr<const Clock> clock);

    /// @param sentence for a person, e.g. "The database answers."; shown to anybody who asks, so without secrets
    void set(const QString &component, bool ready, const QString &sentence);

    /// The same for a component that the process can do without, such as the database of one tenant among many: it is told, and readiness does not depend on it.
    void inform(const QString &component, bool ready, const QString &sentence);

    /// Beats once a second on the event loop of @p context until that is destroyed, which this object has to outlive. Call it on
    /// that event loop's thread. Without any beat ever, live() is true.
    void beatOn(QObject *context);
    void beat();

    [[nodiscard]] bool live() const;
    [[nodiscard]] bool ready() const;
    /// {"status":"ready"|"notReady","components":[{"name","ready","needed","text"}…]}
    [[nodiscard]] QJsonObject toJson() const;

private:
    struct Report
    {
        bool ready = false;
        bool needed = true; ///< for being ready as a whole
        QString sentence;
    };
    [[nodiscard]] bool allReady() const;
    void put(const QString &component, Report report);

    std::shared_ptr<const Clock> m_clock;
    mutable std::mutex m_mutex;
    std::map<QString, Report> m_components;
    std::optional<std::chrono::steady_clock::time_point> m_lastBeat;
};

} // namespace iwd
