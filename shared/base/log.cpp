// SPDX-License-Identifier: Apache-2.0
#include "log.h"

#include "clock.h"
#include "plaintext.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <atomic>
#include <cerrno>

#include <unistd.h>

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

QString cut(const QString &text)
{
    return text.size() <= MaxTextLength ? text : QString(text.left(MaxTextLength) + QChar(0x2026));
}

QJsonValue cut(const QJsonValue &value)
{
    return value.isString() ? QJsonValue(cut(value.toString())) : value;
}

QString compact(const QJsonDocument &document)
{
    return withoutControls(QString::fromUtf8(document.toJson(QJsonDocument::Compact)));
}

QString jsonLine(LogLevel level, QStringView sentence, Facts facts)
{
    QJsonObject line;
    for (const auto &[name, value] : facts)
        line.insert(name, cut(value));
    line.insert(QStringLiteral("time"), toIso(SystemClock().now()));
    line.insert(QStringLiteral("level"), levelName(level));
    line.insert(QStringLiteral("message"), cut(sentence.toString()));
    if (!correlation.isEmpty())
        line.insert(QStringLiteral("correlationId"), cut(correlation));
    return compact(QJsonDocument(line));
}

/// A value as it stands behind "name=": bare where that is unmistakable, else in JSON's quotes.
QString plain(const QJsonValue &value)
{
    const QString json = compact(QJsonDocument(QJsonArray { cut(value) }));
    const QString text = json.mid(1, json.size() - 2);
    if (!value.isString())
        return text;
    const QString bare = text.mid(1, text.size() - 2);
    const bool mistakable = bare.isEmpty() || bare.contains(u' ') || bare.contains(u'\\') || bare.contains(u'=');
    return mistakable ? text : bare;
}

QString textLine(LogLevel level, QStringView sentence, Facts facts)
{
    QString line
        = toIso(SystemClock().now()) + u' ' + QString(levelName(level)).leftJustified(7) + u' ' + withoutControls(cut(sentence.toString()));
    for (const auto &[name, value] : facts)
        line += u' ' + name + u'=' + plain(value);
    if (!correlation.isEmpty())
        line += QStringLiteral(" correlationId=") + plain(correlation);
    return line;
}

/// One write a line keeps the lines of several threads, and of several processes on one terminal, whole.
void writeLine(const QByteArray &line)
{
    qsizetype done = 0;
    while (done < line.size()) {
        const ssize_t written = ::write(STDERR_FILENO, line.constData() + done, static_cast<size_t>(line.size() - done));
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return; // There is nobody left to tell.
        done += written;
    }
}

void write(LogLevel level, QStringView sentence, Facts facts)
{
    if (!enabled(level))
        return;
    const QString line = format == LogFormat::Json ? jsonLine(level, sentence, facts) : textLine(level, sentence, facts);
    writeLine(line.toUtf8() + '\n');
}

LogLevel levelOf(QtMsgType type)
{
    switch (type) {
    case QtDebugMsg:
        return LogLevel::Debug;
    case QtInfoMsg:
        return LogLevel::Info;
    case QtWarningMsg:
        return LogLevel::Warning;
    case QtCriticalMsg:
    case QtFatalMsg:
        return LogLevel::Error;
    }
    Q_UNREACHABLE();
}

void handleQtMessage(QtMsgType type, const QMessageLogContext &context, const QString &text)
{
    const QString category = QString::fromUtf8(context.category);
    if (category.isEmpty() || category == QLatin1StringView("default"))
        write(levelOf(type), text, {});
    else
        write(levelOf(type), text, { { QLatin1StringView("category"), category } });
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

void adoptQtMessages()
{
    qInstallMessageHandler(handleQtMessage);
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
