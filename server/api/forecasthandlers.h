// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"

#include <pipeline/report/hourlyprofile.h>

namespace iwd {

/// GET /forecast: what the next day will bring to each queue.
class ForecastHandlers
{
public:
    /// Both must outlive this.
    ForecastHandlers(Pipeline &pipeline, HourlyProfiles &profiles)
        : m_pipeline(pipeline)
        , m_profiles(profiles)
    {
    }
    [[nodiscard]] std::vector<ApiEndpoint> endpoints();

private:
    [[nodiscard]] QCoro::Task<http::Response> forecast(Call call);

    Pipeline &m_pipeline;
    HourlyProfiles &m_profiles;
};

} // namespace iwd
