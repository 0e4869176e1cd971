// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>

#include <memory>
#include <optional>
#include <vector>

struct redisReader;

namespace iwd {

/// An answer of Redis in its protocol's version 2 (RESP2).
struct RedisReply
{
    enum class Kind { Null, Integer, Text, Error, Array };

    Kind kind = Kind::Null;
    qint64 integer = 0;
    QByteArray text; ///< of Text and Error
    std::vector<RedisReply> elements;

    [[nodiscard]] bool isError() const { return kind == Kind::Error; }
};

/// A command as it goes over the wire. Parts may hold any byte.
[[nodiscard]] QByteArray redisCommand(const std::vector<QByteArray> &parts);

/// Makes answers of the bytes that arrive.
class RedisReplyReader
{
public:
    RedisReplyReader();
    ~RedisReplyReader();
    RedisReplyReader(const RedisReplyReader &) = delete;
    RedisReplyReader &operator=(const RedisReplyReader &) = delete;

    void feed(QByteArrayView bytes);
    /// @returns the next whole answer, or nothing as long as there is none
    [[nodiscard]] std::optional<RedisReply> next();
    /// What arrived is not the protocol; nothing after it can be understood.
    [[nodiscard]] bool isBroken() const { return m_broken; }

private:
    struct Deleter
    {
        void operator()(redisReader *reader) const;
    };
    std::unique_ptr<redisReader, Deleter> m_reader;
    bool m_broken = false;
};

/// The hash slot of a key in a Redis Cluster (CRC16/XMODEM of the key, or of what stands in its first braces, modulo 16384).
[[nodiscard]] int redisSlot(QByteArrayView key);
constexpr int RedisSlotCount = 16'384;

} // namespace iwd
