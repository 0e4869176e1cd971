// SPDX-License-Identifier: Apache-2.0
#include "commandline.h"

using namespace Qt::StringLiterals;

namespace iwd {
namespace {

Error usage(const QString &text)
{
    return { ErrorCode::InvalidField, text, {}, {} };
}

const CommandSpec *longestMatch(const std::vector<CommandSpec> &commands, const QStringList &words)
{
    const CommandSpec *best = nullptr;
    for (const auto &command : commands) {
        const QStringList name = command.name.split(u' ');
        if (words.mid(0, name.size()) == name && (!best || name.size() > best->name.split(u' ').size()))
            best = &command;
    }
    return best;
}

const OptionSpec *findOption(const CommandSpec &command, const QString &name)
{
    for (const auto *options : { &command.options, &commonOptions() }) {
        for (const auto &option : *options) {
            if (option.name == name)
                return &option;
        }
    }
    return nullptr;
}

Result<void> takeOption(const CommandSpec &command, QString word, QStringList &rest, CommandLine &line)
{
    QString value;
    const auto equals = word.indexOf(u'=');
    const bool joined = equals >= 0;
    if (joined) {
        value = word.mid(equals + 1);
        word.truncate(equals);
    }
    const OptionSpec *option = findOption(command, word.mid(2));
    if (!option)
        return usage(u"\"%1\" has no option %2. See iwdctl %1 --help."_s.arg(command.name, word));
    if (option->value.isEmpty()) {
        if (joined)
            return usage(u"%1 is a switch and takes no value."_s.arg(word));
    } else if (!joined) {
        if (rest.isEmpty())
            return usage(u"%1 needs a value: %1 %2."_s.arg(word, option->value));
        value = rest.takeFirst();
    }
    auto &values = line.options[option->name];
    if (!values.isEmpty() && !option->repeatable)
        return usage(u"%1 was given twice."_s.arg(word));
    values.append(value);
    return {};
}

Result<void> checkArguments(const CommandSpec &command, const CommandLine &line)
{
    const auto needed = std::count_if(command.arguments.cbegin(), command.arguments.cend(), [](const auto &name) { return !name.startsWith(u'['); });
    if (line.arguments.size() < needed)
        return usage(u"\"%1\" needs %2. See iwdctl %1 --help."_s.arg(command.name, command.arguments.value(line.arguments.size())));
    if (line.arguments.size() > command.arguments.size())
        return usage(u"\"%1\" does not know what to do with \"%2\". See iwdctl %1 --help."_s.arg(command.name, line.arguments.at(command.arguments.size())));
    return {};
}

constexpr int HelpColumn = 26;

/// What does not fit beside @p left comes below it, so that the right side stays one column.
QString helpLine(const QString &left, const QString &right, int column = HelpColumn)
{
    if (left.size() + 2 > column)
        return u"  %1\n  %2%3\n"_s.arg(left, QString(column, u' '), right);
    return u"  %1%2\n"_s.arg(left, -column).arg(right);
}

QString optionLines(const std::vector<OptionSpec> &options)
{
    QString text;
    for (const auto &option : options)
        text += helpLine(optionUsage(option), option.help);
    return text;
}

/// Lines of a width that can be read.
QString wrapped(const QString &text)
{
    constexpr int Width = 100;
    QString lines;
    qsizetype column = 0;
    for (const QString &word : text.split(u' ', Qt::SkipEmptyParts)) {
        const bool fits = column + 1 + word.size() <= Width;
        lines += column == 0 ? word : (fits ? u' ' : u'\n') + word;
        column = column > 0 && fits ? column + 1 + word.size() : word.size();
    }
    return lines + u'\n';
}

QString noteLines(const std::vector<Note> &notes)
{
    QString text;
    for (const auto &note : notes)
        text += helpLine(note.name, note.meaning);
    return text;
}

} // namespace

QString CommandLine::value(const QString &option, const QString &otherwise) const
{
    const auto found = options.find(option);
    return found == options.end() ? otherwise : found->second.constLast();
}

QStringList CommandLine::values(const QString &option) const
{
    const auto found = options.find(option);
    return found == options.end() ? QStringList() : found->second;
}

QString optionUsage(const OptionSpec &option)
{
    return option.value.isEmpty() ? u"--%1"_s.arg(option.name) : u"--%1 %2"_s.arg(option.name, option.value);
}

QString commandUsage(const CommandSpec &command)
{
    return QStringList({ command.name, command.arguments.join(u' ') }).join(u' ').trimmed();
}

QStringList choicesOf(const QString &placeholder)
{
    QStringList choices;
    for (const QString &part : placeholder.split(u'|')) {
        if (!part.isEmpty() && part == part.toLower() && part.front() != u'[')
            choices.append(part);
    }
    return choices;
}

const std::vector<Note> &environmentNotes()
{
    static const std::vector<Note> notes {
        { u"IWD_PROFILE"_s, u"the profile to use; --profile comes before it"_s },
        { u"IWD_URL"_s, u"the server; --url and --profile come before it"_s },
        { u"IWD_API_KEY"_s, u"the API key; --key-file, --bootstrap-file and --profile come before it"_s },
        { u"XDG_CONFIG_HOME"_s, u"where iwdctl/profiles is; otherwise ~/.config"_s },
        { u"NO_COLOR"_s, u"when it is not empty, a terminal gets no colors"_s },
    };
    return notes;
}

const std::vector<Note> &exitCodeNotes()
{
    static const std::vector<Note> notes {
        { u"0"_s, u"fine"_s },
        { u"1"_s, u"refused by the server"_s },
        { u"2"_s, u"wrong usage"_s },
        { u"3"_s, u"no connection"_s },
        { u"4"_s, u"lint or doctor found warnings"_s },
        { u"5"_s, u"lint or doctor found errors"_s },
        { u"6"_s, u"config found differences"_s },
        { u"130"_s, u"interrupted"_s },
    };
    return notes;
}

QString connectionText()
{
    return u"Where and as whom: the address and the credentials are each taken from the first that has them: the options (--url; --key-file, --bootstrap-file; "
           "a profile that --profile names), the environment, the default profile. The credentials of a profile go to the profile's own address only."_s;
}

const std::vector<OptionSpec> &commonOptions()
{
    static const std::vector<OptionSpec> options {
        { u"profile"_s, u"PROFILE"_s, u"of iwdctl login; otherwise $IWD_PROFILE or the default one"_s },
        { u"url"_s, u"URL"_s, u"the server; otherwise $IWD_URL, the profile's, or http://127.0.0.1:4024"_s },
        { u"key-file"_s, u"FILE"_s, u"holds the API key; otherwise $IWD_API_KEY, or what the profile knows"_s },
        { u"bootstrap-file"_s, u"FILE"_s, u"the file that iwd-server wrote at its first start"_s },
        { u"output"_s, u"table|json"_s, u"default: table"_s },
        { u"help"_s, {}, u"this text"_s },
    };
    return options;
}

Result<Parsed> parseCommandLine(const std::vector<CommandSpec> &commands, const QStringList &words)
{
    if (words.isEmpty())
        return usage(u"Which command? See iwdctl --help."_s);
    if (words.constFirst() == "--help"_L1 || words.constFirst() == "-h"_L1 || words.constFirst() == "help"_L1)
        return Parsed { {}, overviewHelp(commands) };
    const CommandSpec *command = longestMatch(commands, words);
    if (!command) {
        if (words.contains("--help"_L1))
            return Parsed { {}, overviewHelp(commands) };
        return usage(u"There is no command \"%1\". See iwdctl --help."_s.arg(words.constFirst().startsWith(u'-') ? words.constFirst() : words.mid(0, 2).join(u' ')));
    }

    CommandLine line;
    line.command = command->name;
    QStringList rest = words.mid(command->name.split(u' ').size());
    while (!rest.isEmpty()) {
        const QString word = rest.takeFirst();
        if (word == "-h"_L1 || word == "--help"_L1)
            return Parsed { {}, commandHelp(*command) };
        if (word.startsWith("--"_L1)) {
            if (const auto taken = takeOption(*command, word, rest, line); !taken)
                return taken.error();
        } else {
            line.arguments.append(word);
        }
    }
    if (const auto fine = checkArguments(*command, line); !fine)
        return fine.error();
    const QString output = line.value(u"output"_s, u"table"_s);
    if (output != "table"_L1 && output != "json"_L1)
        return usage(u"--output is \"table\" or \"json\", not \"%1\"."_s.arg(output));
    return Parsed { line, {} };
}

QString overviewHelp(const std::vector<CommandSpec> &commands)
{
    QString text = u"iwdctl - works with an iwd-server through its port 4024.\n\nUsage: iwdctl COMMAND [OPTIONS]\n\n"_s;
    for (const auto &command : commands)
        text += helpLine(commandUsage(command), command.summary);
    text += u"\nOptions of every command:\n"_s + optionLines(commonOptions());
    text += u"\nEnvironment:\n"_s + noteLines(environmentNotes());
    text += u"\nExit codes:\n"_s + noteLines(exitCodeNotes());
    text += u'\n' + wrapped(connectionText());
    return text;
}

QString commandHelp(const CommandSpec &command)
{
    QString text = u"Usage: iwdctl %1 [OPTIONS]\n\n%2\n\n"_s.arg(commandUsage(command), command.summary);
    if (!command.options.empty())
        text += u"Options:\n"_s + optionLines(command.options) + u'\n';
    return text + u"Options of every command:\n"_s + optionLines(commonOptions());
}

Result<milliseconds> durationFromText(const QString &text)
{
    static const std::map<QChar, qint64> units { { u's', 1'000 }, { u'm', 60'000 }, { u'h', 3'600'000 }, { u'd', 86'400'000 } };
    QString number = text.trimmed();
    qint64 unit = 1'000;
    if (!number.isEmpty() && units.contains(number.back())) {
        unit = units.at(number.back());
        number.chop(1);
    }
    bool ok = false;
    const double amount = number.toDouble(&ok);
    if (!ok || amount <= 0 || amount > 1'000'000)
        return usage(u"\"%1\" is no duration: write for example 90s, 5m, 1h or 2d."_s.arg(text));
    return milliseconds(static_cast<qint64>(amount * static_cast<double>(unit)));
}

} // namespace iwd
