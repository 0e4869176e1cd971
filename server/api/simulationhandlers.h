// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"

#include <pipeline/report/hourlyprofile.h>

namespace iwd {

/// POST /simulations: what would be if the configuration, or the staff, were another.
class SimulationHandlers
{
public:
    /// Both must outlive this.
    SimulationHandlers(Pipeline &pipeline, HourlyProfiles &profiles)
        : m_pipeline(pipeline)
        , m_profiles(profiles)
    {
    }
    [[nodiscard]] std::vector<ApiEndpoint> endpoints();

private:
    [[nodiscard]] QCoro::Task<http::Response> simulate(Call call);

    Pipeline &m_pipeline;
    HourlyProfiles &m_profiles;
};

} // namespace iwd
