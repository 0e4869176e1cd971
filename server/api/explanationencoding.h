// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pipeline/explanation.h>

#include <QJsonObject>

namespace iwd {

[[nodiscard]] QJsonObject encodeExplanation(const Explanation &explanation);

} // namespace iwd
