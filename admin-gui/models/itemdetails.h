// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session.h"

#include <QJsonArray>

#include <optional>

namespace iwd {

/// One item with all that is known of it: its fields, its history, and where it stands and why. Follows whichever item it is told to show; answers about earlier ones are dropped.
class ItemDetails : public QObject
{
    Q_OBJECT
public:
    /// @p session must outlive this
    explicit ItemDetails(Session &session, QObject *parent = nullptr);

    /// @param id empty: none
    void show(const QString &id);
    /// Reads it again; what is known stays until then.
    void refresh();

    [[nodiscard]] const QString &id() const { return m_id; }
    [[nodiscard]] const QJsonObject &item() const { return m_item; } ///< empty: not read yet
    [[nodiscard]] const QJsonArray &events() const { return m_events; } ///< oldest first; the newest MostEvents
    [[nodiscard]] const QJsonObject &explanation() const { return m_explanation; }
    [[nodiscard]] const std::optional<Error> &error() const { return m_error; }

    static constexpr int MostEvents = 500;

Q_SIGNALS:
    void changed();

private:
    QCoro::Task<> read();

    Session &m_session;
    QString m_id;
    QJsonObject m_item;
    QJsonArray m_events;
    QJsonObject m_explanation;
    std::optional<Error> m_error;
    quint64 m_generation = 0;
};

} // namespace iwd
