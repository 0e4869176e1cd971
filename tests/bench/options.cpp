// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include "failure.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QDir>

#include <cstdio>
#include <cstdlib>

namespace iwd::bench {

namespace {

double number(const QCommandLineParser &parser, const QString &name, double least, double most)
{
    bool isNumber = false;
    const double value = parser.value(name).toDouble(&isNumber);
    if (!isNumber || value < least || value > most)
        giveUp(QStringLiteral("--%1 takes a number from %2 to %3, not \"%4\".").arg(name).arg(least).arg(most, 0, 'f', 0).arg(parser.value(name)));
    return value;
}

} // namespace

QStringList knownMeasures()
{
    return usualMeasures() + QStringList { QStringLiteral("soak"), QStringLiteral("others") };
}

QStringList usualMeasures()
{
    return { QStringLiteral("edge"), QStringLiteral("single"), QStringLiteral("array"), QStringLiteral("latency"), QStringLiteral("live"), QStringLiteral("cycles"), QStringLiteral("growth") };
}

Options readOptions(const QStringList &arguments)
{
    const QString beside = QCoreApplication::applicationDirPath() + u'/';
    const Options defaults;
    const auto option = [](const char *name, const QString &text, const char *value, const QString &otherwise) {
        return QCommandLineOption(QString::fromLatin1(name), text, QString::fromLatin1(value), otherwise);
    };
    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral(
        "Measures iwd-server on its embedded default beside raw SQLite on the same disk. It starts servers of its own on free loopback\n"
        "ports, in a temporary folder, and leaves nothing behind. Prints a table. See tests/bench/README.md."));
    parser.addOption(QCommandLineOption(QStringLiteral("help"), QStringLiteral("Print this text, then end.")));
    parser.addOptions({
        option("server", QStringLiteral("The program to measure."), "FILE", beside + QStringLiteral("iwd-server")),
        option("httpbench", QStringLiteral("The bare HTTP edge."), "FILE", beside + QStringLiteral("httpbench")),
        option("store", QStringLiteral("Where the servers store: sqlite, or postgresql for a private PostgreSQL server."), "KIND", QStringLiteral("sqlite")),
        option("folder", QStringLiteral("Where databases are made (and removed): choose the disk with it. Default: the folder for temporary files."), "DIR",
            QDir::tempPath()),
        option("items", QStringLiteral("How many items wait when the order is measured; 100000 when others are compared."), "N", QString::number(defaults.items)),
        option("seconds", QStringLiteral("How long each measurement by time runs."), "S", QString::number(defaults.seconds)),
        option("connections", QStringLiteral("Of single POSTs, of the bare edge, and of callers when others are compared."), "N", QString::number(defaults.connections)),
        option("array-items", QStringLiteral("Items in one POST of an array."), "N", QString::number(defaults.arrayItems)),
        option("array-connections", QStringLiteral("Connections that send arrays."), "N", QString::number(defaults.arrayConnections)),
        option("rate", QStringLiteral("Items a second for the latency from POST to agent and to those who follow items live, and for the soak."), "N", QString::number(defaults.rate)),
        option("followers", QStringLiteral("Who follow items live."), "N", QString::number(defaults.followers)),
        option("minutes", QStringLiteral("How long the soak lasts."), "M", QString::number(defaults.minutes)),
        option("interval", QStringLiteral("Seconds between samples of the soak."), "S", QString::number(defaults.interval)),
        option("backlog", QStringLiteral("Jobs that wait when those who take are compared."), "N", QString::number(defaults.backlog)),
        option("others", QStringLiteral("Folder with the job queues to compare with; tests/bench/run installs them."), "DIR", beside + QStringLiteral("../others")),
        option("measures", QStringLiteral("Which to run, separated by commas: %1.").arg(knownMeasures().join(QStringLiteral(", "))), "NAMES",
            usualMeasures().join(u',')),
        option("json", QStringLiteral("Write the results to this file, too."), "FILE", QString()),
        option("plot", QStringLiteral("Write the growth to this file as SVG."), "FILE", QString()),
    });
    if (!parser.parse(arguments) || !parser.positionalArguments().isEmpty())
        giveUp(parser.errorText().isEmpty() ? QStringLiteral("\"%1\" belongs to no option. See --help.").arg(parser.positionalArguments().value(0))
                                            : parser.errorText() + QStringLiteral(" See --help."));
    if (parser.isSet(QStringLiteral("help"))) {
        std::fputs(qPrintable(parser.helpText()), stdout);
        std::exit(0);
    }

    Options options;
    options.server = parser.value(QStringLiteral("server"));
    options.httpbench = parser.value(QStringLiteral("httpbench"));
    options.store = parser.value(QStringLiteral("store"));
    if (options.store != QLatin1StringView("sqlite") && options.store != QLatin1StringView("postgresql"))
        giveUp(QStringLiteral("--store takes sqlite or postgresql, not \"%1\".").arg(options.store));
    options.folder = parser.value(QStringLiteral("folder"));
    options.items = static_cast<qint64>(number(parser, QStringLiteral("items"), 1'000, 100'000'000));
    if (parser.isSet(QStringLiteral("items")))
        options.reorderedItems = options.items;
    options.others = parser.value(QStringLiteral("others"));
    options.backlog = static_cast<int>(number(parser, QStringLiteral("backlog"), 100, 10'000'000));
    options.seconds = number(parser, QStringLiteral("seconds"), 0.1, 3'600);
    options.connections = static_cast<int>(number(parser, QStringLiteral("connections"), 1, 1'000));
    options.arrayItems = static_cast<int>(number(parser, QStringLiteral("array-items"), 1, 1'000));
    options.arrayConnections = static_cast<int>(number(parser, QStringLiteral("array-connections"), 1, 100));
    options.rate = number(parser, QStringLiteral("rate"), 1, 100'000);
    options.followers = static_cast<int>(number(parser, QStringLiteral("followers"), 1, 10'000));
    options.minutes = number(parser, QStringLiteral("minutes"), 0.1, 10'000);
    options.interval = number(parser, QStringLiteral("interval"), 0.5, 3'600);
    options.json = parser.value(QStringLiteral("json"));
    options.plot = parser.value(QStringLiteral("plot"));
    options.measures = parser.value(QStringLiteral("measures")).split(u',', Qt::SkipEmptyParts);
    for (const QString &measure : options.measures) {
        if (!knownMeasures().contains(measure))
            giveUp(QStringLiteral("There is no measure \"%1\". There are %2.").arg(measure, knownMeasures().join(QStringLiteral(", "))));
    }
    return options;
}

} // namespace iwd::bench
