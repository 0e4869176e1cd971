// SPDX-License-Identifier: Apache-2.0
#include "idempotency.h"

namespace iwd {

std::optional<Result<Answer>> storedAnswer(Transaction &transaction, const std::optional<IdempotencyKey> &key)
{
    if (!key)
        return std::nullopt;
    auto stored = transaction.storedAnswer(*key);
    if (!stored)
        return std::nullopt;
    if (stored->first == key->fingerprint)
        return Result<Answer>(stored->second);
    return Result<Answer>(Error { ErrorCode::IdempotencyKeyReused,
        QStringLiteral("The Idempotency-Key \"%1\" was already used for a different request. Use a new key for a new request.").arg(key->key), {}, {} });
}

} // namespace iwd
