// SPDX-License-Identifier: Apache-2.0
#include "configreader.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QRegularExpression>
#include <QSet>

#include <yaml-cpp/yaml.h>

#include <limits>
#include <numeric>
#include <optional>

namespace iwd {

namespace {

constexpr qint64 MaxFileBytes = 1024 * 1024;
constexpr qint64 MaxSecretBytes = 64 * 1024;
constexpr int MaxDepth = 8; ///< of sections; also ends an alias that contains itself
constexpr QLatin1StringView FileSuffix("File");

/// One value as a source gives it.
struct Given
{
    QString key;
    QString where;
    QString text;
};

/// How many characters have to be added, dropped or changed to make @p b of @p a (Levenshtein's distance by Wagner and Fischer's table).
int distance(const QString &a, const QString &b)
{
    QList<int> row(b.size() + 1);
    std::iota(row.begin(), row.end(), 0);
    for (int i = 0; i < a.size(); ++i) {
        int diagonal = std::exchange(row[0], i + 1);
        for (int j = 0; j < b.size(); ++j) {
            const bool same = a.at(i).toLower() == b.at(j).toLower();
            const int best = std::min({ diagonal + (same ? 0 : 1), row[j] + 1, row[j + 1] + 1 });
            diagonal = std::exchange(row[j + 1], best);
        }
    }
    return row.last();
}

QString quoted(const QString &text)
{
    return u'"' + text + u'"';
}

QString shortened(const QString &text)
{
    return text.size() <= 80 ? text : QString(text.left(80) + QChar(0x2026));
}

/// Reads a whole small file.
/// @returns the reason when that fails
std::variant<QByteArray, QString> contentOf(const QString &path, qint64 limit)
{
    QFile file(path);
    if (!file.open(QFile::ReadOnly))
        return file.errorString();
    const QByteArray content = file.read(limit + 1);
    if (file.error() != QFile::NoError)
        return file.errorString();
    if (content.size() > limit)
        return QStringLiteral("it is larger than %1 bytes").arg(limit);
    return content;
}

class Reader
{
public:
    Reader(const std::vector<ConfigKey> &keys, const ConfigSources &sources)
        : m_keys(keys)
        , m_sources(sources)
    {
    }

    ConfigReading read()
    {
        for (const ConfigKey &key : m_keys)
            m_reading.values.insert(key.name, { key.secret ? QString() : key.defaultText, QStringLiteral("default") });
        readFile();
        readEnvironment();
        readOptions();
        return std::move(m_reading);
    }

private:
    void readFile();
    void flatten(const YAML::Node &node, const QString &path, int depth);
    void flattenEntry(const YAML::Node &name, const YAML::Node &value, const QString &path, int depth);
    void readEnvironment();
    void judgeUnknownVariable(const QString &variable);
    void readOptions();

    /// Hands one value to its key, or complains.
    void take(const Given &given);
    void takeSecretFile(const ConfigKey &key, const Given &given);
    void set(const ConfigKey &key, const Given &given);
    void complain(const QString &where, const QString &key, const QString &text) { m_reading.problems.append({ where, key, text }); }

    [[nodiscard]] const ConfigKey *find(const QString &name) const;
    [[nodiscard]] const ConfigKey *findSecretByFileKey(const QString &name) const;
    [[nodiscard]] QStringList keysBelow(const QString &section) const;
    [[nodiscard]] QString suggestion(const QString &name) const;
    [[nodiscard]] QStringList variables() const;

