// SPDX-License-Identifier: Apache-2.0
#include "explanationtext.h"

#include "itemcolumns.h"

#include <QDateTime>
#include <QJsonDocument>
#include <QLocale>

using namespace Qt::StringLiterals;

namespace iwd {

namespace {

class Words
{
    Q_DECLARE_TR_FUNCTIONS(iwd::Explanation)
public:
    static QString html(const QJsonObject &explanation)
    {
        return priority(explanation["priority"_L1].toObject()) + position(explanation["inQueue"_L1].toObject(), tr("In its queue"))
            + position(explanation["overall"_L1].toObject(), tr("In the Universal Queue")) + steps(explanation["steps"_L1].toArray()) + obstacles(explanation["notAssigned"_L1].toArray())
            + prospects(explanation["prospects"_L1].toArray(), explanation["prospectCount"_L1].toInt());
    }

    static QString history(const QJsonArray &events)
    {
        QString html;
        for (qsizetype i = events.size() - 1; i >= 0; --i)
            html += event(events[i].toObject());
        return html;
    }

private:
    static QString text(const QJsonValue &value) { return value.toVariant().toString().toHtmlEscaped(); }
    static QString instant(const QJsonValue &value)
    {
        const QDateTime time = QDateTime::fromString(value.toString(), Qt::ISODateWithMs).toLocalTime();
        return QLocale().toString(time, QLocale::ShortFormat).toHtmlEscaped();
    }
    static QString heading(const QString &words) { return u"<h4>"_s + words.toHtmlEscaped() + u"</h4>"_s; }
    static QString row(const QString &left, const QString &right)
    {
        return u"<tr><td align=\"right\"><b>%1</b>&nbsp;&nbsp;</td><td>%2</td></tr>"_s.arg(left, right);
    }

    static QString priority(const QJsonObject &priority)
    {
        if (priority.isEmpty())
            return {};
        QString rows;
        for (const QJsonValue term : priority["terms"_L1].toArray())
            rows += row(text(term["value"_L1]), text(term["text"_L1]));
        QString html = heading(tr("Priority %1").arg(priority["value"_L1].toInt())) + u"<table>"_s + rows + u"</table>"_s;
        if (const QJsonObject next = priority["nextChange"_L1].toObject(); !next.isEmpty())
            html += u"<p>"_s + tr("Becomes %1 at %2.").arg(text(next["priority"_L1]), instant(next["atDateTime"_L1])) + u"</p>"_s;
        else
            html += u"<p>"_s + tr("It does not change by itself.") + u"</p>"_s;
        return html;
    }

    static QString position(const QJsonObject &position, const QString &where)
    {
        if (position.isEmpty())
            return {};
        const int ahead = position["ahead"_L1].toInt();
        const QString words = ahead == 0 ? tr("It is the next one.") : position["exact"_L1].toBool() ? tr("%n item(s) come before it.", nullptr, ahead) : tr("At least %n item(s) come before it.", nullptr, ahead);
        QStringList first;
        for (const QJsonValue item : position["first"_L1].toArray())
            first.append(tr("%1 (%2)").arg(text(item["item"_L1]), text(item["priority"_L1])));
        return heading(where) + u"<p>"_s + words + (first.isEmpty() ? QString() : QString(u"<br>"_s + tr("First: %1").arg(first.join(u", "_s)))) + u"</p>"_s;
    }

    static QString steps(const QJsonArray &steps)
    {
        QString rows;
        for (const QJsonValue step : steps)
            rows += row(instant(step["atDateTime"_L1]), text(step["text"_L1]));
        return rows.isEmpty() ? QString() : QString(heading(tr("What happens by itself")) + u"<table>"_s + rows + u"</table>"_s);
    }

    static QString list(const QJsonArray &obstacles)
    {
        QString items;
        for (const QJsonValue obstacle : obstacles)
            items += u"<li>"_s + text(obstacle["text"_L1]) + u"</li>"_s;
        return items.isEmpty() ? QString() : QString(u"<ul>"_s + items + u"</ul>"_s);
    }

    static QString obstacles(const QJsonArray &obstacles) { return obstacles.isEmpty() ? QString() : QString(heading(tr("Why nobody works on it")) + list(obstacles)); }

    static QString prospects(const QJsonArray &prospects, int count)
    {
        if (prospects.isEmpty())
            return {};
        QString html = heading(tr("Who could take it (%1)").arg(count));
        for (const QJsonValue agent : prospects) {
            QString when = tr("as things are, never");
            if (agent["couldTakeNow"_L1].toBool())
                when = tr("now");
            else if (agent["eligibleFromDateTime"_L1].isString())
                when = tr("not before %1").arg(instant(agent["eligibleFromDateTime"_L1]));
            html += u"<p><b>%1</b> – %2%3</p>"_s.arg(text(agent["name"_L1]), when, list(agent["obstacles"_L1].toArray()));
        }
        return html;
    }

    static QString fields(const QJsonObject &before, const QJsonObject &after)
    {
        QString rows;
        for (auto field = after.begin(); field != after.end(); ++field) {
            const QString was = shown(field.key(), before[field.key()]);
            rows += u"<br>&nbsp;&nbsp;%1: %2%3"_s.arg(field.key().toHtmlEscaped(), was.isEmpty() ? QString() : QString(u"<s>"_s + was + u"</s> → "_s), shown(field.key(), *field));
        }
        return rows;
    }

    static QString shown(const QString &field, const QJsonValue &value)
    {
        if (value.isObject() || value.isArray())
            return QString::fromUtf8(value.isObject() ? QJsonDocument(value.toObject()).toJson(QJsonDocument::Compact) : QJsonDocument(value.toArray()).toJson(QJsonDocument::Compact)).toHtmlEscaped();
        if (field.endsWith("DateTime"_L1) && value.isString())
            return instant(value);
        if (field == "status"_L1)
            return ItemColumns::statusText(value.toString()).toHtmlEscaped();
        return text(value);
    }

    static QString event(const QJsonObject &event)
    {
        const QString reason = text(event["reason"_L1]);
        return u"<p><b>%1</b> &nbsp;%2 &nbsp;<i>%3</i>%4%5</p>"_s.arg(instant(event["time"_L1]), text(event["type"_L1]), text(event["actor"_L1]["name"_L1]),
            reason.isEmpty() ? QString() : QString(u"<br>&nbsp;&nbsp;"_s + reason), fields(event["before"_L1].toObject(), event["after"_L1].toObject()));
    }
};

} // namespace

QString explanationHtml(const QJsonObject &explanation)
{
    return Words::html(explanation);
}

QString historyHtml(const QJsonArray &events)
{
    return Words::history(events);
}

} // namespace iwd
