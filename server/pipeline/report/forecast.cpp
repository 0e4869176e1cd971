// SPDX-License-Identifier: Apache-2.0
#include "forecast.h"

#include <array>
#include <cmath>
#include <deque>
#include <numeric>
#include <random>

namespace iwd {

namespace {

constexpr unsigned RandomSeed = 20'260'701; ///< the same question has the same answer
constexpr qint64 WeekHours = 168;
constexpr int SpreadDays = 14; ///< from which it is learned how far days and hours stray
constexpr double CapacityHeadroom = 2; ///< standard deviations of so many arrivals
constexpr double LeastExpected = 0.05; ///< an hour with less says nothing of how far hours stray

double valueAt(const HourlyProfile::Hours &hours, qint64 HourlyCount::*what, qint64 hour)
{
    const auto found = hours.find(hour);
    return found == hours.end() ? 0 : static_cast<double>(found->second.*what);
}

/// How many items waited at the end of each hour, reckoned back from those that wait now.
class BacklogHistory
{
public:
    explicit BacklogHistory(const ForecastInput &input)
        : m_first(input.first)
    {
        double waiting = static_cast<double>(input.waiting);
        // What has happened since the last whole hour.
        for (auto hour = input.hours->lower_bound(input.until); hour != input.hours->end(); ++hour)
            waiting += static_cast<double>(hour->second.left - hour->second.arrived);
        m_atEnd.resize(static_cast<size_t>(std::max<qint64>(0, input.until - input.first)) + 1);
        for (size_t i = m_atEnd.size(); i-- > 0;) {
            m_atEnd[i] = std::max(0.0, waiting);
            const qint64 hour = m_first + static_cast<qint64>(i) - 1;
            waiting += valueAt(*input.hours, &HourlyCount::left, hour) - valueAt(*input.hours, &HourlyCount::arrived, hour);
        }
    }
    /// At the end of the hour.
    [[nodiscard]] double at(qint64 hour) const
    {
        const qint64 index = hour - m_first + 1;
        return index < 0 || index >= static_cast<qint64>(m_atEnd.size()) ? 0 : m_atEnd[static_cast<size_t>(index)];
    }

private:
    qint64 m_first;
    std::vector<double> m_atEnd;
};

class Forecaster
{
public:
    Forecaster(const ForecastInput &input, const BacklogHistory &backlog, qint64 origin)
        : m_input(input)
        , m_backlog(backlog)
        , m_origin(origin)
        , m_expectation(*input.hours, input.first, origin)
    {
        learnSpread();
        for (int i = 0; i < ForecastHours; ++i) {
            m_arrivals[static_cast<size_t>(i)] = m_expectation.of(&HourlyCount::arrived, origin + i);
            m_capacity[static_cast<size_t>(i)] = capacityAt(origin + i);
            m_dues[static_cast<size_t>(i)] = dueOf(origin + i);
        }
        rememberWaiting();
    }

    [[nodiscard]] std::vector<ForecastHour> run(int runs)
    {
        std::array<std::array<std::vector<double>, 3>, ForecastHours> drawn;
        for (int number = 0; number < runs; ++number) {
            std::mt19937 random(RandomSeed + static_cast<unsigned>(number));
            play(random, drawn);
        }
        std::vector<ForecastHour> hours;
        for (size_t i = 0; i < drawn.size(); ++i)
            hours.push_back({ m_origin + static_cast<qint64>(i), expected(drawn[i][0]), expected(drawn[i][1]), expected(drawn[i][2]) });
        return hours;
    }

private:
    /// Items that arrived in one hour and still wait.
    struct Cohort
    {
        double count;
        std::optional<Instant> due;
    };

    static Expected expected(std::vector<double> &values)
    {
        std::sort(values.begin(), values.end());
        const auto at = [&](double share) { return values[static_cast<size_t>(std::lround(share * static_cast<double>(values.size() - 1)))]; };
        return { std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size()), at(0.1), at(0.9) };
    }

