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

Result<QString> keyOf(const QString &fileName)
{
    const auto content = contentOf(fileName);
    if (!content)
        return content.error();
    const QString key = QString::fromUtf8(*content).trimmed();
    if (key.isEmpty())
        return Error { ErrorCode::InvalidField, u"\"%1\" is empty; it has to hold an API key."_s.arg(fileName), {}, {} };
    return key;
}

/// The part of an address that says which server it is.
QUrl place(const QUrl &url)
{
    QUrl place = url.adjusted(QUrl::NormalizePathSegments | QUrl::StripTrailingSlash | QUrl::RemoveUserInfo | QUrl::RemoveQuery | QUrl::RemoveFragment);
    if (place.path() == "/"_L1)
        place.setPath({});
    if (place.port() < 0)
        place.setPort(place.scheme() == "https"_L1 ? 443 : 80);
    return place;
}

/// The profile that a connection is about.
struct Chosen
{
    QString name;
    Profile profile;
    QUrl url;
    bool byOption = false; ///< --profile comes before the environment
    bool byName = false; ///< the person named it, so it must not be passed over in silence
};

Result<std::optional<Chosen>> chosenProfile(const CommandLine &line)
{
    const auto profiles = readProfiles();
    if (!profiles)
        return profiles.error();
    Chosen chosen;
    chosen.name = profileName(line, *profiles);
    chosen.byOption = line.has(u"profile"_s);
    chosen.byName = chosen.byOption || !qEnvironmentVariableIsEmpty("IWD_PROFILE");
    const Profile *profile = profiles->find(chosen.name);
    if (!profile && chosen.byName)
        return noSuchProfile(*profiles, chosen.name);
    if (!profile)
        return std::optional<Chosen>();
    chosen.profile = *profile;
    const auto url = serverAddress(profile->url);
    if (!url)
        return url.error();
    chosen.url = *url;
    return std::optional(chosen);
}

QString addressText(const CommandLine &line, const std::optional<Chosen> &chosen)
{
    if (line.has(u"url"_s))
        return line.value(u"url"_s);
    const QString fromEnvironment = qEnvironmentVariable("IWD_URL");
    if (chosen && (chosen->byOption || fromEnvironment.isEmpty()))
        return chosen->profile.url;
    return fromEnvironment.isEmpty() ? u"http://127.0.0.1:4024"_s : fromEnvironment;
}

} // namespace

QString profileName(const CommandLine &line, const Profiles &profiles, const QString &otherwise)
{
    const QString named = line.value(u"profile"_s, qEnvironmentVariable("IWD_PROFILE"));
    if (!named.isEmpty())
        return named;
    return profiles.defaultName.isEmpty() ? otherwise : profiles.defaultName;
}

Result<QUrl> serverAddress(const QString &text)
{
    const QUrl url(text, QUrl::StrictMode);
    if (!url.isValid() || url.host().isEmpty() || (url.scheme() != "http"_L1 && url.scheme() != "https"_L1))
        return Error { ErrorCode::InvalidField, u"\"%1\" is no address of a server: write for example http://127.0.0.1:4024."_s.arg(text), {}, {} };
    return url;
}

Result<std::optional<QString>> keyFromFile(const CommandLine &line)
{
    if (!line.has(u"key-file"_s) && !line.has(u"bootstrap-file"_s))
        return std::optional<QString>();
    const auto key = line.has(u"key-file"_s) ? keyOf(line.value(u"key-file"_s)) : keyFromBootstrapFile(line.value(u"bootstrap-file"_s));
    if (!key)
        return key.error();
    return std::optional(*key);
}

Result<ClientOptions> connectionOf(const CommandLine &line)
{
    const auto fromFile = keyFromFile(line);
    if (!fromFile)
        return fromFile.error();
    std::optional<Chosen> chosen;
    // With everything in the options, a damaged file of profiles is no reason to do nothing.
    if (line.has(u"profile"_s) || !line.has(u"url"_s) || !*fromFile) {
        auto found = chosenProfile(line);
        if (!found)
            return found.error();
        chosen = *found;
    }
    const auto url = serverAddress(addressText(line, chosen));
    if (!url)
        return url.error();

    ClientOptions options;
    options.url = *url;
    options.program = "iwdctl";
    const QString fromEnvironment = qEnvironmentVariable("IWD_API_KEY").trimmed();
    if (*fromFile) {
        options.apiKey = **fromFile;
    } else if (!fromEnvironment.isEmpty() && !(chosen && chosen->byOption)) {
        options.apiKey = fromEnvironment;
    } else if (chosen && place(chosen->url) == place(*url)) {
        options.apiKey = chosen->profile.apiKey;
        options.bearerToken = chosen->profile.token;
    } else if (chosen && chosen->byName) {
        return Error { ErrorCode::InvalidField,
            u"The profile \"%1\" is for %2, and its credentials are not sent to %3. Log in there with a profile of its own: iwdctl login --profile NAME --url %3"_s.arg(
                chosen->name, chosen->url.toDisplayString(), url->toDisplayString()),
            {}, {} };
    }
    return options;
}

int exitCodeOf(const Error &error)
{
    const bool answered = error.args.contains("status"_L1);
    const bool lost = error.code == ErrorCode::Unreachable || error.code == ErrorCode::DeadlineExceeded;
    return lost && !answered ? ExitNoConnection : ExitRefused;
}

} // namespace iwd