    const std::vector<ConfigKey> &m_keys;
    const ConfigSources &m_sources;
    ConfigReading m_reading;
    QMap<QString, QString> m_seenInFile; ///< key -> where
};

const ConfigKey *Reader::find(const QString &name) const
{
    const auto found = std::find_if(m_keys.begin(), m_keys.end(), [&name](const ConfigKey &key) { return key.name == name; });
    return found == m_keys.end() ? nullptr : &*found;
}

const ConfigKey *Reader::findSecretByFileKey(const QString &name) const
{
    const ConfigKey *key = name.endsWith(FileSuffix) ? find(name.chopped(FileSuffix.size())) : nullptr;
    return key != nullptr && key->secret ? key : nullptr;
}

QStringList Reader::keysBelow(const QString &section) const
{
    QStringList names;
    for (const ConfigKey &key : m_keys) {
        if (key.name.startsWith(section + u'.'))
            names << key.name;
    }
    return names;
}

/// A sentence that points from an unknown name to what was probably meant, or an empty one.
QString Reader::suggestion(const QString &name) const
{
    QStringList sameLastWord;
    QString closest;
    int closestDistance = std::numeric_limits<int>::max();
    for (const ConfigKey &key : m_keys) {
        if (key.name.section(u'.', -1) == name)
            sameLastWord << quoted(key.name);
        if (const int now = distance(name, key.name); now < closestDistance) {
            closestDistance = now;
            closest = key.name;
        }
    }
    if (!sameLastWord.isEmpty())
        return QStringLiteral(" Did you mean %1?").arg(sameLastWord.join(QStringLiteral(" or ")));
    const bool alike = closestDistance <= std::max<qsizetype>(2, name.size() / 3);
    return alike ? QStringLiteral(" Did you mean %1?").arg(quoted(closest))
                 : QStringLiteral(" The closest one there is: %1.").arg(quoted(closest));
}

QStringList Reader::variables() const
{
    QStringList names;
    for (const ConfigKey &key : m_keys) {
        names << environmentName(m_sources.environmentPrefix, key.name);
        if (key.secret)
            names << environmentName(m_sources.environmentPrefix, key.name + FileSuffix);
    }
    return names;
}

void Reader::readFile()
{
    if (m_sources.file.isEmpty())
        return;
    const auto content = contentOf(m_sources.file, MaxFileBytes);
    if (const QString *reason = std::get_if<QString>(&content)) {
        complain(m_sources.file, {}, QStringLiteral("The configuration file cannot be read: %1.").arg(*reason));
        return;
    }
    try {
        const std::vector<YAML::Node> documents = YAML::LoadAll(std::get<QByteArray>(content).toStdString());
        if (documents.size() > 1)
            complain(m_sources.file, {}, QStringLiteral("The file holds %1 YAML documents; expected one.").arg(documents.size()));
        else if (documents.size() == 1 && !documents.front().IsNull())
            flatten(documents.front(), {}, 0);
    } catch (const YAML::Exception &problem) {
        complain(problem.mark.is_null() ? m_sources.file : QStringLiteral("%1:%2").arg(m_sources.file).arg(problem.mark.line + 1), {},
            QStringLiteral("This is not YAML: %1. (A value that begins with [, {, *, & or @ needs quotes; indentation is made of blanks, "
                           "never of tabs.)")
                .arg(QString::fromStdString(problem.msg)));
    }
    for (const ConfigKey &key : m_keys) {
        const QString fileKey = key.name + FileSuffix;
        if (key.secret && m_seenInFile.contains(key.name) && m_seenInFile.contains(fileKey))
            complain(m_seenInFile.value(fileKey), fileKey,
                QStringLiteral("%1 is set as well, at %2. Keep one of them.").arg(quoted(key.name), m_seenInFile.value(key.name)));
    }
}

void Reader::flatten(const YAML::Node &node, const QString &path, int depth)
{
    const QString where = QStringLiteral("%1:%2").arg(m_sources.file).arg(node.Mark().line + 1);
    if (!node.IsMap() || depth >= MaxDepth) {
        complain(where, path, QStringLiteral("Expected keys with values, such as \"log:\" and below it \"  level: info\"."));
        return;
    }
    for (const auto &entry : node)
        flattenEntry(entry.first, entry.second, path, depth);
}

void Reader::flattenEntry(const YAML::Node &name, const YAML::Node &value, const QString &path, int depth)
{
    const QString where = QStringLiteral("%1:%2").arg(m_sources.file).arg(name.Mark().line + 1);
    if (!name.IsScalar()) {
        complain(where, path, QStringLiteral("The name of a key is expected to be a word."));
        return;
    }
    const QString word = QString::fromStdString(name.Scalar());
    const QString key = path.isEmpty() ? word : QString(path + u'.' + word);
    const QStringList below = keysBelow(key);
    if (value.IsMap()) {
        flatten(value, key, depth + 1);
    } else if (!below.isEmpty()) {
        // A section whose keys are all commented out is no mistake.
        if (!value.IsNull())
            complain(
                where, key, QStringLiteral("This is a section, not a value: expected %1 below it.").arg(below.join(QStringLiteral(", "))));
    } else if (m_seenInFile.contains(key)) {
        complain(where, key, QStringLiteral("The key was set before, at %1. Keep one of them.").arg(m_seenInFile.value(key)));
    } else {
        m_seenInFile.insert(key, where);
        const ConfigKey *known = find(key);
        if (value.IsScalar())
            take({ key, where, QString::fromStdString(value.Scalar()) });
        else if (known == nullptr)
            take({ key, where, {} });
        else
            complain(where, key,
                QStringLiteral("Expected %1, got %2.")
                    .arg(known->expected, value.IsNull() ? QStringLiteral("no value") : QStringLiteral("a list")));
    }
}

void Reader::readEnvironment()
{
    const auto valueOf = [this](const QString &variable) { return m_sources.environment.value(variable); };
    for (const ConfigKey &key : m_keys) {
        const QString variable = environmentName(m_sources.environmentPrefix, key.name);
        const QString fileVariable = environmentName(m_sources.environmentPrefix, key.name + FileSuffix);
        const bool both = key.secret && !valueOf(variable).isEmpty() && !valueOf(fileVariable).isEmpty();
        if (both)
            complain(QStringLiteral("environment variable ") + fileVariable, key.name,
                QStringLiteral("%1 is set as well. Keep one of them.").arg(variable));
        if (!valueOf(variable).isEmpty())
            take({ key.name, QStringLiteral("environment variable ") + variable, valueOf(variable) });
        else if (key.secret && !valueOf(fileVariable).isEmpty())
            take({ key.name + FileSuffix, QStringLiteral("environment variable ") + fileVariable, valueOf(fileVariable) });
    }
    const QStringList known = variables() + m_sources.otherVariables;
    for (auto variable = m_sources.environment.keyBegin(); variable != m_sources.environment.keyEnd(); ++variable) {
        if (variable->startsWith(m_sources.environmentPrefix) && !known.contains(*variable))
            judgeUnknownVariable(*variable);
    }
}

void Reader::judgeUnknownVariable(const QString &variable)
{
    // What Kubernetes sets in every container for each service of its namespace, which may well be called "iwd".
    static const QRegularExpression serviceLink(
        QStringLiteral("_(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT(_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$"));
    if (serviceLink.match(variable).hasMatch())
        return;
    for (const QString &known : variables()) {
        if (distance(variable, known) <= 2) {
            complain(QStringLiteral("environment variable ") + variable, {},
                QStringLiteral("There is no such variable. Did you mean %1?").arg(known));
            return;
        }
    }
    m_reading.remarks << QStringLiteral("The environment variable %1 is none of this program's and is ignored.").arg(variable);
}

void Reader::readOptions()
{
    for (const ConfigSources::Option &option : m_sources.options)
        take({ option.key, QStringLiteral("option ") + option.name, option.value });
}

void Reader::take(const Given &given)
{
    if (const ConfigKey *key = find(given.key))
        set(*key, given);
    else if (const ConfigKey *secret = findSecretByFileKey(given.key))
        takeSecretFile(*secret, given);
    else
        complain(given.where, given.key, QStringLiteral("There is no such key.") + suggestion(given.key));
}

void Reader::takeSecretFile(const ConfigKey &key, const Given &given)
{
    const auto content = contentOf(given.text, MaxSecretBytes);
    if (const QString *reason = std::get_if<QString>(&content)) {
        complain(given.where, given.key, QStringLiteral("The file %1 cannot be read: %2.").arg(quoted(given.text), *reason));
        return;
    }
    QString secret = QString::fromUtf8(std::get<QByteArray>(content));
    // Editors and "echo" end a file with a line feed that is no part of the secret.
    if (secret.endsWith(u'\n'))
        secret.chop(secret.endsWith(QLatin1StringView("\r\n")) ? 2 : 1);
    if (secret.isEmpty())
        complain(given.where, given.key, QStringLiteral("The file %1 is empty; expected %2 in it.").arg(quoted(given.text), key.expected));
    else
        set(key, { key.name, given.where, secret });
}

void Reader::set(const ConfigKey &key, const Given &given)
{
    if (key.set(given.text))
        m_reading.values.insert(key.name, { key.secret ? QString() : given.text, given.where });
    else if (key.secret)
        complain(given.where, key.name, QStringLiteral("Expected %1; the value that was given is not shown.").arg(key.expected));
    else
        complain(given.where, key.name, QStringLiteral("Expected %1, got %2.").arg(key.expected, quoted(shortened(given.text))));
}

/// Breaks @p text into comment lines behind @p indentation.
QString comment(const QString &text, const QString &indentation)
{
    constexpr qsizetype width = 100;
    QString result;
    QString line;
    for (const QString &word : text.split(u' ')) {
        if (!line.isEmpty() && line.size() + word.size() >= width) {
            result += indentation + QStringLiteral("# ") + line + u'\n';
            line.clear();
        }
        line += line.isEmpty() ? word : QString(u' ' + word);
    }
    return result + indentation + QStringLiteral("# ") + line + u'\n';
}

/// Writes the section lines that lead from @p open to @p sections.
QString openSections(QStringList &open, const QStringList &sections)
{
    QString result;
    qsizetype common = 0;
    while (common < std::min(open.size(), sections.size()) && open.at(common) == sections.at(common))
        ++common;
    for (qsizetype level = common; level < sections.size(); ++level)
        result += QString(level * 2, u' ') + sections.at(level) + QStringLiteral(":\n");
    open = sections;
    return result;
}

} // namespace

QString environmentName(const QString &prefix, const QString &key)
{
    QString name;
    for (const QChar each : key) {
        if (each.isUpper())
            name += u'_';
        name += each == u'.' ? QChar(u'_') : each.toUpper();
    }
    return prefix + name;
}

QString ConfigProblem::toText() const
{
    return where + QStringLiteral(": ") + (key.isEmpty() ? QString() : QString(key + QStringLiteral(": "))) + text;
}

ConfigReading readConfig(const std::vector<ConfigKey> &keys, const ConfigSources &sources)
{
    return Reader(keys, sources).read();
}

QString yamlScalar(const QString &text)
{
    static const QRegularExpression plain(QStringLiteral("^[A-Za-z0-9/][A-Za-z0-9/._-]*$"));
    if (plain.match(text).hasMatch())
        return text;
    // A JSON string is a YAML string.
    const QString json = QString::fromUtf8(QJsonDocument(QJsonArray { text }).toJson(QJsonDocument::Compact));
    return json.mid(1, json.size() - 2);
}

QString exampleConfig(const std::vector<ConfigKey> &keys, const QString &environmentPrefix, const QString &title)
{
    QString result = comment(title, {});
    QStringList open;
    for (const ConfigKey &key : keys) {
        const QStringList path = key.name.split(u'.');
        const QStringList sections = path.mid(0, path.size() - 1);
        const QString indentation(sections.size() * 2, u' ');
        result += u'\n' + openSections(open, sections)
            + comment(key.description + QStringLiteral(" Expected: ") + key.expected + u'.', indentation);
        result += indentation + QStringLiteral("# ") + environmentName(environmentPrefix, key.name)
            + (key.secret ? QString(QStringLiteral(" or ") + environmentName(environmentPrefix, key.name + FileSuffix)) : QString())
            + u'\n';
        result += indentation + u'#' + path.last() + QStringLiteral(": ") + yamlScalar(key.defaultText) + u'\n';
    }
    return result;
}

} // namespace iwd
