// SPDX-License-Identifier: Apache-2.0
#include "connection.h"

#include <QFile>

using namespace Qt::StringLiterals;

namespace iwd {
namespace {

/// Far more than any key or bootstrap file.
constexpr qint64 MaxFileBytes = 64 * 1024;

Result<QByteArray> contentOf(const QString &fileName)
{
    QFile file(fileName);
    if (!file.open(QIODevice::ReadOnly))
        return Error { ErrorCode::InvalidField, u"\"%1\" cannot be read: %2."_s.arg(fileName, file.errorString()), {}, {} };
    return file.read(MaxFileBytes);
}

Result<QString> keyFromBootstrapFile(const QString &fileName)
{
    const auto content = contentOf(fileName);
    if (!content)
        return content.error();
    const QString key = QJsonDocument::fromJson(*content).object().value("apiKey"_L1).toString();
    if (key.isEmpty())
        return Error { ErrorCode::InvalidField, u"\"%1\" holds no \"apiKey\"; is it the bootstrap file of iwd-server?"_s.arg(fileName), {}, {} };
    return key;
}

Result<QString> keyOf(const CommandLine &line)
{
    if (line.has(u"key-file"_s)) {
        const auto content = contentOf(line.value(u"key-file"_s));
        if (!content)
            return content.error();
        return QString::fromUtf8(*content).trimmed();
    }
    if (line.has(u"bootstrap-file"_s))
        return keyFromBootstrapFile(line.value(u"bootstrap-file"_s));
    return qEnvironmentVariable("IWD_API_KEY").trimmed();
}

} // namespace

Result<ClientOptions> connectionOf(const CommandLine &line)
{
    const auto key = keyOf(line);
    if (!key)
        return key.error();
    const QString text = line.value(u"url"_s, qEnvironmentVariable("IWD_URL", u"http://127.0.0.1:4024"_s));
    const QUrl url(text, QUrl::StrictMode);
    if (!url.isValid() || url.host().isEmpty() || (url.scheme() != "http"_L1 && url.scheme() != "https"_L1))
        return Error { ErrorCode::InvalidField, u"\"%1\" is no address of a server: write for example http://127.0.0.1:4024."_s.arg(text), {}, {} };
    ClientOptions options;
    options.url = url;
    options.apiKey = *key;
    options.program = "iwdctl";
    return options;
}

int exitCodeOf(const Error &error)
{
    const bool answered = error.args.contains("status"_L1);
    const bool lost = error.code == ErrorCode::Unreachable || error.code == ErrorCode::DeadlineExceeded;
    return lost && !answered ? ExitNoConnection : ExitRefused;
}

} // namespace iwd
