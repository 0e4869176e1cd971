// SPDX-License-Identifier: Apache-2.0
// JSON of a stranger -> objects. The first byte chooses the decoder. What was accepted must come back the same when it is encoded and decoded.
#include <contract/agentapi.h>
#include <contract/capturepointapi.h>
#include <contract/categoryapi.h>
#include <contract/itemapi.h>
#include <contract/queueapi.h>
#include <contract/schemaapi.h>
#include <contract/skillapi.h>

#include <QJsonDocument>

#include <cstdlib>

using namespace iwd;

namespace {

void item(const QJsonObject &json, InputMode mode)
{
    const auto input = decodeItemInput(json, mode);
    if (!input)
        return;
    (void)checkCreated(*input, Instant());
    WorkItem item;
    if (const auto applied = applyInput(item, *input); !applied)
        return;
    const QJsonObject encoded = encodeItem(item, {});
    if (QJsonDocument(encoded).toJson().isEmpty())
        std::abort();
    // Applied once more it changes nothing, except where it says by how much.
    const bool relative = (input->businessValue && input->businessValue->relative) || (input->priority && input->priority->relative);
    if (!relative && (!applyInput(item, *input) || encodeItem(item, {}) != encoded))
        std::abort();
}

template <typename Object>
void object(const QJsonObject &json, Result<Object> (*decode)(const QJsonObject &, const QString &), QJsonObject (*encode)(const Object &))
{
    const auto decoded = decode(json, {});
    if (!decoded) {
        if (decoded.error().text.isEmpty())
            std::abort();
        return;
    }
    const QJsonObject encoded = encode(*decoded);
    const auto again = decode(encoded, decoded->id);
    if (!again || encode(*again) != encoded)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    const QJsonDocument document = QJsonDocument::fromJson(QByteArray(reinterpret_cast<const char *>(data + 1), static_cast<qsizetype>(size - 1)));
    if (!document.isObject())
        return 0;
    const QJsonObject json = document.object();
    switch (data[0] % 8) {
    case 0:
        item(json, InputMode::Create);
        break;
    case 1:
        item(json, InputMode::Update);
        break;
    case 2:
        object<Queue>(json, decodeQueue, encodeQueue);
        break;
    case 3:
        object<Category>(json, decodeCategory, encodeCategory);
        break;
    case 4:
        object<PrioritizationSchema>(json, decodePrioritizationSchema, encodePrioritizationSchema);
        break;
    case 5:
        object<Agent>(json, decodeAgent, encodeAgent);
        break;
    case 6:
        object<CapturePoint>(json, decodeCapturePoint, encodeCapturePoint);
        break;
    case 7:
        object<Skill>(json, decodeSkill, encodeSkill);
        break;
    }
    return 0;
}