    /// How far whole days, and hours within their day, have strayed from what was to be expected of them.
    void learnSpread()
    {
        double dayVariance = 0;
        double excess = 0;
        int days = 0;
        int hours = 0;
        // Whoever knows weeks by now is not to be judged by what was said without.
        const qint64 least = m_origin - m_input.first >= WeekHours + 24 ? WeekHours : LeastHistoryHours;
        for (int day = 1; day <= SpreadDays; ++day) {
            const qint64 from = m_origin - 24 * day;
            if (from - m_input.first < least)
                break;
            const Expectation then(*m_input.hours, m_input.first, from);
            double expectedSum = 0;
            double sum = 0;
            std::array<double, ForecastHours> expectedHours {};
            for (int i = 0; i < ForecastHours; ++i) {
                expectedHours[static_cast<size_t>(i)] = then.of(&HourlyCount::arrived, from + i);
                expectedSum += expectedHours[static_cast<size_t>(i)];
                sum += valueAt(*m_input.hours, &HourlyCount::arrived, from + i);
            }
            if (expectedSum <= 0 || sum <= 0)
                continue;
            const double factor = sum / expectedSum;
            // What chance alone would make of so few is no property of days.
            dayVariance += std::max(0.0, std::log(factor) * std::log(factor) - 1 / expectedSum);
            ++days;
            for (int i = 0; i < ForecastHours; ++i) {
                const double mean = factor * expectedHours[static_cast<size_t>(i)];
                if (mean < LeastExpected)
                    continue;
                const double residual = valueAt(*m_input.hours, &HourlyCount::arrived, from + i) - mean;
                excess += residual * residual / mean;
                ++hours;
            }
        }
        m_daySpread = days > 0 ? std::min(1.0, std::sqrt(dayVariance / days)) : 0.2;
        m_dispersion = hours > 0 ? std::clamp(excess / hours, 1.0, 50.0) : 1.5;
    }

    /// How many items can be taken in an hour.
    [[nodiscard]] double capacityAt(qint64 hour) const
    {
        const qint64 season = m_origin - m_input.first >= WeekHours ? WeekHours : 24;
        const qint64 youngest = hour - season * ((hour - m_origin) / season + 1);
        if (youngest >= m_input.first && m_backlog.at(youngest) > 0 && m_backlog.at(youngest - 1) > 0)
            return m_expectation.of(&HourlyCount::left, hour);
        double most = 0;
        for (qint64 each = youngest; each >= m_input.first; each -= season) {
            for (const qint64 near : { each - 1, each, each + 1 }) {
                if (near < m_origin)
                    most = std::max(most, valueAt(*m_input.hours, &HourlyCount::left, near));
            }
        }
        // Where nothing was left waiting nobody knows how much more could have been taken: as much, at least, as chance alone makes come.
        return most + CapacityHeadroom * std::sqrt(most);
    }

    /// Of items that arrive in the hour, on an average.
    [[nodiscard]] std::optional<Instant> dueOf(qint64 hour) const { return m_input.slaDue ? m_input.slaDue(Instant(std::chrono::hours(hour)) + std::chrono::minutes(30)) : std::nullopt; }

    /// What waits is what came last.
    void rememberWaiting()
    {
        double left = m_backlog.at(m_origin - 1);
        for (qint64 hour = m_origin - 1; hour >= m_input.first && left > 0; --hour) {
            const double count = std::min(left, valueAt(*m_input.hours, &HourlyCount::arrived, hour));
            if (count > 0)
                m_waiting.push_front({ count, dueOf(hour) });
            left -= count;
        }
        if (left > 0)
            m_waiting.push_front({ left, dueOf(m_input.first) });
    }

