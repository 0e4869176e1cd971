// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QJsonObject>
#include <QString>
#include <QStringList>

#include <map>
#include <optional>
#include <base/clock.h>

#include <vector>

namespace iwd::test {

/// One time that a client sent an operation.
struct Attempt
{
    int server = 0; ///< which of several server processes it was sent to
    qint64 beganUs = 0; ///< of one steady clock for all clients
    qint64 endedUs = 0;
    int status = 0; ///< 0: the connection broke, so nobody knows
    QByteArray answer;
    bool replayed = false; ///< the server says that this answer is a stored one
};

/// Something that a write leaves in the event log, by which it can be found there.
struct Effect
{
    enum Kind {
        Marked, ///< the event bears a text that no other write has
        Counted, ///< events of this type and subject come from such writes alone, one each
        Taken, ///< as Counted, but a client whose answer was lost does not know the subject; also an offer that was seen
    };
    Kind kind = Marked;
    QString type; ///< of the event
    QString mark; ///< Marked: the text; Counted: the item; Taken: takenMark()
    QString item; ///< Marked: the item that it has to be on, where the client was told

    [[nodiscard]] QString key() const { return type + u'\n' + mark; }
    [[nodiscard]] static QString takenMark(const QString &item, const QString &agent, const QString &takenDateTime)
    {
        return item + u' ' + agent + u' ' + takenDateTime;
    }
};

/// A write that a client wished for, however often it had to ask.
struct Operation
{
    qint64 number = 0;
    int client = 0;
    QByteArray method;
    QByteArray target;
    QByteArray body;
    QByteArray key; ///< Idempotency-Key; empty: none
    std::vector<Effect> effects; ///< all of them, or none, when the write happened
    std::vector<Effect> never; ///< what it must not do in any case: a part that the answer refused
    std::vector<Attempt> attempts;
    qint64 token = 0; ///< of the assignment that it used; 0: none
    QString agent; ///< whose assignment that was

    enum class Outcome {
        Done, ///< the client was told so
        Undone, ///< the client was told so
        Unknown,
    };
    /// What the client may believe.
    [[nodiscard]] Outcome outcome() const;
    /// The first answer that says it was done.
    [[nodiscard]] const Attempt *acknowledgement() const;
};

/// What was found in the end, while nothing was written.
struct Observation
{
    std::vector<QByteArray> feed; ///< every event from the first on, as JSON
    std::map<QString, std::vector<QByteArray>> readings; ///< what readers of the feed have seen meanwhile, by reader
    std::vector<QJsonObject> items; ///< every item
    std::map<QString, std::vector<QJsonObject>> assignments; ///< by agent: {"item","assignment"}
    std::map<QString, QJsonObject> objects; ///< "kind/id": configuration objects and agents
    QJsonObject queueFigures; ///< GET /stats/queues
    QJsonObject serverFigures; ///< GET /stats/server
};

} // namespace iwd::test
