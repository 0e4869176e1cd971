// SPDX-License-Identifier: Apache-2.0
#include "yamlfromjson.h"

#include "jsonfromyaml.h"

#include <QJsonArray>
#include <QLocale>

#include <yaml-cpp/yaml.h>

#include <algorithm>

namespace iwd {
namespace {

/// Whether @p text needs no quotes: nothing in it means anything to YAML, neither in a block nor in [a, b], and it is not read as a number or the like.
bool isPlain(const QString &text)
{
    const auto isHarmless = [](QChar character) { return character.isLetterOrNumber() || QStringLiteral("_-./ ").contains(character); };
    const bool looksPlain = !text.isEmpty() && (text.front().isLetterOrNumber() || text.front() == u'/') && !text.back().isSpace() && std::all_of(text.begin(), text.end(), isHarmless);
    if (!looksPlain)
        return false;
    const auto read = jsonFromYaml(text.toUtf8());
    return read && read->startsWith('"');
}

bool isScalar(const QJsonValue &value)
{
    return !value.isArray() && !value.isObject();
}

bool holdsOnlyScalars(const QJsonValue &value)
{
    if (value.isArray()) {
        const QJsonArray array = value.toArray();
        return std::all_of(array.begin(), array.end(), isScalar);
    }
    const QJsonObject object = value.toObject();
    return std::all_of(object.begin(), object.end(), isScalar);
}

class Writer
{
public:
    explicit Writer(const QStringList &first)
        : m_first(first)
    {
    }

    void write(const QJsonValue &value)
    {
        if (value.isObject())
            writeObject(value.toObject());
        else if (value.isArray())
            writeArray(value.toArray());
        else
            writeScalar(value);
    }
    [[nodiscard]] QByteArray text() const { return QByteArray(m_out.c_str(), static_cast<qsizetype>(m_out.size())) + '\n'; }

private:
    void writeText(const QString &text)
    {
        if (!isPlain(text))
            m_out << YAML::DoubleQuoted;
        m_out << text.toStdString();
    }

    void writeScalar(const QJsonValue &value)
    {
        if (value.isString())
            writeText(value.toString());
        else if (value.isBool())
            m_out << value.toBool();
        else if (value.isDouble())
            m_out << number(value).toStdString();
        else
            m_out << YAML::Null;
    }

    static QString number(const QJsonValue &value)
    {
        const qint64 whole = value.toInteger(std::numeric_limits<qint64>::min());
        return whole != std::numeric_limits<qint64>::min() ? QString::number(whole) : QString::number(value.toDouble(), 'g', QLocale::FloatingPointShortest);
    }

    QStringList inOrder(QStringList names) const
    {
        std::stable_sort(names.begin(), names.end(), [this](const QString &left, const QString &right) { return rank(left) < rank(right); });
        return names;
    }
    qsizetype rank(const QString &name) const
    {
        const qsizetype place = m_first.indexOf(name);
        return place < 0 ? m_first.size() : place;
    }

    void writeObject(const QJsonObject &object)
    {
        if (object.isEmpty())
            m_out << YAML::Flow;
        m_out << YAML::BeginMap;
        for (const QString &name : inOrder(object.keys())) {
            m_out << YAML::Key;
            writeText(name);
            m_out << YAML::Value;
            write(object.value(name));
        }
        m_out << YAML::EndMap;
    }

    void writeArray(const QJsonArray &array)
    {
        if (holdsOnlyScalars(array))
            m_out << YAML::Flow;
        m_out << YAML::BeginSeq;
        for (const QJsonValue &value : array) {
            if (value.isObject() && holdsOnlyScalars(value))
                m_out << YAML::Flow;
            write(value);
        }
        m_out << YAML::EndSeq;
    }

    YAML::Emitter m_out;
    QStringList m_first;
};

} // namespace

QByteArray yamlFromJson(const QJsonObject &object, const QStringList &first)
{
    Writer writer(first);
    writer.write(object);
    return writer.text();
}

} // namespace iwd
