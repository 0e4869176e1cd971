// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"

#include <pipeline/configure/configdocuments.h>
#include <pipeline/configure/configobjects.h>

namespace iwd {

/// What tells the configuration resources apart.
struct ConfigResource
{
    ConfigKind kind;
    QString path; ///< "queues"
    Privilege view;
    Privilege update;
};

[[nodiscard]] const std::vector<ConfigResource> &configResources();

/// A configuration object as it is answered. Agents come with what they do at the moment.
[[nodiscard]] Answer encodeConfigObject(const QJsonObject &json, qint64 version);
[[nodiscard]] QJsonObject configObjectJson(Snapshot &snapshot, const ConfigRecord &record);
/// An agent with its state.
[[nodiscard]] Result<Answer> agentAnswer(Snapshot &snapshot, const QString &agentId);

/// Whether the caller may change to whom a capture point's source is told what becomes of its items: only who sees all of them.
[[nodiscard]] Result<void> mayChangeReceiver(const Caller &caller, const QJsonObject &before, const QJsonObject &after);

/// /queues, /categories, /schemas, /capture-points, /agents, /skills, /calendars.
class ConfigHandlers
{
public:
    /// @p pipeline must outlive this.
    explicit ConfigHandlers(Pipeline &pipeline)
        : m_pipeline(pipeline)
    {
    }
    [[nodiscard]] std::vector<ApiEndpoint> endpoints();

private:
    [[nodiscard]] QCoro::Task<http::Response> list(const ConfigResource *resource, Call call);
    [[nodiscard]] QCoro::Task<http::Response> get(const ConfigResource *resource, Call call);
    [[nodiscard]] QCoro::Task<http::Response> create(const ConfigResource *resource, Call call);
    [[nodiscard]] QCoro::Task<http::Response> replace(const ConfigResource *resource, Call call);
    [[nodiscard]] QCoro::Task<http::Response> put(const ConfigResource *resource, Call call, PutCommand command);
    [[nodiscard]] QCoro::Task<http::Response> remove(const ConfigResource *resource, Call call);
    [[nodiscard]] QCoro::Task<http::Response> restore(Call call);
    [[nodiscard]] QCoro::Task<http::Response> previewCalendar(Call call);

    Pipeline &m_pipeline;
};

} // namespace iwd
