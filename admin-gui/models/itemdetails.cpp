// SPDX-License-Identifier: Apache-2.0
#include "itemdetails.h"

#include <QPointer>

using namespace Qt::StringLiterals;

namespace iwd {

ItemDetails::ItemDetails(Session &session, QObject *parent)
    : QObject(parent)
    , m_session(session)
{
}

void ItemDetails::show(const QString &id)
{
    if (id == m_id)
        return;
    m_id = id;
    m_item = {};
    m_events = {};
    m_explanation = {};
    m_error.reset();
    Q_EMIT changed();
    refresh();
}

void ItemDetails::refresh()
{
    ++m_generation;
    if (!m_id.isEmpty())
        read();
}

QCoro::Task<> ItemDetails::read()
{
    const QPointer<ItemDetails> self(this);
    const quint64 generation = m_generation;
    const QString path = u"/items/"_s + pathSegment(m_id);
    // All three at once: a pane that fills bit by bit is harder to read.
    auto asksItem = m_session.client().get(path);
    auto asksEvents = m_session.client().list(path + u"/history"_s, {}, MostEvents);
    auto asksExplanation = m_session.client().get(path + u"/explanation"_s);
    const auto item = co_await asksItem;
    const auto events = co_await asksEvents;
    const auto explanation = co_await asksExplanation;
    if (!self || generation != m_generation)
        co_return;
    if (item) {
        m_item = *item;
        m_events = events ? *events : QJsonArray();
        m_explanation = explanation ? *explanation : QJsonObject();
        m_error.reset();
    } else {
        m_error = item.error();
        m_session.note(item.error());
    }
    Q_EMIT changed();
}

} // namespace iwd
