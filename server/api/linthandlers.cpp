// SPDX-License-Identifier: Apache-2.0
#include "linthandlers.h"

#include "encoding.h"

#include <pipeline/lint/lint.h>

namespace iwd {

using namespace Qt::StringLiterals;

namespace {

constexpr size_t MostFindings = 1'000; ///< in one answer; the most severe come first

QJsonObject findingJson(const Finding &finding)
{
    QJsonObject json { { u"code"_s, finding.code }, { u"severity"_s, severityName(finding.severity) }, { u"object"_s, QJsonValue() }, { u"field"_s, textOrNull(finding.field) }, { u"text"_s, finding.text },
        { u"items"_s, QJsonValue() } };
    if (!finding.kind.isEmpty())
        json.insert(u"object"_s, QJsonObject { { u"kind"_s, finding.kind }, { u"id"_s, finding.id } });
    if (finding.items)
        json.insert(u"items"_s, QJsonObject { { u"count"_s, *finding.items }, { u"exact"_s, finding.itemsExact }, { u"sample"_s, QJsonArray::fromStringList(finding.sampleItems) } });
    return json;
}

Answer findingsJson(Instant now, const std::vector<Finding> &findings, Severity least)
{
    const auto count = [&](Severity severity) { return qint64(std::count_if(findings.begin(), findings.end(), [&](const Finding &finding) { return finding.severity == severity; })); };
    QJsonArray data;
    for (const Finding &finding : findings) {
        if (finding.severity >= least && static_cast<size_t>(data.size()) < MostFindings)
            data.append(findingJson(finding));
    }
    return jsonAnswer({ { u"asOf"_s, toIso(now) }, { u"errors"_s, count(Severity::Error) }, { u"warnings"_s, count(Severity::Warning) }, { u"hints"_s, count(Severity::Hint) }, { u"data"_s, data } });
}

Result<Severity> leastSeverity(const Call &call)
{
    const QString name = call.parameter(u"severity");
    for (const Severity severity : { Severity::Hint, Severity::Warning, Severity::Error }) {
        if (name.isEmpty() || name == severityName(severity))
            return severity;
    }
    return invalidField(u"severity"_s, u"hint, warning or error"_s, u'"' + name.left(100) + u'"');
}

} // namespace

std::vector<ApiEndpoint> LintHandlers::endpoints()
{
    return { { { .method = "GET", .pattern = u"/iwd/v3/lint"_s, .privilege = Privilege::SettingsView, .showsWork = true, .parameters = { u"severity"_s } }, [this](Call call) { return lint(std::move(call)); } } };
}

QCoro::Task<http::Response> LintHandlers::lint(Call call)
{
    const auto least = leastSeverity(call);
    if (!least)
        co_return call.badRequest(least.error());
    const auto figures = std::make_shared<const LiveFigures::Figures>(m_pipeline.figures().figures(call.caller.tenant, m_pipeline.clock().now()));
    std::function<Result<Answer>(Snapshot &)> work
        = [figures, severity = *least](Snapshot &snapshot) -> Result<Answer> { return findingsJson(snapshot.now(), iwd::lint(snapshot, *figures), severity); };
    const auto answer = co_await m_pipeline.search<Answer>(call.caller.tenant, call.request.deadline, work);
    co_return call.respond(answer);
}

} // namespace iwd
