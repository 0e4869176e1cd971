// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "itemcolumns.h"
#include "session.h"

#include <QAbstractTableModel>
#include <QTimer>

#include <optional>
#include <vector>

namespace iwd {

/// What items to show, as of POST /items/search.
struct ItemQuery
{
    QJsonObject condition; ///< empty: all
    QString text; ///< words
    QString filter; ///< id of a saved one; empty: none
    QString sortField = QStringLiteral("priority"); ///< empty: newest first. "priority" is the order of the Universal Queue, which has waiting items only
    Qt::SortOrder sortOrder = Qt::DescendingOrder; ///< not of "priority"

    bool operator==(const ItemQuery &) const = default;
};

/// How many items a search finds.
struct ItemCount
{
    qint64 value = 0;
    bool isExact = true;

    bool operator==(const ItemCount &) const = default;
};

/// Items that a search finds, however many: pages are read when a view asks for rows of them, and only the latest are kept. A row whose page is not there is empty for a moment.
///
/// Behind the last row that is known there is a page of empty rows as long as the server has more, so that scrolling to the end reads on.
/// A place in the list is reached through all before it once; from then on it is one page away, because the cursor of each page is kept.
class ItemListModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Role {
        ItemRole = Qt::UserRole, ///< QJsonObject; empty: not read yet, or gone
        IdRole, ///< QString
        SortRole, ///< the value as it is
        ChangedRole, ///< QDateTime of the last change that came while it was shown
    };

    static constexpr int PageRows = 200;
    static constexpr int MostPages = 15; ///< kept at once

    /// @p session must outlive this
    explicit ItemListModel(Session &session, QObject *parent = nullptr);

    void setColumns(const QStringList &fields);
    [[nodiscard]] const QList<ItemColumn> &columns() const { return m_columns; }
    void setQuery(const ItemQuery &query);
    [[nodiscard]] const ItemQuery &query() const { return m_query; }
    /// Reads everything anew; what is there stays until the first page has come.
    void refresh();
    /// Puts @p item in the place of what is shown of it. @returns whether it is in a row that is kept
    bool update(const QJsonObject &item);

    [[nodiscard]] std::optional<ItemCount> count() const { return m_count; }
    [[nodiscard]] bool isLoading() const { return m_reading; }
    [[nodiscard]] const std::optional<Error> &error() const { return m_error; } ///< of the last page that was asked for
    [[nodiscard]] int keptRows() const; ///< rows in memory

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    void sort(int column, Qt::SortOrder order) override;
    [[nodiscard]] int sortColumn() const; ///< -1: none that is shown

Q_SIGNALS:
    void countChanged();
    void loadingChanged();
    void errorChanged();

private:
    struct Row
    {
        QString id;
        QJsonObject item;
        QDateTime changed;
    };
    struct Page
    {
        QString cursor; ///< of its first row; empty for the first page
        QString firstId; ///< when it was read first
        int firstRow = 0;
        int rows = 0;
        std::vector<Row> kept; ///< empty: not kept
        quint64 used = 0; ///< when, counted in looks
    };

    [[nodiscard]] int knownRows() const;
    [[nodiscard]] size_t pageOf(int row) const; ///< m_pages.size(): behind what is known
    [[nodiscard]] const Row *rowAt(int row) const; ///< null: not there; asks for it
    void want(size_t page) const;
    void readNext();
    QCoro::Task<> read(size_t page);
    void take(size_t page, const QJsonObject &answer);
    void takeFirst(std::vector<Row> rows, const QString &nextCursor);
    void takeAgain(size_t page, std::vector<Row> rows);
    void takeNew(std::vector<Row> rows, const QString &nextCursor);
    void setEmptyRows(int rows);
    void resize(size_t page, int rows); ///< of one that is not kept
    void forgetOldPages(size_t except);
    void setError(std::optional<Error> error);
    [[nodiscard]] QJsonObject request(size_t page) const;

    Session &m_session;
    QList<ItemColumn> m_columns;
    ItemQuery m_query;
    std::vector<Page> m_pages;
    int m_emptyRows = 0; ///< behind what is known
    QString m_nextCursor; ///< of the page behind the last known one; empty: there is none
    std::optional<ItemCount> m_count;
    std::optional<Error> m_error;
    bool m_reading = false;
    bool m_anew = true; ///< the next page that is read is the first, and replaces everything
    quint64 m_generation = 0; ///< counts queries: answers to earlier ones are of no use
    mutable quint64 m_look = 0;
    mutable std::vector<size_t> m_wanted; ///< pages, the latest last
    mutable QTimer m_readSoon; ///< after the view has asked for all that it shows
};

} // namespace iwd
