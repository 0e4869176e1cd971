// SPDX-License-Identifier: Apache-2.0
#include "keycommands.h"

#include "connection.h"
#include "console.h"
#include "printing.h"
#include "table.h"

#include <QFile>

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace iwd {
namespace {

Instant now()
{
    return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
}

/// Where a key goes that nobody shall see: a new file for its owner alone. Removed again unless it was kept.
class KeyFile
{
public:
    explicit KeyFile(const QString &name)
        : m_name(QFile::encodeName(name))
        , m_descriptor(::open(m_name.constData(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600))
        , m_reason(m_descriptor < 0 ? QString::fromLocal8Bit(std::strerror(errno)) : QString())
    {
    }
    ~KeyFile()
    {
        if (m_descriptor < 0)
            return;
        ::close(m_descriptor);
        if (!m_isKept)
            ::unlink(m_name.constData());
    }
    KeyFile(const KeyFile &) = delete;
    KeyFile &operator=(const KeyFile &) = delete;

    /// Why there is none; empty: there is.
    [[nodiscard]] const QString &reason() const { return m_reason; }

    [[nodiscard]] bool keep(const QString &key)
    {
        const QByteArray content = key.toUtf8() + '\n';
        m_isKept = ::write(m_descriptor, content.constData(), static_cast<size_t>(content.size())) == content.size() && ::fsync(m_descriptor) == 0;
        return m_isKept;
    }

private:
    QByteArray m_name;
    int m_descriptor;
    QString m_reason;
    bool m_isKept = false;
};

QString expiryText(const QJsonValue &expires)
{
    return expires.isString() ? shortTime(expires) : u"never"_s;
}

QCoro::Task<int> listKeys(CommandLine line, std::shared_ptr<Client> client)
{
    const auto keys = co_await client->list(u"/api-keys"_s);
    if (!keys)
        co_return fail(keys.error());
    if (wantsJson(line)) {
        console::print(pretty({ { u"data"_s, *keys } }));
        co_return ExitFine;
    }
    TextTable table;
    table.head = { u"ID"_s, u"NAME"_s, u"SCOPES"_s, u"AGENT"_s, u"CREATED"_s, u"EXPIRES"_s, u"LAST USED"_s };
    for (const auto &entry : *keys) {
        const QJsonObject key = entry.toObject();
        table.rows.append({ fieldText(key["id"_L1]), fieldText(key["name"_L1]), fieldText(key["scopes"_L1]), fieldText(key["agentId"_L1]), shortTime(key["createdDateTime"_L1]),
            expiryText(key["expiresDateTime"_L1]), key["lastUsedDateTime"_L1].isNull() ? u"never"_s : shortTime(key["lastUsedDateTime"_L1]) });
    }
    // Not cut to the terminal: keys revoke needs the whole id.
    console::print(keys->isEmpty() ? u"No API keys.\n"_s : table.toText(0));
    co_return ExitFine;
}

Result<QJsonObject> newKey(const CommandLine &line)
{
    QStringList scopes;
    for (const QString &value : line.values(u"scope"_s))
        scopes += value.split(u',', Qt::SkipEmptyParts);
    if (scopes.isEmpty())
        return Error { ErrorCode::MissingField, u"What may the key do? Give --scope, such as --scope source."_s, {}, {} };
    QJsonObject key { { u"name"_s, line.arguments.constFirst() }, { u"scopes"_s, QJsonArray::fromStringList(scopes) } };
    if (line.has(u"agent"_s))
        key.insert(u"agentId"_s, line.value(u"agent"_s));
    if (line.has(u"expires"_s)) {
        const auto expires = momentFromText(line.value(u"expires"_s), now());
        if (!expires)
            return expires.error();
        key.insert(u"expiresDateTime"_s, toIso(*expires));
    }
    return key;
}

/// A key that nobody has is only a risk.
QCoro::Task<> withdraw(std::shared_ptr<Client> client, QString id, QString reason)
{
    const QString path = u"/api-keys/"_s + pathSegment(id);
    const auto removed = co_await client->remove(path, {});
    console::complain(removed ? u"%1 The key %2 was revoked again. Try once more."_s.arg(reason, id)
                              : u"%1 Revoke it, nobody has it: iwdctl keys revoke %2"_s.arg(reason, id));
}

QCoro::Task<int> createKey(CommandLine line, std::shared_ptr<Client> client)
{
    const auto wanted = newKey(line);
    if (!wanted)
        co_return failUsage(wanted.error());
    const QString fileName = line.value(u"save"_s);
    std::optional<KeyFile> file;
    if (!fileName.isEmpty()) {
        file.emplace(fileName); // before the key is made, which could not be shown again
        if (!file->reason().isEmpty()) {
            console::complain(u"\"%1\" cannot be made: %2. No key was made."_s.arg(fileName, file->reason()));
            co_return ExitUsage;
        }
    }
    const auto created = co_await client->post(u"/api-keys"_s, *wanted);
    if (!created)
        co_return fail(created.error());
    QJsonObject key = *created;
    const QString id = key["id"_L1].toString();
    const QString secret = key["key"_L1].toString();
    if (secret.isEmpty()) {
        co_await withdraw(client, id, u"The key was made, but the answer with it was lost on its way."_s);
        co_return ExitRefused;
    }
    if (file && !file->keep(secret)) {
        co_await withdraw(client, id, u"\"%1\" cannot be written."_s.arg(fileName));
        co_return ExitRefused;
    }
    if (file)
        key.remove(u"key"_s);
    if (wantsJson(line)) {
        console::print(pretty(key));
        co_return ExitFine;
    }
    const QString kind = u"%1 (%2), scopes %3, expires %4"_s.arg(fieldText(key["name"_L1]), id, fieldText(key["scopes"_L1]), expiryText(key["expiresDateTime"_L1]));
    if (file)
        console::print(u"Made the key of %1.\nIt is in %2, and nowhere else.\n"_s.arg(kind, fileName));
    else
        console::print(u"Made the key of %1.\n\n    %2\n\nKeep it: it is shown this once.\n"_s.arg(kind, secret));
    co_return ExitFine;
}

QCoro::Task<int> rotateKey(CommandLine line, std::shared_ptr<Client> client)
{
    QJsonObject body;
    if (line.has(u"overlap"_s)) {
        const auto overlap = durationFromText(line.value(u"overlap"_s));
        if (!overlap)
            co_return failUsage({ ErrorCode::InvalidField, u"\"%1\" is no time: write for example 1h."_s.arg(line.value(u"overlap"_s)), {}, {} });
        body.insert(u"oldKeySeconds"_s, qint64(overlap->count() / 1000));
    }
    const QString id = line.arguments.constFirst();
    const QString path = u"/api-keys/"_s + pathSegment(id) + u"/rotate"_s;
    const auto rotated = co_await client->post(path, body);
    if (!rotated)
        co_return fail(rotated.error());
    const QString secret = rotated->value("key"_L1).toString();
    if (wantsJson(line)) {
        console::print(pretty(*rotated));
        co_return ExitFine;
    }
    const QString until = fieldText(rotated->value("oldKeyUntilDateTime"_L1));
    const QString old = until.isEmpty() || rotated->value("oldKeyUntilDateTime"_L1).isNull() ? u"The one before is refused from now on."_s
                                                                                              : u"The one before is good until %1 UTC."_s.arg(shortTime(until));
    if (secret.isEmpty())
        console::complain(u"The key was rotated, but the answer with it was lost on its way. Rotate it once more."_s);
    else
        console::print(u"The new key of %1:\n\n    %2\n\nKeep it: it is shown this once. %3\n"_s.arg(id, secret, old));
    co_return secret.isEmpty() ? ExitRefused : ExitFine;
}

QCoro::Task<int> revokeKey(CommandLine line, std::shared_ptr<Client> client)
{
    const QString id = line.arguments.constFirst();
    const QString path = u"/api-keys/"_s + pathSegment(id);
    const auto removed = co_await client->remove(path, {});
    if (!removed)
        co_return fail(removed.error());
    if (wantsJson(line))
        console::print(pretty({ { u"id"_s, id }, { u"revoked"_s, true } }));
    else
        console::print(u"The key %1 is revoked: the next request with it is refused.\n"_s.arg(id));
    co_return ExitFine;
}

} // namespace

Result<Instant> momentFromText(const QString &text, Instant now)
{
    if (const auto later = durationFromText(text))
        return now + *later;
    const QDate date = QDate::fromString(text, Qt::ISODate);
    const auto moment = instantFromIso(date.isValid() && !text.contains(u'T') ? text + u"T00:00:00Z"_s : text);
    if (moment)
        return moment;
    return Error { ErrorCode::InvalidField, u"\"%1\" is no moment: write for example 90d, 2030-01-31 or 2030-01-31T08:00:00Z."_s.arg(text), {}, {} };
}

const std::vector<CommandSpec> &keyCommands()
{
    static const std::vector<CommandSpec> commands {
        { u"keys list"_s, {}, u"Shows the API keys, without the keys themselves."_s, {} },
        { u"keys create"_s, { u"NAME"_s }, u"Makes an API key for NAME, and shows it this once."_s,
            { { u"scope"_s, u"admin|source|agent|reporting|PRIVILEGE"_s, u"what it may do; several with commas"_s, true },
                { u"agent"_s, u"ID"_s, u"the only agent as whom it may act; default: any"_s },
                { u"expires"_s, u"TIME|DATE"_s, u"such as 90d, 12h, 2030-01-31; default: never"_s },
                { u"save"_s, u"FILE"_s, u"write it to this new file, for its owner alone, instead of showing it"_s } } },
        { u"keys rotate"_s, { u"ID"_s }, u"Gives an API key another secret, and shows it this once."_s,
            { { u"overlap"_s, u"TIME"_s, u"how long the one before is good, up to 7d; default: not at all"_s } } },
        { u"keys revoke"_s, { u"ID"_s }, u"Ends an API key at once."_s, {} },
    };
    return commands;
}

QCoro::Task<int> runKeyCommand(CommandLine line, std::shared_ptr<Client> client)
{
    if (line.command == "keys list"_L1)
        return listKeys(std::move(line), std::move(client));
    if (line.command == "keys create"_L1)
        return createKey(std::move(line), std::move(client));
    if (line.command == "keys rotate"_L1)
        return rotateKey(std::move(line), std::move(client));
    return revokeKey(std::move(line), std::move(client));
}

} // namespace iwd
