// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QString>
#include <QVariant>

#include <vector>

namespace iwd {

/// A statement of a database itself. Values go to it and come from it without a QVariant in between, which is what most of the time of a short
/// statement would go to.
class PreparedStatement
{
public:
    PreparedStatement() = default;
    virtual ~PreparedStatement() = default;
    PreparedStatement(const PreparedStatement &) = delete;
    PreparedStatement &operator=(const PreparedStatement &) = delete;

    [[nodiscard]] bool names(const QString &placeholder) { return find(placeholder) > 0; }
    void bindInteger(const QString &placeholder, qint64 value) { setInteger(indexOf(placeholder), value); }
    void bindReal(const QString &placeholder, double value) { setReal(indexOf(placeholder), value); }
    void bindNull(const QString &placeholder) { setNull(indexOf(placeholder)); }
    /// Null texts and bytes are stored as null. What is bound is kept until finish().
    void bindText(const QString &placeholder, const QByteArray &utf8);
    void bindBytes(const QString &placeholder, const QByteArray &bytes);
    void bindValue(const QString &placeholder, const QVariant &value);

    enum class Step { Row, Done, Failed };
    /// Starts from the beginning and goes to the first row.
    virtual Step run() = 0;
    /// The same for a statement whose rows and figures nobody asks for. Where the database allows it, it is only sent: then it may fail later.
    virtual Step send() { return run(); }
    virtual Step next() = 0;
    /// Ends what is running and forgets what is bound.
    virtual void finish() = 0;

    [[nodiscard]] virtual qint64 integer(int column) const = 0;
    [[nodiscard]] virtual QByteArray bytes(int column) const = 0;
    [[nodiscard]] virtual QString text(int column) const = 0;
    [[nodiscard]] virtual bool isNull(int column) const = 0;
    [[nodiscard]] virtual bool isText(int column) const = 0;
    /// What the database numbered the last inserted row with; only of a database that does so.
    [[nodiscard]] virtual qint64 insertedId() const = 0;
    [[nodiscard]] virtual int changedRows() const = 0;

protected:
    /// Parameters count from 1; 0 is one that the statement does not have.
    virtual void setInteger(int index, qint64 value) = 0;
    virtual void setReal(int index, double value) = 0;
    virtual void setNull(int index) = 0;
    virtual void setText(int index, const QByteArray &utf8) = 0;
    virtual void setBytes(int index, const QByteArray &bytes) = 0;
    /// By parameter, with their colon; the first entry is not used.
    void setNames(std::vector<QByteArray> names) { m_names = std::move(names); }

private:
    int find(const QString &placeholder);
    int indexOf(const QString &placeholder);

    std::vector<QByteArray> m_names;
    size_t m_guess = 1; ///< parameters are mostly bound in their order
};

} // namespace iwd
