// SPDX-License-Identifier: Apache-2.0
#include "manpage.h"

using namespace Qt::StringLiterals;

namespace iwd {
namespace {

/// Text as roff takes it: nothing in it is a request, and its dashes can be pasted into a shell.
QString roff(const QString &text)
{
    QString escaped;
    for (const QChar c : text) {
        if (c == u'\\')
            escaped += u"\\e"_s;
        else if (c == u'-')
            escaped += u"\\-"_s;
        else if (c == u'~')
            escaped += u"\\(ti"_s;
        else if (c == u'^')
            escaped += u"\\(ha"_s;
        else if (c == u'\'')
            escaped += u"\\(aq"_s;
        else if (c == u'"')
            escaped += u"\\(dq"_s;
        else if (c >= u'\x80')
            escaped += u"\\[u%1]"_s.arg(c.unicode(), 4, 16, QLatin1Char('0')).toUpper().replace(u"\\[U"_s, u"\\[u"_s);
        else
            escaped += c;
    }
    return escaped.startsWith(u'.') ? u"\\&"_s + escaped : escaped;
}

/// Words to type are bold, and those that stand for something are in italics.
QString usage(const QString &words)
{
    QStringList parts;
    for (const QString &word : words.split(u' ', Qt::SkipEmptyParts)) {
        const bool isTyped = word == word.toLower() && !word.contains(u'[') && !word.contains(u'|');
        parts.append((isTyped ? u"\\fB%1\\fR"_s : u"\\fI%1\\fR"_s).arg(roff(word)));
    }
    return parts.join(u' ');
}

QString entry(const QString &term, const QString &meaning)
{
    return u".TP\n%1\n%2\n"_s.arg(term, roff(meaning));
}

QString options(const std::vector<OptionSpec> &options)
{
    QString text;
    for (const OptionSpec &option : options)
        text += entry(usage(optionUsage(option)), option.help);
    return text;
}

QString notes(const std::vector<Note> &notes)
{
    QString text;
    for (const Note &note : notes)
        text += entry(u"\\fB%1\\fR"_s.arg(roff(note.name)), note.meaning);
    return text;
}

} // namespace

QString manualPage(const std::vector<CommandSpec> &commands)
{
    QString text = u".TH IWDCTL 1 \"\" IWD \"Intelligent Workload Distribution\"\n"
                    ".nh\n.ad l\n" // a hyphen inside of an option's name would look like a part of it
                    ".SH NAME\niwdctl \\- works with an iwd\\-server from the command line\n"
                    ".SH SYNOPSIS\n\\fBiwdctl\\fR \\fICOMMAND\\fR [\\fIOPTIONS\\fR]\n"
                    ".SH DESCRIPTION\n"_s;
    text += roff(u"A client of the server's port 4024. Words in lower case are typed as they are, those in capitals stand for something."_s) + u"\n.PP\n"_s;
    text += roff(connectionText()) + u"\n.SH COMMANDS\n"_s;
    for (const CommandSpec &command : commands) {
        text += u".SS %1\n%2\n"_s.arg(roff(commandUsage(command)), roff(command.summary));
        text += options(command.options);
    }
    text += u".SH OPTIONS\nEvery command has these.\n"_s + options(commonOptions());
    text += u".SH ENVIRONMENT\n"_s + notes(environmentNotes());
    text += u".SH FILES\n"_s + entry(u"\\fI~/.config/iwdctl/profiles\\fR"_s, u"The profiles of iwdctl login, as JSON, with their keys and tokens. It has to be for its owner alone."_s);
    text += u".SH EXIT STATUS\n"_s + notes(exitCodeNotes());
    return text;
}

} // namespace iwd
