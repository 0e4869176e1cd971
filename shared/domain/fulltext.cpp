// SPDX-License-Identifier: Apache-2.0
#include "fulltext.h"

#include "textorder.h"

#include <algorithm>

namespace iwd {

namespace {

/// Scripts whose words are not divided by blanks: there each character counts as a word, and what follows one another is found as a phrase.
bool standsAlone(char32_t codePoint)
{
    switch (QChar::script(codePoint)) {
    case QChar::Script_Han:
    case QChar::Script_Hiragana:
    case QChar::Script_Katakana:
    case QChar::Script_Thai:
    case QChar::Script_Lao:
    case QChar::Script_Khmer:
    case QChar::Script_Myanmar:
        return true;
    default:
        return false;
    }
}

bool isAscii(QStringView text)
{
    return std::all_of(text.begin(), text.end(), [](QChar c) { return c.unicode() < 0x80; });
}

/// How many ASCII letters and digits @p text begins with.
qsizetype plainRun(QStringView text)
{
    const auto isPlain = [](QChar c) {
        const char16_t unit = c.unicode();
        return (unit >= u'a' && unit <= u'z') || (unit >= u'A' && unit <= u'Z') || (unit >= u'0' && unit <= u'9');
    };
    return std::find_if_not(text.begin(), text.end(), isPlain) - text.begin();
}

/// Appends ASCII letters and digits in lower case.
void appendLowered(QString &word, QStringView plain)
{
    const qsizetype before = word.size();
    word.resize(before + plain.size());
    std::transform(plain.begin(), plain.end(), word.begin() + before, [](QChar c) { return QChar(c.unicode() >= u'A' && c.unicode() <= u'Z' ? char16_t(c.unicode() + 32) : c.unicode()); });
}

bool partMatches(const TextQuery::Part &part, const QStringList &words)
{
    const auto length = part.words.size();
    for (qsizetype start = 0; start + length <= words.size(); ++start) {
        bool holds = true;
        for (qsizetype i = 0; holds && i < length; ++i) {
            const bool begins = part.prefix && i == length - 1;
            holds = begins ? words[start + i].startsWith(part.words[i]) : words[start + i] == part.words[i];
        }
        if (holds)
            return true;
    }
    return false;
}

Error unusable(const QString &expected, const QString &text)
{
    Error error = invalidField(QStringLiteral("text"), expected);
    error.text = text;
    return error;
}

} // namespace

QStringList wordsOf(QStringView text)
{
    QStringList words;
    QString word;
    const auto end = [&] {
        if (!word.isEmpty())
            words.append(std::exchange(word, {}));
    };
    QString spelled;
    if (!isAscii(text)) {
        spelled = text.toString().normalized(QString::NormalizationForm_KD);
        text = spelled;
    }
    while (!text.isEmpty()) {
        // Most texts are of these letters only, and every item's text comes through here.
        if (const qsizetype run = plainRun(text); run > 0) {
            appendLowered(word, text.first(run));
            text = text.sliced(run);
            continue;
        }
        const char32_t codePoint = takeCodePoint(text);
        if (QChar::isLetterOrNumber(codePoint)) {
            if (standsAlone(codePoint)) {
                end();
                words.append(QString::fromUcs4(&codePoint, 1));
            } else {
                word += caseFolded(QString::fromUcs4(&codePoint, 1));
            }
        } else if (!QChar::isMark(codePoint)) {
            end();
        }
    }
    end();
    return words;
}

Result<TextQuery> TextQuery::parse(const QString &text)
{
    if (text.size() > MaxLength)
        return unusable(QStringLiteral("at most %1 characters").arg(MaxLength),
            QStringLiteral("The text to look for has %1 characters; at most %2 are allowed.").arg(text.size()).arg(MaxLength));
    TextQuery query;
    // Quotes divide: every second piece is a phrase. A last quote that is not closed makes a phrase to the end.
    const QStringList pieces = text.split(u'"');
    for (qsizetype i = 0; i < pieces.size(); ++i) {
        const bool quoted = i % 2 == 1;
        const QStringList chunks = quoted ? QStringList { pieces[i] } : pieces[i].simplified().split(u' ', Qt::SkipEmptyParts);
        for (const QString &chunk : chunks) {
            Part part { wordsOf(chunk), !quoted && chunk.endsWith(u'*') };
            if (part.words.isEmpty())
                continue;
            if (part.prefix && part.words.last().size() < LeastPrefix)
                return unusable(QStringLiteral("at least %1 characters before *").arg(LeastPrefix),
                    QStringLiteral("\"%1\" would find nearly everything: write at least %2 characters before the star.").arg(chunk).arg(LeastPrefix));
            query.m_parts.push_back(std::move(part));
        }
    }
    if (query.isEmpty())
        return unusable(QStringLiteral("at least one word"), QStringLiteral("The text to look for holds no word: write letters or digits."));
    if (query.m_parts.size() > MaxParts)
        return unusable(QStringLiteral("at most %1 words and phrases").arg(MaxParts), QStringLiteral("Look for at most %1 words and phrases at once.").arg(MaxParts));
    return query;
}

bool TextQuery::matches(const std::vector<QStringList> &texts) const
{
    return std::all_of(m_parts.begin(), m_parts.end(), [&](const Part &part) {
        return std::any_of(texts.begin(), texts.end(), [&](const QStringList &words) { return partMatches(part, words); });
    });
}

} // namespace iwd
