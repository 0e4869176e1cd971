// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "postgresconnection.h"
#include "preparedstatement.h"

#include <span>

namespace iwd {

class PostgresDatabase;

/// A statement of PostgreSQL, with ":name" placeholders in its text. Values go as text, from which the server makes the type that it wants; bytes and arrays
/// go as they are.
class PostgresStatement final : public PreparedStatement
{
public:
    /// @param keep prepare it under a name, to be used again
    PostgresStatement(PostgresDatabase &database, const QString &sql, bool keep);

    Step run() override;
    Step send() override;
    Step next() override;
    void finish() override;
    qint64 integer(int column) const override;
    QByteArray bytes(int column) const override;
    QString text(int column) const override;
    bool isNull(int column) const override;
    bool isText(int column) const override;
    qint64 insertedId() const override;
    int changedRows() const override;

    [[nodiscard]] const QByteArray &name() const { return m_name; } ///< empty: not to be kept
    [[nodiscard]] const QByteArray &sql() const { return m_sql; }
    [[nodiscard]] const PostgresValues &values() const { return m_values; }

protected:
    void setInteger(int index, qint64 value) override;
    void setReal(int index, double value) override;
    void setNull(int index) override;
    void setText(int index, const QByteArray &utf8) override;
    void setBytes(int index, const QByteArray &bytes) override;

private:
    PostgresValues::Value *at(int index);

    PostgresDatabase &m_database;
    QByteArray m_sql; ///< with $1, $2, …
    QByteArray m_name;
    PostgresValues m_values; ///< from 1
    PostgresResult m_result;
    int m_row = 0;
};

/// Arrays as PostgreSQL reads them in binary form: to be bound as bytes to a parameter that is cast to bigint[] or text[].
namespace postgresarray {
[[nodiscard]] QByteArray ofIntegers(std::span<const std::optional<qint64>> values);
/// A null text becomes null.
[[nodiscard]] QByteArray ofTexts(std::span<const QByteArray> utf8);
}

} // namespace iwd
