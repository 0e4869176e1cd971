// SPDX-License-Identifier: Apache-2.0
#include "theme.h"

#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QPalette>
#include <QStyleFactory>
#include <QSvgRenderer>

using namespace Qt::StringLiterals;

namespace iwd {

namespace {

/// Draws an icon anew for each size, in the color that the palette has for it.
class InkedIcon final : public QIconEngine
{
public:
    explicit InkedIcon(QByteArray svg)
        : m_svg(std::move(svg))
    {
    }

    void paint(QPainter *painter, const QRect &rect, QIcon::Mode mode, QIcon::State state) override
    {
        Q_UNUSED(state)
        const QPalette palette = QApplication::palette();
        const auto group = mode == QIcon::Disabled ? QPalette::Disabled : QPalette::Active;
        const QColor ink = palette.color(group, mode == QIcon::Selected ? QPalette::HighlightedText : QPalette::ButtonText);
        QByteArray svg = m_svg;
        svg.replace("#000000", ink.name().toLatin1());
        QSvgRenderer renderer(svg);
        painter->save();
        painter->setOpacity(ink.alphaF());
        renderer.render(painter, rect);
        painter->restore();
    }

    QPixmap pixmap(const QSize &size, QIcon::Mode mode, QIcon::State state) override
    {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, pixmap.rect(), mode, state);
        return pixmap;
    }

    QIconEngine *clone() const override { return new InkedIcon(m_svg); }

private:
    const QByteArray m_svg;
};

struct Shades
{
    QColor window, base, alternate, text, faint, button, highlight, link, border;
};

const Shades light { 0xf5f6f7, 0xffffff, 0xf7f9fa, 0x1d2326, 0x6b757b, 0xf0f2f3, 0x1f6f8b, 0x17617a, 0xcdd3d6 };
const Shades dark { 0x1e2224, 0x171a1c, 0x1b1f21, 0xe4e8ea, 0x97a1a6, 0x2a2f32, 0x2f86a6, 0x6fc0dc, 0x3a4145 };

QPalette paletteOf(const Shades &shades)
{
    QPalette palette(shades.button, shades.window);
    palette.setColor(QPalette::Window, shades.window);
    palette.setColor(QPalette::Base, shades.base);
    palette.setColor(QPalette::AlternateBase, shades.alternate);
    palette.setColor(QPalette::ToolTipBase, shades.button);
    palette.setColor(QPalette::Button, shades.button);
    for (const QPalette::ColorRole role : { QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::ToolTipText })
        palette.setColor(role, shades.text);
    palette.setColor(QPalette::PlaceholderText, shades.faint);
    palette.setColor(QPalette::Highlight, shades.highlight);
    palette.setColor(QPalette::HighlightedText, Qt::white);
    palette.setColor(QPalette::Link, shades.link);
    palette.setColor(QPalette::Mid, shades.border);
    for (const QPalette::ColorRole role : { QPalette::WindowText, QPalette::Text, QPalette::ButtonText })
        palette.setColor(QPalette::Disabled, role, shades.faint);
    palette.setColor(QPalette::Disabled, QPalette::Highlight, shades.border);
    return palette;
}

} // namespace

Theme::Theme(QApplication &app)
    : m_app(app)
    , m_systemIsDark(app.palette().color(QPalette::Window).lightness() < 128)
{
    m_app.setStyle(QStyleFactory::create(u"Fusion"_s));
    setMode(Mode::System);
}

void Theme::setMode(Mode mode)
{
    m_mode = mode;
    m_app.setPalette(paletteOf(isDark() ? dark : light));
    Q_EMIT changed();
}

bool Theme::isDark() const
{
    return m_mode == Mode::Dark || (m_mode == Mode::System && m_systemIsDark);
}

QIcon Theme::icon(const QString &name) const
{
    QFile file(u":/iwd/icons/%1.svg"_s.arg(name));
    const bool isThere = file.open(QIODevice::ReadOnly);
    Q_ASSERT_X(isThere, "Theme::icon", qPrintable(name));
    return isThere ? QIcon(new InkedIcon(file.readAll())) : QIcon();
}

QColor Theme::statusColor(const QString &status) const
{
    const bool night = isDark();
    if (status == "queued"_L1)
        return night ? 0x6fc0dc : 0x1f6f8b;
    if (status == "distributed"_L1 || status == "assigned"_L1)
        return night ? 0x7fcf9a : 0x2b7a45;
    if (status == "held"_L1)
        return night ? 0xe3b25b : 0x9a6500;
    if (status == "errorheld"_L1 || status == "rejected"_L1)
        return night ? 0xf08a80 : 0xb3261e;
    return night ? 0x97a1a6 : 0x6b757b;
}

QColor Theme::warningBackground() const
{
    return isDark() ? QColor(0x4a3a14) : QColor(0xfff1cf);
}

QColor Theme::glow() const
{
    return isDark() ? QColor(0x2f86a6) : QColor(0x8fd0e6);
}

} // namespace iwd
