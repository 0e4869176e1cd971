// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QJsonObject>
#include <QString>

#include <initializer_list>
#include <utility>

namespace iwd {

enum class LogLevel { Debug, Info, Warning, Error };
enum class LogFormat { Text, Json };

/// Structured logging: a fixed English sentence and facts beside it. One line an entry on standard error, as readable text
/// or as JSON. Whatever the facts hold, an entry stays one line and cannot pass for another: control characters are escaped
/// and long texts are cut. Never pass a secret, a key, a token or the text of a mail. Thread-safe.
namespace log {

/// Names are ours and never input. "time", "level", "message" and "correlationId" are taken.
using Facts = std::initializer_list<std::pair<QLatin1StringView, QJsonValue>>;

/// Texts longer than this many characters are cut, with an ellipsis at the end.
constexpr qsizetype MaxTextLength = 4096;

/// May be called again at any time; entries written meanwhile follow either setting.
void configure(LogLevel threshold, LogFormat format);
[[nodiscard]] bool enabled(LogLevel level);

void debug(QStringView sentence, Facts facts = {});
void info(QStringView sentence, Facts facts = {});
void warning(QStringView sentence, Facts facts = {});
void error(QStringView sentence, Facts facts = {});

/// Sends what Qt itself reports (qWarning() and its kin) through this log, with the category as a fact, for the rest of the
/// process. A fatal message still ends the process.
void adoptQtMessages();

/// The correlation id that entries of this thread carry while an object of this class lives. Objects nest on one thread.
/// Never keep one across a co_await: other work would run under its id.
class Correlation
{
public:
    explicit Correlation(const QString &id);
    ~Correlation();
    Correlation(const Correlation &) = delete;
    Correlation &operator=(const Correlation &) = delete;

    [[nodiscard]] static QString current();

private:
    QString m_previous;
};

} // namespace log
} // namespace iwd
