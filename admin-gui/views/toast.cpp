// SPDX-License-Identifier: Apache-2.0
#include "toast.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>

using namespace Qt::StringLiterals;

namespace iwd {

namespace {

constexpr milliseconds briefly { 5'000 };
constexpr milliseconds longEnoughToUndo { 15'000 };
constexpr int margin = 16;

} // namespace

Toast::Toast(QWidget *place)
    : QFrame(place)
    , m_text(new QLabel)
    , m_progress(new QProgressBar)
    , m_button(new QPushButton)
{
    setFrameShape(QFrame::StyledPanel);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::ToolTipBase);
    auto *const row = new QHBoxLayout(this);
    row->setContentsMargins(margin, margin / 2, margin / 2, margin / 2);
    row->addWidget(m_text);
    row->addWidget(m_progress);
    row->addWidget(m_button);
    m_progress->setTextVisible(false);
    m_progress->setFixedWidth(120);
    m_goAway.setSingleShot(true);
    connect(&m_goAway, &QTimer::timeout, this, &QWidget::hide);
    connect(m_button, &QPushButton::clicked, this, [this] {
        if (m_task->state() == ItemTask::State::Running) {
            m_button->setEnabled(false);
            m_task->stop();
        } else {
            hide();
            Q_EMIT undoWanted(m_task);
        }
    });
    place->installEventFilter(this);
    hide();
}

void Toast::follow(const std::shared_ptr<ItemTask> &task, const QString &what)
{
    if (m_task)
        m_task->disconnect(this);
    m_task = task;
    m_what = what;
    connect(task.get(), &ItemTask::progressed, this, &Toast::showTask);
    connect(task.get(), &ItemTask::ended, this, &Toast::showTask);
    showTask();
}

void Toast::say(const QString &text)
{
    if (m_task)
        m_task->disconnect(this);
    m_task.reset();
    m_text->setText(text);
    m_progress->hide();
    m_button->hide();
    appear(briefly);
}

void Toast::showTask()
{
    const bool isRunning = m_task->state() == ItemTask::State::Running;
    QString text = m_what;
    if (m_task->state() == ItemTask::State::Failed)
        text = tr("%1: it did not work. %2").arg(m_what, m_task->error()->text);
    else if (m_task->state() == ItemTask::State::Stopped)
        text = tr("%1: stopped after %n item(s).", nullptr, m_task->done()).arg(m_what);
    else if (!isRunning && m_task->skipped() > 0)
        text = tr("%1: done with %2, not possible with %3.").arg(m_what).arg(m_task->done()).arg(m_task->skipped());
    else if (!isRunning)
        text = tr("%1: done.").arg(m_what);
    m_text->setText(text);
    m_progress->setVisible(isRunning && m_task->total() > 1);
    m_progress->setMaximum(m_task->total());
    m_progress->setValue(m_task->done() + m_task->skipped());
    m_button->setVisible((isRunning && m_task->total() > 1) || m_task->canUndo());
    m_button->setText(isRunning ? tr("Stop") : tr("Undo"));
    m_button->setEnabled(!m_task->isStopping());
    appear(isRunning ? milliseconds(0) : m_task->canUndo() || m_task->error() ? longEnoughToUndo : briefly);
}

/// @param time 0: until something else is said
void Toast::appear(milliseconds time)
{
    m_goAway.stop();
    if (time.count() > 0)
        m_goAway.start(time);
    place();
    show();
    raise();
}

void Toast::place()
{
    const QWidget *const under = parentWidget();
    m_text->setWordWrap(false);
    const int widest = under->width() - 2 * margin;
    if (sizeHint().width() > widest)
        m_text->setWordWrap(true);
    const QSize size(std::min(sizeHint().width(), widest), 0);
    const int height = hasHeightForWidth() ? heightForWidth(size.width()) : sizeHint().height();
    setGeometry((under->width() - size.width()) / 2, under->height() - height - margin, size.width(), height);
}

bool Toast::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == parentWidget() && event->type() == QEvent::Resize && isVisible())
        place();
    return QFrame::eventFilter(watched, event);
}

} // namespace iwd
