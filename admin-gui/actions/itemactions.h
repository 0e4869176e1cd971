// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <domain/statusmachine.h>
#include <models/session.h>

#include <QStringList>

namespace iwd {

/// One thing that is done, or was done, to some items. Goes on by itself; whoever holds it can follow it, stop it and take it back.
class ItemTask : public QObject
{
    Q_OBJECT
public:
    enum class State { Running, Ended, Stopped, Failed };

    [[nodiscard]] ItemOperation operation() const { return m_operation; }
    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] int total() const { return m_total; }
    [[nodiscard]] int done() const { return m_done; }
    [[nodiscard]] int skipped() const { return m_skipped; } ///< they could not take it in the status they had
    [[nodiscard]] const std::optional<Error> &error() const { return m_error; } ///< of Failed
    [[nodiscard]] bool canUndo() const;
    [[nodiscard]] bool isUndo() const { return m_isUndo; }
    /// Those that are begun are finished.
    void stop();
    [[nodiscard]] bool isStopping() const { return m_state == State::Running && m_stopWanted; }

Q_SIGNALS:
    void progressed();
    void ended(); ///< once

private:
    friend class ItemActions;
    ItemTask(ItemOperation operation, QStringList items);
    void end(State state, std::optional<Error> error = {});

    const ItemOperation m_operation;
    const QStringList m_items;
    QString m_job; ///< of the server; empty: it was one item
    State m_state = State::Running;
    int m_total = 0;
    int m_done = 0;
    int m_skipped = 0;
    bool m_undoable = false;
    bool m_isUndo = false;
    bool m_stopWanted = false;
    std::optional<Error> m_error;
};

/// What people do with items. One item is changed at once; several by a job of the server, which outlives this program. On one thread with an event loop.
class ItemActions : public QObject
{
    Q_OBJECT
public:
    static constexpr int MostItems = 10'000; ///< of one task

    /// @p session must outlive this
    explicit ItemActions(Session &session, QObject *parent = nullptr);

    /// Whether the person may do it at all, to as many items.
    [[nodiscard]] bool may(ItemOperation operation, int items) const;
    /// How many of those with these statuses can take it.
    [[nodiscard]] static int fitting(ItemOperation operation, const QStringList &statuses);

    /// @param parameters as of the API, such as "reason"
    std::shared_ptr<ItemTask> start(ItemOperation operation, const QStringList &items, const QJsonObject &parameters);
    /// The opposite to all that @p task has done, except what anybody has changed since. @p task has to be one that canUndo().
    std::shared_ptr<ItemTask> undo(const ItemTask &task);

private:
    QCoro::Task<> carryOut(std::shared_ptr<ItemTask> task, QJsonObject parameters);
    QCoro::Task<> carryOutOne(std::shared_ptr<ItemTask> task, QJsonObject parameters);
    QCoro::Task<> carryOutJob(std::shared_ptr<ItemTask> task, QJsonObject parameters);
    QCoro::Task<> undoJob(std::shared_ptr<ItemTask> task, QString job);
    QCoro::Task<> follow(std::shared_ptr<ItemTask> task, QJsonObject job);
    void fail(ItemTask &task, const Error &error);

    Session &m_session;
};

/// What undoes it, of one item; nothing: that cannot be undone.
[[nodiscard]] std::optional<ItemOperation> opposite(ItemOperation operation);

} // namespace iwd
