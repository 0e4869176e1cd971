// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <actions/itemactions.h>

#include <QFrame>
#include <QTimer>

class QLabel;
class QProgressBar;
class QPushButton;

namespace iwd {

/// Tells at the bottom of the window what is being done, how far it is, and what has come of it, with a way to stop it and to take it back. Never in the way: it goes by itself.
class Toast : public QFrame
{
    Q_OBJECT
public:
    /// @param place over which it lies
    explicit Toast(QWidget *place);

    /// Follows @p task to its end. One that was followed before goes on unseen.
    /// @param what for example "Hold 12 items"
    void follow(const std::shared_ptr<ItemTask> &task, const QString &what);
    void say(const QString &text);

Q_SIGNALS:
    void undoWanted(std::shared_ptr<iwd::ItemTask> task);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void showTask();
    void appear(milliseconds time);
    void place();

    QLabel *m_text;
    QProgressBar *m_progress;
    QPushButton *m_button;
    QTimer m_goAway;
    std::shared_ptr<ItemTask> m_task;
    QString m_what;
};

} // namespace iwd
