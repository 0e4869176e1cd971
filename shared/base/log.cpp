// SPDX-License-Identifier: Apache-2.0
#include "log.h"

#include "clock.h"

#include <QJsonDocument>

#include <atomic>
#include <cstdio>
#include <mutex>

namespace iwd::log {

namespace {

std::atomic<LogLevel> threshold = LogLevel::Info;
std::atomic<LogFormat> format = LogFormat::Text;
thread_local QString correlation;

QLatin1StringView levelName(LogLevel level)
{
    switch (level) {
    case LogLevel::Debug:
        return QLatin1StringView("debug");
    case LogLevel::Info:
        return QLatin1StringView("info");
    case LogLevel::Warning:
        return QLatin1StringView("warning");
    case LogLevel::Error:
        return QLatin1StringView("error");
    }
    Q_UNREACHABLE();
}

QByteArray jsonLine(LogLevel level, QStringView sentence, Facts facts)
{
    QJsonObject line { { QStringLiteral("time"), toIso(SystemClock().now()) }, { QStringLiteral("level"), levelName(level) },
        { QStringLiteral("message"), sentence.toString() } };
    if (!correlation.isEmpty())
        line.insert(QStringLiteral("correlationId"), correlation);
    for (const auto &[name, value] : facts)
        line.insert(name, value);
    return QJsonDocument(line).toJson(QJsonDocument::Compact);
}

/// A value on a line of its own kind: text is escaped, so that input can neither start a new line nor hide in one.
QByteArray plain(const QJsonValue &value)
{
    QByteArray text = QJsonDocument(QJsonArray { value }).toJson(QJsonDocument::Compact);
    text = text.mid(1, text.size() - 2);
    const bool quoted = value.isString();
    const bool needsQuotes = quoted && (text.size() == 2 || text.contains(' ') || text.contains('\\') || text.contains('='));
    return quoted && !needsQuotes ? text.mid(1, text.size() - 2) : text;
}

QByteArray textLine(LogLevel level, QStringView sentence, Facts facts)
{
    QByteArray line = toIso(SystemClock().now()).toLatin1() + ' ' + QByteArray(levelName(level).data(), levelName(level).size()).leftJustified(7) + ' '
        + sentence.toUtf8();
    for (const auto &[name, value] : facts)
        line += ' ' + QByteArray(name.data(), name.size()) + '=' + plain(value);
    if (!correlation.isEmpty())
        line += " correlationId=" + plain(correlation);
    return line;
}

void write(LogLevel level, QStringView sentence, Facts facts)
{
    if (!enabled(level))
        return;
    const QByteArray line = (format == LogFormat::Json ? jsonLine(level, sentence, facts) : textLine(level, sentence, facts)) + '\n';
    // One write a line keeps lines of several threads, and of several processes on one terminal, whole.
    std::fwrite(line.constData(), 1, static_cast<size_t>(line.size()), stderr);
}

} // namespace

void configure(LogLevel newThreshold, LogFormat newFormat)
{
    threshold = newThreshold;
    format = newFormat;
}

bool enabled(LogLevel level)
{
    return level >= threshold.load(std::memory_order_relaxed);
}

void debug(QStringView sentence, Facts facts)
{
    write(LogLevel::Debug, sentence, facts);
}

void info(QStringView sentence, Facts facts)
{
    write(LogLevel::Info, sentence, facts);
}

void warning(QStringView sentence, Facts facts)
{
    write(LogLevel::Warning, sentence, facts);
}

void error(QStringView sentence, Facts facts)
{
    write(LogLevel::Error, sentence, facts);
}

Correlation::Correlation(const QString &id)
    : m_previous(std::exchange(correlation, id))
{
}

Correlation::~Correlation()
{
    correlation = m_previous;
}

QString Correlation::current()
{
    return correlation;
}

} // namespace iwd::log
