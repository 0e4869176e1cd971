// SPDX-License-Identifier: Apache-2.0
// Bodies and messages of a stranger -> requests. The first byte chooses the decoder. What is refused is refused in words; a filter that was accepted comes back the same, and a CSV text
// that was read comes back the same when it is written and read again.
#include <base/jsonfromyaml.h>
#include <contract/bulkapi.h>
#include <contract/csvreader.h>
#include <contract/csvwriter.h>
#include <contract/exportapi.h>
#include <contract/filterapi.h>
#include <contract/importapi.h>
#include <contract/searchapi.h>
#include <contract/streamapi.h>

#include <QJsonDocument>

#include <cstdlib>

using namespace iwd;

namespace {

void check(const Error &error)
{
    if (error.text.isEmpty())
        std::abort();
}

template <typename T>
void decodes(const Result<T> &decoded)
{
    if (!decoded)
        check(decoded.error());
}

void filter(const QJsonObject &json)
{
    const auto decoded = decodeFilter(json);
    if (!decoded)
        return check(decoded.error());
    if (!problemOf(*decoded))
        std::abort(); // what is taken can be used
    const QJsonObject encoded = encodeFilter(*decoded);
    const auto again = decodeFilter(encoded);
    if (!again || encodeFilter(*again) != encoded)
        std::abort();
}

void import(const QJsonObject &json)
{
    const auto input = decodeImport(json);
    if (!input)
        return check(input.error());
    for (const ImportFault &fault : input->faults)
        check(fault.error);
    for (const ImportRow &row : input->rows) {
        if (const auto item = itemOfRow(*input, row, {}); !item)
            check(faultOf(*input, row, item.error()).error);
    }
}

std::optional<QList<QStringList>> rowsOf(QStringView text)
{
    CsvReader reader(text);
    QList<QStringList> rows;
    while (const auto row = reader.next()) {
        if (!*row) {
            check(row->error());
            return std::nullopt;
        }
        rows.append((*row)->cells);
    }
    return rows;
}

/// Rows that are written as they are: what looks like a formula is disarmed, and a row of nothing is no row.
bool areKept(const QList<QStringList> &rows)
{
    return std::all_of(rows.begin(), rows.end(), [](const QStringList &row) { return !row.first().isEmpty() && std::none_of(row.begin(), row.end(), [](const QString &cell) { return isFormula(cell); }); });
}

void csv(const QByteArray &text)
{
    const auto rows = rowsOf(QString::fromUtf8(text));
    if (!rows || !areKept(*rows))
        return;
    CsvWriter writer;
    for (const QStringList &row : *rows) {
        for (const QString &cell : row)
            writer.cell(cell);
        writer.endRow();
    }
    if (rowsOf(QString::fromUtf8(writer.take())) != rows)
        std::abort();
}

void stream(const QByteArray &text)
{
    const auto command = decodeStreamCommand(text);
    if (!command)
        check(command.error());
    if (command && nameInStreamCommand(text) != command->name)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    const QByteArray text(reinterpret_cast<const char *>(data + 1), static_cast<qsizetype>(size - 1));
    const QJsonObject json = QJsonDocument::fromJson(text).object();
    switch (data[0] % 8) {
    case 0:
        stream(text);
        break;
    case 1:
        decodes(decodeSearch(json));
        break;
    case 2:
        decodes(decodeExport(json));
        break;
    case 3:
        decodes(decodeBulkRequest(json));
        break;
    case 4:
        filter(json);
        break;
    case 5:
        import(json);
        break;
    case 6:
        csv(text);
        break;
    case 7:
        decodes(jsonFromYaml(text));
        break;
    }
    return 0;
}
