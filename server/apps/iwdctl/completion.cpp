// SPDX-License-Identifier: Apache-2.0
#include "completion.h"

using namespace Qt::StringLiterals;

namespace iwd {
namespace {

/// What can stand in one place of the command line.
enum class Kind { Anything, Choices, Files, Profiles };

Kind kindOf(QString placeholder)
{
    placeholder.remove(u'[').remove(u']');
    if (placeholder == "FILE"_L1)
        return Kind::Files;
    if (placeholder == "PROFILE"_L1)
        return Kind::Profiles;
    return choicesOf(placeholder).isEmpty() ? Kind::Anything : Kind::Choices;
}

/// In single quotes of a shell.
QString quoted(QString text)
{
    return u'\'' + text.replace(u'\'', u"'\\''"_s) + u'\'';
}

/// The words that may follow @p group, which is empty at the beginning.
QStringList wordsAfter(const std::vector<CommandSpec> &commands, const QString &group)
{
    QStringList words;
    for (const CommandSpec &command : commands) {
        const QStringList name = command.name.split(u' ');
        const QString word = group.isEmpty() ? name.constFirst() : name.value(1);
        const bool fits = group.isEmpty() || name.constFirst() == group;
        if (fits && !word.isEmpty() && !words.contains(word))
            words.append(word);
    }
    return words;
}

QStringList groupsOf(const std::vector<CommandSpec> &commands)
{
    QStringList groups;
    for (const CommandSpec &command : commands) {
        if (command.name.contains(u' ') && !groups.contains(command.name.section(u' ', 0, 0)))
            groups.append(command.name.section(u' ', 0, 0));
    }
    return groups;
}

std::vector<OptionSpec> optionsOf(const CommandSpec &command)
{
    std::vector<OptionSpec> options = command.options;
    options.insert(options.end(), commonOptions().begin(), commonOptions().end());
    return options;
}

/// All options that take a value, to find out which words are values.
QStringList valueOptions(const std::vector<CommandSpec> &commands)
{
    QStringList names;
    for (const CommandSpec &command : commands) {
        for (const OptionSpec &option : optionsOf(command)) {
            const QString name = u"--"_s + option.name;
            if (!option.value.isEmpty() && !names.contains(name))
                names.append(name);
        }
    }
    return names;
}

/// What bash does about a place of one kind. The script defines the functions.
QString action(const QString &placeholder)
{
    switch (kindOf(placeholder)) {
    case Kind::Choices:
        return u"_iwdctl_words "_s + quoted(choicesOf(placeholder).join(u' '));
    case Kind::Files:
        return u"_iwdctl_files"_s;
    case Kind::Profiles:
        return u"_iwdctl_words \"$(iwdctl profiles --names 2>/dev/null)\""_s;
    case Kind::Anything:
        return u":"_s;
    }
    Q_UNREACHABLE();
}

/// Branches of a case on "COMMAND:OPTION": which values it may have.
QString valueBranches(const std::vector<CommandSpec> &commands)
{
    QString text;
    const auto branch = [&text](const QString &pattern, const OptionSpec &option) {
        if (!option.value.isEmpty())
            text += u"        %1--%2) %3; return ;;\n"_s.arg(pattern, option.name, action(option.value));
    };
    for (const CommandSpec &command : commands) {
        for (const OptionSpec &option : command.options)
            branch(quoted(command.name + u':'), option);
    }
    for (const OptionSpec &option : commonOptions())
        branch(u"*:"_s, option);
    return text;
}

/// Branches of a case on "COMMAND:NUMBER": which arguments it may have.
QString argumentBranches(const std::vector<CommandSpec> &commands)
{
    QString text;
    for (const CommandSpec &command : commands) {
        for (int index = 0; index < command.arguments.size(); ++index) {
            if (kindOf(command.arguments.at(index)) != Kind::Anything)
                text += u"        %1) %2 ;;\n"_s.arg(quoted(u"%1:%2"_s.arg(command.name).arg(index)), action(command.arguments.at(index)));
        }
    }
    return text;
}

/// How bash finds out which command is typed, which option waits for a value, and how many arguments there are.
QString finderScript(const std::vector<CommandSpec> &commands)
{
    QStringList names;
    for (const CommandSpec &command : commands)
        names.append(quoted(command.name));
    return uR"(
    local command= option= word index arguments=0
    for ((index = 1; index < at; ++index)); do
        word=${typed[index]}
        if [[ $word == = ]]; then
            continue
        elif [[ -n $option ]]; then
            option=
        elif [[ $word == --*=* ]]; then
            continue
        elif [[ $word == --* ]]; then
            case $word in
            %1) option=$word ;;
            esac
        else
            case "${command:+$command }$word" in
            %2) command="${command:+$command }$word" ;;
            *) ((++arguments)) ;;
            esac
        fi
    done
)"_s.arg(valueOptions(commands).join(u'|'), (names + groupsOf(commands)).join(u'|'));
}

} // namespace

QString bashCompletion(const std::vector<CommandSpec> &commands)
{
    QString text = u"# Completes iwdctl in bash. Made by: iwdctl completion bash\n"
                    "_iwdctl_words() { COMPREPLY+=($(compgen -W \"$1\" -- \"$current\")); }\n"
                    "_iwdctl_files() { local IFS=$'\\n'; compopt -o filenames 2>/dev/null; COMPREPLY+=($(compgen -f -- \"$current\")); }\n"
                    "_iwdctl() {\n"
                    "    local -a typed=(\"${COMP_WORDS[@]}\")\n"
                    "    local at=$COMP_CWORD current=${COMP_WORDS[COMP_CWORD]}\n"
                    "    COMPREPLY=()\n"
                    "    [[ $current == = ]] && current= # bash takes --output=json for three words\n"_s;
    text += finderScript(commands);
    text += u"    case \"$command:$option\" in\n"_s + valueBranches(commands) + u"    esac\n"_s;
    text += u"    if [[ $current == -* ]]; then\n        case $command in\n"_s;
    for (const CommandSpec &command : commands) {
        QStringList names;
        for (const OptionSpec &option : optionsOf(command))
            names.append(u"--"_s + option.name);
        text += u"        %1) _iwdctl_words %2 ;;\n"_s.arg(quoted(command.name), quoted(names.join(u' ')));
    }
    text += u"        '') _iwdctl_words --help ;;\n        esac\n        return\n    fi\n    case \"$command:$arguments\" in\n"_s;
    for (const QString &group : QStringList(QString()) + groupsOf(commands)) {
        text += u"        %1) _iwdctl_words %2 ;;\n"_s.arg(quoted(group + u":0"_s), quoted(wordsAfter(commands, group).join(u' ')));
    }
    return text + argumentBranches(commands) + u"    esac\n}\ncomplete -F _iwdctl iwdctl\n"_s;
}

} // namespace iwd
