// SPDX-License-Identifier: Apache-2.0
#include "composition.h"

#include <QCommandLineParser>
#include <QIcon>

using namespace Qt::StringLiterals;

int main(int argc, char *argv[])
{
    QApplication app(argc, argv);
    QApplication::setOrganizationName(u"iwd"_s);
    QApplication::setApplicationName(u"iwd-admin"_s);
    QApplication::setApplicationVersion(QStringLiteral(IWD_VERSION));
    QApplication::setWindowIcon(QIcon(u":/iwd/icons/iwd-admin.svg"_s));

    QCommandLineParser line;
    line.setApplicationDescription(u"The desktop application of IWD, Intelligent Workload Distribution."_s);
    line.addHelpOption();
    line.addVersionOption();
    const QCommandLineOption profile({ u"p"_s, u"profile"_s }, u"Sign in with this profile instead of the one that was used last."_s, u"name"_s);
    line.addOption(profile);
    line.process(app);

    const auto settings = [](const QString &name) { return std::make_unique<QSettings>(QSettings::IniFormat, QSettings::UserScope, u"iwd"_s, name); };
    iwd::Composition composition(app, settings(u"iwd-admin-profiles"_s), settings(u"iwd-admin"_s));
    if (!composition.begin(line.value(profile)))
        return 1;
    return QApplication::exec();
}
