// SPDX-License-Identifier: Apache-2.0
// The load generator: see README.md.
#include "failure.h"
#include "growthplot.h"
#include "measures.h"

#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QSysInfo>

#include <cstdio>
#include <thread>

using namespace iwd::bench;

namespace {

void checkPrograms(const Options &options)
{
    for (const QString &program : { options.server, options.httpbench }) {
        if (!QFileInfo(program).isExecutable())
            giveUp(QStringLiteral("There is no program %1. Build it, or name another one with --server or --httpbench.").arg(program));
    }
}

void write(const QString &path, const QByteArray &text)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
        giveUp(QStringLiteral("%1 cannot be written: %2.").arg(path, file.errorString()));
}

void measure(const Options &options, Report &report)
{
    using Measure = void (*)(const Options &, Yardstick &, Report &);
    static const QList<QPair<QString, Measure>> measures { { QStringLiteral("edge"), measureEdge }, { QStringLiteral("single"), measureSingles },
        { QStringLiteral("array"), measureArrays }, { QStringLiteral("latency"), measureLatency }, { QStringLiteral("live"), measureLive }, { QStringLiteral("cycles"), measureCycles },
        { QStringLiteral("growth"), measureGrowth },
        { QStringLiteral("soak"), measureSoak }, { QStringLiteral("others"), measureOthers } };
    const auto yardstick = options.store == QLatin1StringView("postgresql") ? postgresYardstick() : sqliteYardstick(options.folder);
    for (const auto &[name, run] : measures) {
        if (options.measures.contains(name))
            run(options, *yardstick, report);
    }
}

void run(const QStringList &arguments)
{
    const Options options = readOptions(arguments);
    checkPrograms(options);
    Report report;
    measure(options, report);
    report.printSummary();
    if (!options.json.isEmpty()) {
        QJsonObject json = report.json();
        json.insert(QStringLiteral("store"), options.store);
        json.insert(QStringLiteral("system"), QSysInfo::prettyProductName());
        json.insert(QStringLiteral("cores"), static_cast<int>(std::thread::hardware_concurrency()));
        write(options.json, QJsonDocument(json).toJson());
    }
    if (!options.plot.isEmpty() && report.stages().size() > 1)
        write(options.plot, growthPlot(report.stages()).toUtf8());
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    try {
        run(app.arguments());
        return 0;
    } catch (const Failure &failure) {
        std::fprintf(stderr, "iwd-bench: %s\n", failure.what());
        return 1;
    }
}
