// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QJsonObject>
#include <QString>

#include <optional>
#include <vector>

namespace iwd::bench {

/// One line of the table.
struct Line
{
    QString what;
    double value = 0;
    QString unit;
    std::optional<double> aim; ///< in the same unit
    bool lessIsBetter = false;
    QString remark;
};

/// Of many requests of a kind, in milliseconds.
struct Times
{
    double p50 = 0;
    double p99 = 0; ///< of few requests, the worst
    qint64 refused = 0; ///< answered with an error
};

/// One point of the growth.
struct Stage
{
    qint64 items = 0;
    double itemsPerSecond = 0; ///< of arrays, since the stage before
    double catchUpSeconds = 0; ///< until the server was quiet after them
    Times next;
    Times page; ///< at the beginning of the order
    Times deepPage; ///< at the slowest depth
    Times searchAttribute;
    Times searchCustom;
    Times searchText;
    Times curve; ///< from its change to the item that follows it
    double itemStatements = 0; ///< that a changed curve ran on item rows
    double residentMib = 0; ///< right after the searches
    double idlePercent = 0; ///< of a core, while nothing is asked for
    double idleMib = 0;
    double fileMib = 0;
};

/// What one table takes, or one file.
struct TableSample
{
    QString name;
    qint64 live = 0; ///< rows, as the database estimates them
    qint64 dead = 0;
    qint64 updated = 0; ///< since the beginning
    qint64 updatedInPlace = 0; ///< of these, without touching an index (HOT)
    qint64 vacuums = 0;
    double tableMib = 0;
    double indexMib = 0;

    bool operator==(const TableSample &other) const = default;
};

/// One look at a soak.
struct Sample
{
    double seconds = 0; ///< since the beginning
    double requestsPerSecond = 0; ///< since the sample before, as are the times
    double p50 = 0; ///< milliseconds
    double p99 = 0;
    double worst = 0;
    qint64 late = 0; ///< items that are due and could not be sent yet
    double residentMib = 0;
    int descriptors = 0;
    double databaseMib = 0;
    std::vector<TableSample> tables;
};

/// What one of several did, to be shown beside the others.
struct Compared
{
    QString what;
    QString who;
    double value = 0;
    QString unit;
    QString remark;
};

class Report
{
public:
    /// Keeps the line and prints it, so that a long run shows where it is.
    void add(const Line &line);
    void add(const Stage &stage);
    void add(const Sample &sample);
    void add(const Compared &compared);
    /// What became of each table between the first sample and the last.
    void printSoak() const;
    /// Begins a part.
    void say(const QString &text) const;
    /// A word about the part that runs.
    void note(const QString &text) const;

    void printSummary() const;
    /// Prints and keeps how rows of the tables that are written all the time were updated.
    /// @param measure its name
    void addUpdates(const QString &measure, const std::vector<TableSample> &tables);
    [[nodiscard]] QJsonObject json() const;
    [[nodiscard]] const std::vector<Stage> &stages() const { return m_stages; }

private:
    void printGrowth() const;
    void printComparison() const;

    std::vector<Line> m_lines;
    std::vector<Stage> m_stages;
    std::vector<Sample> m_samples;
    std::vector<Compared> m_compared;
    QJsonObject m_updates; ///< tables by measure
};

} // namespace iwd::bench
