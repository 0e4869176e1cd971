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
/// or as JSON. Never pass a secret, a key, a token or the text of a mail. Thread-safe.
namespace log {

using Facts = std::initializer_list<std::pair<QLatin1StringView, QJsonValue>>;

void configure(LogLevel threshold, LogFormat format);
[[nodiscard]] bool enabled(LogLevel level);

void debug(QStringView sentence, Facts facts = {});
void info(QStringView sentence, Facts facts = {});
void warning(QStringView sentence, Facts facts = {});
void error(QStringView sentence, Facts facts = {});

/// The correlation id that entries of this thread carry while an object of this class lives.
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