    void play(std::mt19937 &random, std::array<std::array<std::vector<double>, 3>, ForecastHours> &drawn) const
    {
        const double factor = m_daySpread > 0 ? std::lognormal_distribution(-m_daySpread * m_daySpread / 2, m_daySpread)(random) : 1;
        std::deque<Cohort> waiting = m_waiting;
        double sum = m_backlog.at(m_origin - 1);
        std::array<double, ForecastHours> missed {};
        for (int i = 0; i < ForecastHours; ++i) {
            const auto at = static_cast<size_t>(i);
            const double arrived = draw(random, m_arrivals[at] * factor);
            if (arrived > 0)
                waiting.push_back({ arrived, m_dues[at] });
            sum += arrived;
            double room = m_capacity[at];
            while (room > 0 && !waiting.empty()) {
                Cohort &oldest = waiting.front();
                const double taken = std::min(room, oldest.count);
                complete(oldest, i, taken, missed);
                room -= taken;
                sum -= taken;
                oldest.count -= taken;
                if (oldest.count <= 1e-9)
                    waiting.pop_front();
            }
            drawn[at][0].push_back(arrived);
            drawn[at][1].push_back(std::max(0.0, std::round(sum)));
        }
        for (size_t at = 0; at < missed.size(); ++at)
            drawn[at][2].push_back(std::round(missed[at]));
    }

    /// Of those taken in hour @p taken, in the middle of it: whether they are done in time.
    void complete(const Cohort &cohort, int taken, double count, std::array<double, ForecastHours> &missed) const
    {
        const Instant begun = Instant(std::chrono::hours(m_origin + taken)) + std::chrono::minutes(30);
        const Instant done = begun + milliseconds(static_cast<qint64>(m_input.handlingSeconds * 1000));
        const auto at = std::chrono::floor<std::chrono::hours>(done).time_since_epoch().count() - m_origin;
        if (cohort.due && *cohort.due < done && at < ForecastHours)
            missed[static_cast<size_t>(at)] += count;
    }

    [[nodiscard]] double draw(std::mt19937 &random, double mean) const
    {
        if (mean <= 0)
            return 0;
        double level = mean;
        if (m_dispersion > 1.01)
            level = std::gamma_distribution(mean / (m_dispersion - 1), m_dispersion - 1)(random);
        return level > 0 ? static_cast<double>(std::poisson_distribution<qint64>(level)(random)) : 0;
    }

    const ForecastInput &m_input;
    const BacklogHistory &m_backlog;
    qint64 m_origin;
    Expectation m_expectation;
    std::array<double, ForecastHours> m_arrivals {};
    std::array<double, ForecastHours> m_capacity {};
    std::array<std::optional<Instant>, ForecastHours> m_dues {};
    std::deque<Cohort> m_waiting;
    double m_daySpread = 0; ///< standard deviation of the logarithm of a day's factor
    double m_dispersion = 1; ///< variance by mean of an hour's arrivals
};

} // namespace

std::vector<ForecastHour> forecast(const ForecastInput &input, int runs)
{
    if (input.until - input.first < LeastHistoryHours)
        return {};
    const BacklogHistory backlog(input);
    return Forecaster(input, backlog, input.until).run(runs);
}

ForecastAccuracy backTest(const ForecastInput &input, int days, int runs)
{
    ForecastAccuracy accuracy;
    const BacklogHistory backlog(input);
    int arrivals = 0;
    int backlogs = 0;
    for (int day = 1; day <= days; ++day) {
        const qint64 origin = input.until - 24 * day;
        if (origin - input.first < LeastHistoryHours)
            break;
        for (const ForecastHour &hour : Forecaster(input, backlog, origin).run(runs)) {
            const double arrived = valueAt(*input.hours, &HourlyCount::arrived, hour.hour);
            const double waited = backlog.at(hour.hour);
            ++accuracy.hours;
            accuracy.arrivalsWithin += arrived >= hour.arrivals.low && arrived <= hour.arrivals.high;
            accuracy.backlogWithin += waited >= hour.backlog.low && waited <= hour.backlog.high;
            if (arrived > 0) {
                accuracy.arrivalsError += std::abs(arrived - hour.arrivals.mean) / arrived;
                ++arrivals;
            }
            if (waited > 0) {
                accuracy.backlogError += std::abs(waited - hour.backlog.mean) / waited;
                ++backlogs;
            }
        }
    }
    if (accuracy.hours > 0) {
        accuracy.arrivalsWithin /= accuracy.hours;
        accuracy.backlogWithin /= accuracy.hours;
    }
    accuracy.arrivalsError /= std::max(1, arrivals);
    accuracy.backlogError /= std::max(1, backlogs);
    return accuracy;
}

} // namespace iwd
