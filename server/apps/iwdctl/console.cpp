// SPDX-License-Identifier: Apache-2.0
#include "console.h"

#include <base/plaintext.h>

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>

using namespace Qt::StringLiterals;

namespace iwd::console {

namespace {

constexpr QStringView Layout = u"\n\t"; ///< what text of several lines is made with

} // namespace

void print(const QString &text)
{
    printStyled(withoutControls(text, Layout));
}

void printStyled(const QString &text)
{
    const QByteArray bytes = text.toUtf8();
    std::fwrite(bytes.constData(), 1, static_cast<size_t>(bytes.size()), stdout);
    std::fflush(stdout);
}

void complain(const QString &sentence)
{
    const QString line = u"iwdctl: "_s + withoutControls(sentence, Layout) + u'\n';
    std::fputs(line.toUtf8().constData(), stderr);
}

void complain(const Error &error)
{
    QString sentence = error.text;
    if (error.code == ErrorCode::NotAuthenticated || error.code == ErrorCode::InvalidCredentials)
        sentence += u" Log in with iwdctl login, or give an API key with --key-file, --bootstrap-file or $IWD_API_KEY."_s;
    const QString correlation = error.args.value("correlationId"_L1).toString();
    if (error.code == ErrorCode::Internal && !correlation.isEmpty())
        sentence += u" (correlation id %1)"_s.arg(correlation);
    complain(sentence);
}

bool outputHasFailed()
{
    return std::ferror(stdout) != 0;
}

bool isTerminal()
{
    return isatty(STDOUT_FILENO) == 1;
}

bool wantsColor()
{
    return isTerminal() && qEnvironmentVariableIsEmpty("NO_COLOR") && qgetenv("TERM") != "dumb";
}

bool speaksUtf8()
{
    for (const char *name : { "LC_ALL", "LC_CTYPE", "LANG" }) {
        const QByteArray value = qgetenv(name).toLower();
        if (!value.isEmpty())
            return value.contains("utf-8") || value.contains("utf8");
    }
    return false;
}

Size size()
{
    winsize window {};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0 && window.ws_row > 0)
        return { window.ws_col, window.ws_row };
    return {};
}

} // namespace iwd::console
