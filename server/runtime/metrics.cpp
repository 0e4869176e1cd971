// SPDX-License-Identifier: Apache-2.0
#include "metrics.h"

#include "processfigures.h"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

namespace iwd {

namespace {

using prometheus::ClientMetric;
using prometheus::Counter;
using prometheus::Family;
using prometheus::Histogram;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Milliseconds = std::chrono::duration<double, std::milli>;

/// More combinations of labels than this are lumped together: a metric must not become the leak it was to find.
constexpr size_t MaxSeries = 5'000;

std::string text(QStringView value)
{
    return value.toString().toStdString();
}

std::string text(QByteArrayView value)
{
    return std::string(value.data(), static_cast<size_t>(value.size()));
}

/// The children of a family of histograms by their labels. The family's own look-up builds a map of strings each time.
template <typename First, typename FirstView, typename Second, typename SecondView>
class Histograms
{
public:
    using Labels = std::function<prometheus::Labels(FirstView, SecondView, int)>;

    Histograms(prometheus::Registry &registry, const char *name, const char *help, Histogram::BucketBoundaries buckets, Labels labels)
        : m_family(prometheus::BuildHistogram().Name(name).Help(help).Register(registry))
        , m_help(help)
        , m_buckets(std::move(buckets))
        , m_labels(std::move(labels))
    {
    }

    Histogram &of(FirstView first, SecondView second, int third)
    {
        const View view { first, second, third };
        {
            const std::shared_lock lock(m_mutex);
            const auto known = m_children.find(view);
            if (known != m_children.end())
                return *known->second;
        }
        const std::unique_lock lock(m_mutex);
        if (m_children.size() >= MaxSeries)
            return m_family.Add(m_labels(FirstView("other"), SecondView {}, 0), m_buckets);
        Histogram &child = m_family.Add(m_labels(first, second, third), m_buckets);
        m_children.emplace(Key { First(first.data(), first.size()), Second(second.data(), second.size()), third }, &child);
        return child;
    }

    /// The registry leaves out a family without children; whoever looks for a name is to find it from the start.
    void appendIfEmpty(std::vector<MetricFamily> &families)
    {
        const std::shared_lock lock(m_mutex);
        if (m_children.empty())
            families.push_back({ m_family.GetName(), m_help, MetricType::Histogram, {} });
    }

private:
    struct Key
    {
        First first;
        Second second;
        int third;
    };
    struct View
    {
        FirstView first;
        SecondView second;
        int third;
    };
    struct Hash
    {
        using is_transparent = void;
        size_t operator()(const View &key) const { return qHashMulti(0, key.first, key.second, key.third); }
        size_t operator()(const Key &key) const { return (*this)(View { key.first, key.second, key.third }); }
    };
    struct Equal
    {
        using is_transparent = void;
        template <typename A, typename B>
        bool operator()(const A &a, const B &b) const
        {
            return a.third == b.third && FirstView(a.first) == FirstView(b.first) && SecondView(a.second) == SecondView(b.second);
        }
    };

    Family<Histogram> &m_family;
    const std::string m_help;
    const Histogram::BucketBoundaries m_buckets;
    const Labels m_labels;
    std::shared_mutex m_mutex;
    std::unordered_map<Key, Histogram *, Hash, Equal> m_children;
};

Counter &addCounter(prometheus::Registry &registry, const char *name, const char *help, const prometheus::Labels &labels = {})
{
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add(labels);
}

/// The methods that label a metric; anything else a client invents is "other".
QByteArrayView knownMethod(QByteArrayView method)
{
    static constexpr std::array<QByteArrayView, 7> known { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS" };
    return std::find(known.begin(), known.end(), method) != known.end() ? method : QByteArrayView("other");
}

ClientMetric gaugeValue(double value, std::vector<ClientMetric::Label> labels = {})
{
    ClientMetric metric;
    metric.label = std::move(labels);
    metric.gauge.value = value;
    return metric;
}

MetricFamily gaugeFamily(std::string name, std::string help)
{
    return { std::move(name), std::move(help), MetricType::Gauge, {} };
}

void appendProcess(std::vector<MetricFamily> &families)
{
    const ProcessFigures process = readProcessFigures();
    if (process.cpuSeconds) {
        ClientMetric metric;
        metric.counter.value = *process.cpuSeconds;
        families.push_back(
            { "iwd_process_cpu_seconds_total", "User and system time of the process in seconds.", MetricType::Counter, { metric } });
    }
    if (process.residentBytes) {
        families.push_back(gaugeFamily("iwd_process_resident_memory_bytes", "Resident memory of the process in bytes."));
        families.back().metric = { gaugeValue(*process.residentBytes) };
    }
    if (process.virtualBytes) {
        families.push_back(gaugeFamily("iwd_process_virtual_memory_bytes", "Virtual memory of the process in bytes."));
        families.back().metric = { gaugeValue(*process.virtualBytes) };
    }
}

void appendQueues(std::vector<MetricFamily> &families, const std::vector<QueueGauges> &queues)
{
    MetricFamily items = gaugeFamily("iwd_items", "Work items by queue and status.");
    MetricFamily ages = gaugeFamily("iwd_oldest_item_age_seconds", "Age of the oldest item that waits in the queue, 0 when none does.");
    MetricFamily classes = gaugeFamily("iwd_work_classes", "Work classes of the queue in which something waits. Each taking looks at every one of them.");
    for (const QueueGauges &figures : queues) {
        const std::vector<ClientMetric::Label> labels { { "tenant", text(figures.tenant) }, { "queue", text(figures.queue) } };
        for (const auto &[status, count] : figures.items) {
            items.metric.push_back(gaugeValue(static_cast<double>(count), labels));
            items.metric.back().label.push_back({ "status", text(status) });
        }
        ages.metric.push_back(
            gaugeValue(std::chrono::duration<double>(figures.oldestWaiting.value_or(milliseconds::zero())).count(), labels));
        classes.metric.push_back(gaugeValue(figures.workClasses, labels));
    }
    families.push_back(std::move(items));
    families.push_back(std::move(ages));
    families.push_back(std::move(classes));
}

} // namespace

class Metrics::Private
{
public:
    explicit Private(std::string version)
        : version(std::move(version))
    {
    }

