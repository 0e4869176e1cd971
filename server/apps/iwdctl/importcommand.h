// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commandline.h"

#include <client/client.h>

class QIODevice;

namespace iwd {

[[nodiscard]] const CommandSpec &importCommand();
[[nodiscard]] QCoro::Task<int> runImport(CommandLine line, std::shared_ptr<Client> client);

/// Cuts a file into parts that the server takes at once. It looks at line ends and quotes only; what the cells say is the server's affair.
class ImportParts
{
public:
    static constexpr int MostRecords = 500;
    static constexpr qsizetype MostBytes = 1024 * 1024; ///< of a part, and of a record

    /// @p device is open and outlives this.
    ImportParts(QIODevice &device, bool isCsv);

    struct Part
    {
        QByteArray content; ///< of CSV with the file's first line
        int records = 0;
        int lineOffset = 0; ///< what the server has to add to its line numbers
    };
    /// @returns a part without records at the end
    [[nodiscard]] Result<Part> next();
    [[nodiscard]] qint64 bytesRead() const { return m_bytesRead; }

private:
    /// A line, or as many as a quoted cell goes over; nothing at the end.
    [[nodiscard]] Result<QByteArray> record();

    QIODevice &m_device;
    const bool m_isCsv;
    QByteArray m_header;
    int m_headerLines = 0;
    QByteArray m_waiting; ///< read, but too much for the part before
    int m_line = 0; ///< lines read so far
    qint64 m_bytesRead = 0;
};

} // namespace iwd
