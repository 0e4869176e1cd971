// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fakehttpserver.h"

#include <QJsonArray>

#include <deque>
#include <map>

namespace iwd {

/// As much of an iwd-server as a client can see in a short play: items with their statuses, queues by the attribute
/// custom.assignmentGroup, agents with capacity, fencing tokens, events and figures. In memory and in order of arrival.
class FakeIwd : public QObject
{
    Q_OBJECT
public:
    explicit FakeIwd(QObject *parent = nullptr);

    [[nodiscard]] QUrl url() const { return m_http.url(); }
    [[nodiscard]] const std::map<QString, QJsonObject> &items() const { return m_items; } ///< by id
    [[nodiscard]] const std::map<QString, QJsonObject> &objects(const QString &collection) { return m_objects[collection]; } ///< by id
    [[nodiscard]] QStringList eventTypes(const QString &captureId) const;
    [[nodiscard]] int writes() const { return m_writes; }
    [[nodiscard]] const QList<FakeRequest> &requests() const { return m_http.requests(); }

    /// From now on @p path (its end) is refused as a server in trouble would.
    void breakPath(const QByteArray &path) { m_broken = path; }

private:
    struct Poll
    {
        quint64 connection;
        QString agent;
    };
    using Parts = QStringList;

    [[nodiscard]] FakeAnswer handle(const FakeRequest &request);
    [[nodiscard]] FakeAnswer handleItems(const FakeRequest &request, const Parts &parts);
    [[nodiscard]] FakeAnswer handleAgent(const FakeRequest &request, const Parts &parts);
    [[nodiscard]] FakeAnswer handleConfiguration(const FakeRequest &request, const Parts &parts);
    [[nodiscard]] FakeAnswer listItems(const QUrlQuery &query) const;
    [[nodiscard]] FakeAnswer createItem(const QJsonObject &input);
    [[nodiscard]] FakeAnswer act(QJsonObject &item, const QString &operation, const QJsonObject &body);
    [[nodiscard]] FakeAnswer events(const FakeRequest &request, qint64 after);
    [[nodiscard]] QJsonObject queueStats() const;
    [[nodiscard]] QJsonObject serverStats() const;
    [[nodiscard]] std::optional<QJsonObject> take(const QString &agent);
    [[nodiscard]] int load(const QString &agent) const;
    void enqueue(QJsonObject &item);
    void change(QJsonObject &item, const QString &type, const QString &status, const QString &reason = {});
    void wake();
    void giveUpPoll(quint64 connection);

    std::map<QString, QJsonObject> m_items;
    std::map<QString, QString> m_byCaptureId;
    std::map<QString, qint64> m_tokens; ///< of assigned items
    std::map<QString, std::map<QString, QJsonObject>> m_objects;
    QJsonArray m_events;
    std::deque<Poll> m_polls;
    std::deque<std::pair<quint64, qint64>> m_eventPolls;
    qint64 m_lastToken = 0;
    int m_writes = 0;
    bool m_waking = false;
    QByteArray m_broken;
    FakeHttpServer m_http;
};

} // namespace iwd
