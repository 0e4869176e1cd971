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

/// One point of the growth.
struct Stage
{
    qint64 items = 0;
    double itemsPerSecond = 0; ///< of arrays, since the stage before
    double nextP50 = 0; ///< milliseconds
    double nextP99 = 0;
    double pageP50 = 0;
    double pageP99 = 0;
    double residentMib = 0;
    double fileMib = 0;
};

class Report
{
public:
    /// Keeps the line and prints it, so that a long run shows where it is.
    void add(const Line &line);
    void add(const Stage &stage);
    void say(const QString &text) const;

    void printSummary() const;
    [[nodiscard]] QJsonObject json() const;
    /// Times against the number of waiting items on logarithmic scales.
    [[nodiscard]] QString svg() const;
    [[nodiscard]] const std::vector<Stage> &stages() const { return m_stages; }

private:
    std::vector<Line> m_lines;
    std::vector<Stage> m_stages;
};

} // namespace iwd::bench
