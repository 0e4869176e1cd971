// SPDX-License-Identifier: Apache-2.0
#include "screenshots.h"

#include <QCoreApplication>
#include <QDir>
#include <QImage>
#include <QPixmap>

#include <set>

namespace iwd::test {

bool keepScreenshot(QWidget &widget, const QString &name)
{
    const QDir folder(qEnvironmentVariable("IWD_SCREENSHOTS", QDir::tempPath()));
    QCoreApplication::processEvents(); // what has changed is drawn then
    const QImage picture = widget.grab().toImage();
    std::set<QRgb> colors;
    for (int y = 0; y < picture.height(); y += 3) {
        for (int x = 0; x < picture.width(); x += 3)
            colors.insert(picture.pixel(x, y));
    }
    return colors.size() > 8 && folder.mkpath(QStringLiteral(".")) && picture.save(folder.filePath(name + QStringLiteral(".png")));
}

} // namespace iwd::test
