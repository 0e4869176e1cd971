// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QApplication>
#include <QColor>
#include <QIcon>
#include <QObject>

namespace iwd {

/// How the program looks: Fusion with a light or a dark palette, and icons in the color of the text.
class Theme : public QObject
{
    Q_OBJECT
public:
    enum class Mode {
        System, ///< as the desktop's own palette was when the program started
        Light,
        Dark,
    };
    Q_ENUM(Mode)

    /// Takes over the style of @p app, which must outlive this.
    explicit Theme(QApplication &app);

    void setMode(Mode mode);
    [[nodiscard]] Mode mode() const { return m_mode; }
    [[nodiscard]] bool isDark() const;

    /// One of resources/icons, sharp at any size and scale.
    [[nodiscard]] QIcon icon(const QString &name) const;
    /// What a status is marked with.
    [[nodiscard]] QColor statusColor(const QString &status) const;
    [[nodiscard]] QColor warningBackground() const;
    [[nodiscard]] QColor glow() const; ///< behind a row that has just changed

Q_SIGNALS:
    void changed(); ///< icons and colors have to be asked for again

private:
    QApplication &m_app;
    const bool m_systemIsDark;
    Mode m_mode = Mode::System;
};

} // namespace iwd
