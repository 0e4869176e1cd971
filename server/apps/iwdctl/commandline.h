// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <base/instant.h>

#include <map>

namespace iwd {

/// What a command takes, as a table: the parser and the help text read the same lines.
struct OptionSpec
{
    QString name; ///< without the dashes
    QString value; ///< what stands for its value in the help; empty: a switch. Lower case is typed as it is, capitals stand for something: "table|json", "FILE"
    QString help;
    bool repeatable = false;
};

struct CommandSpec
{
    QString name; ///< "items list"
    QStringList arguments; ///< "ID", "PROFILE", "bash"; in brackets when it may be missing: "[FILE]"
    QString summary;
    std::vector<OptionSpec> options;
};

/// A command as the person typed it.
struct CommandLine
{
    QString command;
    QStringList arguments;
    std::map<QString, QStringList> options; ///< switches have one empty value

    [[nodiscard]] bool has(const QString &option) const { return options.contains(option); }
    [[nodiscard]] QString value(const QString &option, const QString &otherwise = {}) const;
    [[nodiscard]] QStringList values(const QString &option) const;
};

/// What is to be done about a command line.
struct Parsed
{
    std::optional<CommandLine> run;
    QString help; ///< to print instead of running
};

/// @param words without the program's name
/// @returns an Error with a sentence for the person when the words make no sense
[[nodiscard]] Result<Parsed> parseCommandLine(const std::vector<CommandSpec> &commands, const QStringList &words);

/// Options that every command has.
[[nodiscard]] const std::vector<OptionSpec> &commonOptions();

/// A name and what it means.
struct Note
{
    QString name;
    QString meaning;
};
[[nodiscard]] const std::vector<Note> &environmentNotes();
[[nodiscard]] const std::vector<Note> &exitCodeNotes();
/// A paragraph on which of the options, the environment and the profiles counts.
[[nodiscard]] QString connectionText();

/// "--output table|json"
[[nodiscard]] QString optionUsage(const OptionSpec &option);
/// "items get ID"
[[nodiscard]] QString commandUsage(const CommandSpec &command);
/// What may be typed in the place of "table|json" or "[-]FIELD,…|priority"; nothing for "FILE".
[[nodiscard]] QStringList choicesOf(const QString &placeholder);

[[nodiscard]] QString overviewHelp(const std::vector<CommandSpec> &commands);
[[nodiscard]] QString commandHelp(const CommandSpec &command);

/// "90s", "2m", "1h", or a plain number of seconds.
[[nodiscard]] Result<milliseconds> durationFromText(const QString &text);

} // namespace iwd
