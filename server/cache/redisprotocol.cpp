// SPDX-License-Identifier: Apache-2.0
#include "redisprotocol.h"

#include <hiredis/hiredis.h>

#include <array>

namespace iwd {

namespace {

RedisReply taken(const redisReply &from)
{
    RedisReply reply;
    switch (from.type) {
    case REDIS_REPLY_INTEGER:
        reply.kind = RedisReply::Kind::Integer;
        reply.integer = from.integer;
        break;
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
        reply.kind = RedisReply::Kind::Text;
        reply.text = QByteArray(from.str, static_cast<qsizetype>(from.len));
        break;
    case REDIS_REPLY_ERROR:
        reply.kind = RedisReply::Kind::Error;
        reply.text = QByteArray(from.str, static_cast<qsizetype>(from.len));
        break;
    case REDIS_REPLY_ARRAY:
        reply.kind = RedisReply::Kind::Array;
        for (size_t i = 0; i < from.elements; ++i)
            reply.elements.push_back(taken(*from.element[i]));
        break;
    default:
        break;
    }
    return reply;
}

constexpr std::array<quint16, 256> crcTable = [] {
    std::array<quint16, 256> table {};
    for (int byte = 0; byte < 256; ++byte) {
        quint32 crc = static_cast<quint32>(byte) << 8;
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
        table[static_cast<size_t>(byte)] = static_cast<quint16>(crc);
    }
    return table;
}();

} // namespace

QByteArray redisCommand(const std::vector<QByteArray> &parts)
{
    std::vector<const char *> texts;
    std::vector<size_t> lengths;
    for (const QByteArray &part : parts) {
        texts.push_back(part.constData());
        lengths.push_back(static_cast<size_t>(part.size()));
    }
    char *formatted = nullptr;
    const int length = redisFormatCommandArgv(&formatted, static_cast<int>(parts.size()), texts.data(), lengths.data());
    if (length < 0)
        qFatal("Out of memory.");
    const QByteArray command(formatted, length);
    redisFreeCommand(formatted);
    return command;
}

void RedisReplyReader::Deleter::operator()(redisReader *reader) const
{
    redisReaderFree(reader);
}

RedisReplyReader::RedisReplyReader()
    : m_reader(redisReaderCreate())
{
    if (!m_reader)
        qFatal("Out of memory.");
}

RedisReplyReader::~RedisReplyReader() = default;

void RedisReplyReader::feed(QByteArrayView bytes)
{
    m_broken = m_broken || redisReaderFeed(m_reader.get(), bytes.data(), static_cast<size_t>(bytes.size())) != REDIS_OK;
}

std::optional<RedisReply> RedisReplyReader::next()
{
    void *reply = nullptr;
    if (m_broken || redisReaderGetReply(m_reader.get(), &reply) != REDIS_OK) {
        m_broken = true;
        return std::nullopt;
    }
    if (!reply)
        return std::nullopt;
    RedisReply result = taken(*static_cast<redisReply *>(reply));
    freeReplyObject(reply);
    return result;
}

int redisSlot(QByteArrayView key)
{
    // What stands in braces keeps related keys together.
    if (const qsizetype open = key.indexOf('{'); open >= 0) {
        const qsizetype close = key.indexOf('}', open);
        if (close > open + 1)
            key = key.sliced(open + 1, close - open - 1);
    }
    quint16 crc = 0;
    for (const char byte : key)
        crc = static_cast<quint16>((crc << 8) ^ crcTable[static_cast<size_t>((crc >> 8) ^ static_cast<quint8>(byte)) & 0xff]);
    return crc % RedisSlotCount;
}

} // namespace iwd
