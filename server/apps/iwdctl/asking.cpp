// SPDX-License-Identifier: Apache-2.0
#include "asking.h"

#include "connection.h"
#include "console.h"
#include "printing.h"

#include <cstdio>

#include <unistd.h>

using namespace Qt::StringLiterals;

namespace iwd {
namespace {

/// @returns nothing when nobody is there to answer
std::optional<bool> askPerson()
{
    if (!console::isTerminal() || ::isatty(STDIN_FILENO) != 1)
        return std::nullopt;
    console::print(u"\nGo ahead? [y/N] "_s);
    QByteArray answer(16, '\0');
    if (!std::fgets(answer.data(), static_cast<int>(answer.size()), stdin))
        return false;
    const QByteArray typed = QByteArray(answer.constData()).trimmed().toLower();
    return typed == "y" || typed == "yes";
}

} // namespace

const OptionSpec &yesOption()
{
    static const OptionSpec option { u"yes"_s, {}, u"do not ask"_s };
    return option;
}

std::optional<int> askToGoAhead(const CommandLine &line)
{
    if (line.has(yesOption().name))
        return std::nullopt;
    const auto agreed = wantsJson(line) ? std::nullopt : askPerson();
    if (!agreed) {
        console::complain(u"Nothing was done, because nobody could be asked. Give --yes to go ahead, or --dry-run to only look."_s);
        return ExitUsage;
    }
    if (*agreed)
        return std::nullopt;
    console::print(u"Nothing was done.\n"_s);
    return ExitFine;
}

} // namespace iwd
