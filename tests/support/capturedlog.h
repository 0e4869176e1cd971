// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArrayList>
#include <QTemporaryFile>

#include <unistd.h>

namespace iwd::test {

/// Catches what this process writes to standard error while the object lives.
class CapturedLog
{
public:
    CapturedLog()
    {
        if (!m_file.open())
            qFatal("A temporary file cannot be opened.");
        m_standardError = ::dup(STDERR_FILENO);
        ::dup2(m_file.handle(), STDERR_FILENO);
    }
    ~CapturedLog()
    {
        ::dup2(m_standardError, STDERR_FILENO);
        ::close(m_standardError);
    }
    CapturedLog(const CapturedLog &) = delete;
    CapturedLog &operator=(const CapturedLog &) = delete;

    [[nodiscard]] QByteArray text()
    {
        m_file.seek(0);
        return m_file.readAll();
    }
    /// Without the last, empty one; every line has ended.
    [[nodiscard]] QByteArrayList lines()
    {
        QByteArrayList all = text().split('\n');
        Q_ASSERT(all.last().isEmpty());
        all.removeLast();
        return all;
    }

private:
    QTemporaryFile m_file;
    int m_standardError = -1;
};

} // namespace iwd::test