    struct Asked
    {
        std::string name;
        std::string help;
        MetricType type;
        std::function<double()> value;
    };

    prometheus::Registry registry;
    Counter &apiRequests = addCounter(registry, "iwd_api_request_total", "Requests of the API that have ended.");
    Counter &apiClosed = addCounter(registry, "iwd_api_request_closed", "Requests of the API whose client had gone before it was answered.");
    Counter &requests = addCounter(registry, "iwd_request_total", "Requests that have ended, pages, health and metrics included.");
    Counter &errors
        = addCounter(registry, "iwd_errors_total", "Failures of the server: answers of status 5xx, and background work that failed.");
    Counter &redisErrors = addCounter(
        registry, "iwd_redis_errors_total", "Calls of Redis that failed; 0 while the cache is in this process.", { { "db", "cache" } });
    Counter &databaseRequests = addCounter(registry, "iwdTenantDB_db_request_total", "Calls of the database.");
    Counter &databaseSuccesses = addCounter(registry, "iwdTenantDB_db_success_total", "Calls of the database that succeeded.");
    Counter &databaseErrors = addCounter(registry, "iwdTenantDB_db_errors_total", "Calls of the database that failed.");

    Histograms<QByteArray, QByteArrayView, QString, QStringView> apiDurations { registry, "iwd_api_request_duration_milliseconds",
        "Time that requests of the API took.", { 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1'000, 2'500, 5'000, 10'000, 30'000, 60'000 },
        [](QByteArrayView method, QStringView pattern, int status) {
            return prometheus::Labels { { "method", text(method) }, { "path", pattern.isEmpty() ? "unmatched" : text(pattern) },
                { "code", std::to_string(status) } };
        } };
    Histograms<QByteArray, QByteArrayView, QByteArray, QByteArrayView> databaseDurations { registry,
        "iwdTenantDB_db_request_duration_milliseconds", "Time that calls of the database took.",
        { 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1'000, 5'000, 10'000 }, [](QByteArrayView db, QByteArrayView method, int) {
            return prometheus::Labels { { "db", text(db) }, { "method", text(method) } };
        } };

    const std::string version;
    mutable std::mutex mutex; ///< guards what follows
    std::function<std::vector<QueueGauges>()> queueSource;
    std::vector<Asked> asked;
};

Metrics::Metrics(const QString &version)
    : d(std::make_unique<Private>(version.toStdString()))
{
}

Metrics::~Metrics() = default;

void Metrics::request(QByteArrayView method, QStringView pattern, int status, std::chrono::nanoseconds duration, bool delivered)
{
    d->requests.Increment();
    if (status >= 500)
        d->errors.Increment();
    const bool ofTheApi = pattern.isEmpty() || pattern.startsWith(QLatin1StringView("/iwd/"));
    if (!ofTheApi)
        return;
    d->apiRequests.Increment();
    if (!delivered)
        d->apiClosed.Increment();
    d->apiDurations.of(knownMethod(method), pattern, status).Observe(Milliseconds(duration).count());
}

void Metrics::database(QByteArrayView db, QByteArrayView method, bool ok, std::chrono::nanoseconds duration)
{
    d->databaseRequests.Increment();
    (ok ? d->databaseSuccesses : d->databaseErrors).Increment();
    d->databaseDurations.of(db, method, 0).Observe(Milliseconds(duration).count());
}

void Metrics::error()
{
    d->errors.Increment();
}

void Metrics::queueSource(std::function<std::vector<QueueGauges>()> source)
{
    const std::lock_guard lock(d->mutex);
    d->queueSource = std::move(source);
}

void Metrics::gauge(const QByteArray &name, const QByteArray &help, std::function<double()> value)
{
    const std::lock_guard lock(d->mutex);
    d->asked.push_back({ name.toStdString(), help.toStdString(), MetricType::Gauge, std::move(value) });
}

void Metrics::counter(const QByteArray &name, const QByteArray &help, std::function<double()> value)
{
    const std::lock_guard lock(d->mutex);
    d->asked.push_back({ name.toStdString(), help.toStdString(), MetricType::Counter, std::move(value) });
}

QByteArray Metrics::scrape() const
{
    std::vector<MetricFamily> families = d->registry.Collect();
    d->apiDurations.appendIfEmpty(families);
    d->databaseDurations.appendIfEmpty(families);
    families.push_back(gaugeFamily("iwd_build_info", "Always 1; the label tells the version."));
    families.back().metric = { gaugeValue(1, { { "version", d->version } }) };
    appendProcess(families);

    // Sources are called outside the lock: they may take their time, and locks of their own.
    std::unique_lock lock(d->mutex);
    const auto queueSource = d->queueSource;
    const auto asked = d->asked;
    lock.unlock();
    appendQueues(families, queueSource ? queueSource() : std::vector<QueueGauges>());
    for (const Private::Asked &one : asked) {
        ClientMetric metric;
        (one.type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = one.value();
        families.push_back({ one.name, one.help, one.type, { metric } });
    }
    return QByteArray::fromStdString(prometheus::TextSerializer().Serialize(families));
}

} // namespace iwd
