// SPDX-License-Identifier: Apache-2.0
#include "composition.h"
#include "restore.h"

#include <runtime/lifecycle.h>
#include <runtime/serverconfig.h>

#include <base/log.h>

#include <QCoreApplication>
#include <QProcessEnvironment>

#include <cstdio>

using namespace iwd;

namespace {

QMap<QString, QString> environment()
{
    QMap<QString, QString> variables;
    const auto process = QProcessEnvironment::systemEnvironment();
    for (const QString &name : process.keys())
        variables.insert(name, process.value(name));
    return variables;
}

void say(FILE *stream, const QString &text)
{
    std::fputs(qPrintable(text.endsWith(u'\n') ? text : QString(text + u'\n')), stream);
    std::fflush(stream);
}

} // namespace

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("iwd-server"));
    QCoreApplication::setApplicationVersion(QStringLiteral(IWD_VERSION));

    const ServerStart start = parseArguments(QCoreApplication::arguments(), environment(), QStringLiteral(IWD_VERSION));
    if (start.action == ServerStart::Action::Print) {
        say(stdout, start.output);
        return 0;
    }
    if (start.action == ServerStart::Action::Refuse) {
        for (const QString &problem : start.problems)
            say(stderr, problem);
        return ServerStart::ExitCodeOfRefusal;
    }
    log::configure(start.config.log.level, start.config.log.format);
    log::adoptQtMessages();
    for (const QString &remark : start.remarks)
        log::warning(remark);
    if (start.action == ServerStart::Action::Restore) {
        const auto restored = restore(start.config, start.restoreFile);
        say(restored ? stdout : stderr, restored ? *restored : restored.error().text);
        return restored ? 0 : Composition::CannotStart;
    }
    raiseOpenFilesLimit();

    StopSignals signals;
    Composition composition(start.config, QStringLiteral(IWD_VERSION));
    QObject::connect(&signals, &StopSignals::stopRequested, &composition, &Composition::drain);
    QObject::connect(&composition, &Composition::stopped, &application, [](int exitCode) { QCoreApplication::exit(exitCode); });
    QMetaObject::invokeMethod(&composition, [&composition] { composition.start(); }, Qt::QueuedConnection);
    return QCoreApplication::exec();
}
