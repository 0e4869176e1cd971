// SPDX-License-Identifier: Apache-2.0
#include <iwdctl/commands.h>
#include <iwdctl/connection.h>
#include <iwdctl/console.h>

#include <QCoreApplication>

namespace {

QCoro::Task<> runAndExit(iwd::CommandLine line)
{
    const int code = co_await iwd::runCommand(std::move(line));
    // exit() has no effect before exec(), so the end always comes from the event loop.
    QTimer::singleShot(0, QCoreApplication::instance(), [code] { QCoreApplication::exit(code); });
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    const auto parsed = iwd::parseCommandLine(iwd::allCommands(), QCoreApplication::arguments().mid(1));
    if (!parsed) {
        iwd::console::complain(parsed.error());
        return iwd::ExitUsage;
    }
    if (!parsed->run) {
        iwd::console::print(parsed->help);
        return iwd::ExitFine;
    }
    runAndExit(*parsed->run);
    return QCoreApplication::exec();
}
