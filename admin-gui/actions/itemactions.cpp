// SPDX-License-Identifier: Apache-2.0
#include "itemactions.h"

#include <QJsonArray>
#include <QPointer>

#include <qcoro/qcorotimer.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace iwd {

namespace {

constexpr milliseconds betweenLooks { 250 };

bool isOver(const QString &state)
{
    return state == "finished"_L1 || state == "canceled"_L1 || state == "failed"_L1;
}

} // namespace

std::optional<ItemOperation> opposite(ItemOperation operation)
{
    switch (operation) {
    case ItemOperation::Hold:
        return ItemOperation::Resume;
    case ItemOperation::Resume:
        return ItemOperation::Hold;
    default:
        return std::nullopt;
    }
}

ItemTask::ItemTask(ItemOperation operation, QStringList items)
    : m_operation(operation)
    , m_items(std::move(items))
    , m_total(int(m_items.size()))
{
}

bool ItemTask::canUndo() const
{
    return m_state != State::Running && m_undoable && m_done > 0;
}

void ItemTask::stop()
{
    m_stopWanted = true;
}

void ItemTask::end(State state, std::optional<Error> error)
{
    m_state = state;
    m_error = std::move(error);
    Q_EMIT ended();
}

ItemActions::ItemActions(Session &session, QObject *parent)
    : QObject(parent)
    , m_session(session)
{
}

bool ItemActions::may(ItemOperation operation, int items) const
{
    return m_session.may(privilegeFor(operation)) && (items == 1 || (items <= MostItems && m_session.may(Privilege::WorkitemsBulk)));
}

int ItemActions::fitting(ItemOperation operation, const QStringList &statuses)
{
    return int(std::count_if(statuses.begin(), statuses.end(), [operation](const QString &name) {
        const auto status = statusFromName(name);
        return status && isAllowed(operation, *status);
    }));
}

std::shared_ptr<ItemTask> ItemActions::start(ItemOperation operation, const QStringList &items, const QJsonObject &parameters)
{
    const auto task = std::shared_ptr<ItemTask>(new ItemTask(operation, items));
    carryOut(task, parameters);
    return task;
}

std::shared_ptr<ItemTask> ItemActions::undo(const ItemTask &task)
{
    const auto undoing = std::shared_ptr<ItemTask>(new ItemTask(opposite(task.operation()).value_or(task.operation()), task.m_items));
    undoing->m_isUndo = true;
    undoing->m_total = task.done();
    if (task.m_job.isEmpty())
        carryOut(undoing, {});
    else
        undoJob(undoing, task.m_job);
    return undoing;
}

QCoro::Task<> ItemActions::carryOut(std::shared_ptr<ItemTask> task, QJsonObject parameters)
{
    if (task->m_items.size() == 1)
        co_await carryOutOne(task, parameters);
    else
        co_await carryOutJob(task, parameters);
}

QCoro::Task<> ItemActions::carryOutOne(std::shared_ptr<ItemTask> task, QJsonObject parameters)
{
    const QPointer<ItemActions> self(this);
    const QString path = u"/items/%1/%2"_s.arg(pathSegment(task->m_items.first()), operationName(task->operation()));
    const auto answer = co_await m_session.client().post(path, parameters);
    if (!self)
        co_return;
    if (!answer) {
        fail(*task, answer.error());
        co_return;
    }
    task->m_done = 1;
    task->m_undoable = !task->isUndo() && opposite(task->operation()).has_value();
    task->end(ItemTask::State::Ended);
}

QCoro::Task<> ItemActions::carryOutJob(std::shared_ptr<ItemTask> task, QJsonObject parameters)
{
    const QPointer<ItemActions> self(this);
    QJsonObject request { { u"action"_s, operationName(task->operation()) }, { u"items"_s, QJsonArray::fromStringList(task->m_items) } };
    if (!parameters.isEmpty())
        request.insert(u"parameters"_s, parameters);
    const auto preview = co_await m_session.client().post(u"/items/bulk"_s, request);
    if (!self)
        co_return;
    if (!preview) {
        fail(*task, preview.error());
        co_return;
    }
    if (task->m_stopWanted) {
        task->end(ItemTask::State::Stopped);
        co_return;
    }
    request.insert(u"confirmationToken"_s, preview->value("confirmationToken"_L1));
    const auto job = co_await m_session.client().post(u"/items/bulk"_s, request);
    if (!self)
        co_return;
    if (!job) {
        fail(*task, job.error());
        co_return;
    }
    co_await follow(task, *job);
}

QCoro::Task<> ItemActions::undoJob(std::shared_ptr<ItemTask> task, QString job)
{
    const QPointer<ItemActions> self(this);
    const auto undoing = co_await m_session.client().post(u"/jobs/%1/undo"_s.arg(pathSegment(job)));
    if (!self)
        co_return;
    if (!undoing) {
        fail(*task, undoing.error());
        co_return;
    }
    co_await follow(task, *undoing);
}

/// An outage in between is no failure: the job goes on at the server, and is looked at again.
QCoro::Task<> ItemActions::follow(std::shared_ptr<ItemTask> task, QJsonObject job)
{
    const QPointer<ItemActions> self(this);
    task->m_job = job["id"_L1].toString();
    const QString path = u"/jobs/"_s + pathSegment(task->m_job);
    bool isStopping = false;
    for (;;) {
        task->m_total = job["total"_L1].toInt();
        task->m_done = job["done"_L1].toInt();
        task->m_skipped = job["skipped"_L1].toInt() + job["failed"_L1].toInt();
        task->m_undoable = job["undoable"_L1].toBool() && !task->isUndo();
        Q_EMIT task->progressed();
        const QString state = job["state"_L1].toString();
        if (isOver(state)) {
            if (state == "failed"_L1)
                task->end(ItemTask::State::Failed, Error { ErrorCode::Internal, job["error"_L1].toString(), {}, {} });
            else
                task->end(state == "canceled"_L1 ? ItemTask::State::Stopped : ItemTask::State::Ended);
            co_return;
        }
        co_await QCoro::sleepFor(betweenLooks);
        if (!self)
            co_return;
        if (task->m_stopWanted && !isStopping) {
            isStopping = true;
            const auto stopped = co_await m_session.client().post(path + u"/cancel"_s);
            if (!self)
                co_return;
            isStopping = stopped.ok() || !isOutage(stopped.error());
        }
        const auto next = co_await m_session.client().get(path);
        if (!self)
            co_return;
        if (next) {
            job = *next;
        } else if (isOutage(next.error())) {
            m_session.note(next.error());
        } else {
            fail(*task, next.error());
            co_return;
        }
    }
}

void ItemActions::fail(ItemTask &task, const Error &error)
{
    m_session.note(error);
    task.end(ItemTask::State::Failed, error);
}

} // namespace iwd
