// SPDX-License-Identifier: Apache-2.0
#include "itemlistmodel.h"

#include <QJsonArray>
#include <QPointer>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace iwd {

namespace {

constexpr size_t mostWanted = 3; ///< pages: a view shows two at most, and those that it has left behind are of no use

} // namespace

ItemListModel::ItemListModel(Session &session, QObject *parent)
    : QAbstractTableModel(parent)
    , m_session(session)
    , m_columns(ItemColumns::of(ItemColumns::usual()))
{
    m_readSoon.setSingleShot(true);
    m_readSoon.setInterval(0);
    connect(&m_readSoon, &QTimer::timeout, this, &ItemListModel::readNext);
    m_readSoon.start();
    connect(&m_session, &Session::linkChanged, this, [this] {
        if (m_session.link() == Session::Link::Working && m_error)
            m_readSoon.start();
    });
}

void ItemListModel::setColumns(const QStringList &fields)
{
    beginResetModel();
    m_columns = ItemColumns::of(fields);
    endResetModel();
    refresh();
}

void ItemListModel::setQuery(const ItemQuery &query)
{
    if (query == m_query)
        return;
    m_query = query;
    refresh();
}

void ItemListModel::refresh()
{
    ++m_generation;
    m_reading = false;
    m_anew = true;
    m_wanted.clear();
    m_readSoon.start();
}

bool ItemListModel::update(const QJsonObject &item)
{
    const QString id = item["id"_L1].toString();
    for (Page &page : m_pages) {
        const auto found = std::find_if(page.kept.begin(), page.kept.end(), [&](const Row &row) { return row.id == id; });
        if (found == page.kept.end())
            continue;
        found->item = item;
        found->changed = QDateTime::currentDateTimeUtc();
        const int row = page.firstRow + int(found - page.kept.begin());
        Q_EMIT dataChanged(index(row, 0), index(row, columnCount() - 1));
        return true;
    }
    return false;
}

int ItemListModel::keptRows() const
{
    size_t rows = 0;
    for (const Page &page : m_pages)
        rows += page.kept.size();
    return int(rows);
}

int ItemListModel::knownRows() const
{
    return m_pages.empty() ? 0 : m_pages.back().firstRow + m_pages.back().rows;
}

int ItemListModel::rowCount(const QModelIndex &parent) const
{
    if (parent.isValid())
        return 0;
    return knownRows() + m_emptyRows;
}

int ItemListModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_columns.size());
}

size_t ItemListModel::pageOf(int row) const
{
    const auto behind = std::upper_bound(m_pages.begin(), m_pages.end(), row, [](int wanted, const Page &page) { return wanted < page.firstRow + page.rows; });
    return size_t(behind - m_pages.begin());
}

const ItemListModel::Row *ItemListModel::rowAt(int row) const
{
    const size_t number = pageOf(row);
    if (number == m_pages.size() || m_pages[number].kept.empty()) {
        want(number);
        return nullptr;
    }
    const Page &page = m_pages[number];
    const_cast<Page &>(page).used = ++m_look;
    return &page.kept[size_t(row - page.firstRow)];
}

void ItemListModel::want(size_t page) const
{
    std::erase(m_wanted, page);
    m_wanted.push_back(page);
    if (m_wanted.size() > mostWanted)
        m_wanted.erase(m_wanted.begin());
    if (!m_reading && !m_readSoon.isActive())
        m_readSoon.start();
}

QVariant ItemListModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const ItemColumn &column = m_columns.at(index.column());
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::Alignment(column.kind == ItemColumn::Kind::Number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole && role != Qt::AccessibleTextRole && role < Qt::UserRole)
        return {};
    const Row *row = rowAt(index.row());
    switch (role) {
    case ItemRole:
        return row ? row->item : QJsonObject();
    case IdRole:
        return row ? row->id : QString();
    case SortRole:
        return row ? column.value(row->item) : QVariant();
    case ChangedRole:
        return row ? row->changed : QDateTime();
    default:
        return row ? column.text(row->item) : QString();
    }
}

QVariant ItemListModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= m_columns.size())
        return {};
    if (role == Qt::DisplayRole)
        return m_columns.at(section).title;
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::Alignment(m_columns.at(section).kind == ItemColumn::Kind::Number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    return {};
}

void ItemListModel::sort(int column, Qt::SortOrder order)
{
    ItemQuery query = m_query;
    query.sortField = column < 0 || column >= m_columns.size() || !m_columns.at(column).isSortable ? QString() : m_columns.at(column).field;
    query.sortOrder = order;
    setQuery(query);
}

int ItemListModel::sortColumn() const
{
    const auto found = std::find_if(m_columns.begin(), m_columns.end(), [&](const ItemColumn &column) { return column.field == m_query.sortField; });
    return found == m_columns.end() ? -1 : int(found - m_columns.begin());
}

QJsonObject ItemListModel::request(size_t page) const
{
    QJsonObject request { { u"limit"_s, PageRows } };
    QJsonArray columns { u"status"_s, u"version"_s };
    for (const ItemColumn &column : m_columns)
        columns.append(column.field);
    request.insert(u"columns"_s, columns);
    if (!m_query.condition.isEmpty())
        request.insert(u"condition"_s, m_query.condition);
    if (!m_query.text.isEmpty())
        request.insert(u"text"_s, m_query.text);
    if (!m_query.filter.isEmpty())
        request.insert(u"filter"_s, m_query.filter);
    if (m_query.sortField == "priority"_L1)
        request.insert(u"sort"_s, m_query.sortField);
    else if (!m_query.sortField.isEmpty())
        request.insert(u"sort"_s, QJsonArray { QJsonObject { { u"field"_s, m_query.sortField }, { u"direction"_s, m_query.sortOrder == Qt::AscendingOrder ? u"asc"_s : u"desc"_s } } });
    const QString cursor = m_anew ? QString() : page < m_pages.size() ? m_pages[page].cursor : m_nextCursor;
    if (cursor.isEmpty())
        request.insert(u"count"_s, u"exact"_s);
    else
        request.insert(u"cursor"_s, cursor);
    return request;
}

void ItemListModel::readNext()
{
    if (m_reading)
        return;
    if (m_anew) {
        read(0);
        return;
    }
    while (!m_wanted.empty()) {
        const size_t page = m_wanted.back();
        m_wanted.pop_back();
        const bool isThere = page < m_pages.size() && !m_pages[page].kept.empty();
        if (!isThere && (page < m_pages.size() || !m_nextCursor.isEmpty())) {
            read(page);
            return;
        }
    }
}

QCoro::Task<> ItemListModel::read(size_t page)
{
    m_reading = true;
    Q_EMIT loadingChanged();
    const QPointer<ItemListModel> self(this);
    const quint64 generation = m_generation;
    Call call;
    call.method = "POST";
    call.path = u"/items/search"_s;
    call.body = request(page);
    const auto answer = co_await m_session.client().send(call);
    if (!self || generation != m_generation)
        co_return;
    m_reading = false;
    if (answer) {
        setError({});
        take(page, answer->body);
    } else {
        want(page);
        m_readSoon.stop();
        setError(answer.error());
    }
    Q_EMIT loadingChanged();
    // What could not be read is asked for again when the connection works again, or the view paints it.
    if (answer)
        readNext();
}

void ItemListModel::take(size_t page, const QJsonObject &answer)
{
    std::vector<Row> rows;
    for (const QJsonValue value : answer["data"_L1].toArray()) {
        const QJsonObject item = value.toObject();
        rows.push_back({ item["id"_L1].toString(), item, {} });
    }
    if (const QJsonValue count = answer["count"_L1]; count.isObject()) {
        m_count = ItemCount { count["value"_L1].toInteger(), count["exact"_L1].toBool() };
        Q_EMIT countChanged();
    }
    const QString nextCursor = answer["nextCursor"_L1].toString();
    if (m_anew)
        takeFirst(std::move(rows), nextCursor);
    else if (page < m_pages.size())
        takeAgain(page, std::move(rows));
    else
        takeNew(std::move(rows), nextCursor);
}

void ItemListModel::takeFirst(std::vector<Row> rows, const QString &nextCursor)
{
    beginResetModel();
    m_anew = false;
    m_pages.clear();
    m_wanted.clear();
    const int size = int(rows.size());
    m_pages.push_back({ {}, rows.empty() ? QString() : rows.front().id, 0, size, std::move(rows), ++m_look });
    m_nextCursor = nextCursor;
    m_emptyRows = nextCursor.isEmpty() ? 0 : PageRows;
    endResetModel();
}

/// Items may have left the page meanwhile. Then it reaches into the next one, which has those already.
void ItemListModel::takeAgain(size_t number, std::vector<Row> rows)
{
    if (number + 1 < m_pages.size()) {
        const QString &next = m_pages[number + 1].firstId;
        rows.erase(std::find_if(rows.begin(), rows.end(), [&](const Row &row) { return row.id == next; }), rows.end());
    }
    resize(number, int(rows.size()));
    Page &page = m_pages[number];
    page.kept = std::move(rows);
    page.used = ++m_look;
    forgetOldPages(number);
    if (page.rows > 0)
        Q_EMIT dataChanged(index(page.firstRow, 0), index(page.firstRow + page.rows - 1, columnCount() - 1));
}

void ItemListModel::resize(size_t number, int rows)
{
    Page &page = m_pages[number];
    const int more = rows - page.rows;
    const int end = page.firstRow + page.rows;
    if (more == 0)
        return;
    if (more > 0)
        beginInsertRows({}, end, end + more - 1);
    else
        beginRemoveRows({}, end + more, end - 1);
    page.rows = rows;
    for (size_t later = number + 1; later < m_pages.size(); ++later)
        m_pages[later].firstRow += more;
    if (more > 0)
        endInsertRows();
    else
        endRemoveRows();
}

/// What was empty becomes rows; behind them are as many empty ones as before while there is more.
void ItemListModel::takeNew(std::vector<Row> rows, const QString &nextCursor)
{
    const int first = knownRows();
    const int size = int(rows.size());
    const int emptyRows = nextCursor.isEmpty() ? 0 : PageRows;
    setEmptyRows(size + emptyRows);
    m_pages.push_back({ m_nextCursor, rows.empty() ? QString() : rows.front().id, first, size, std::move(rows), ++m_look });
    m_nextCursor = nextCursor;
    m_emptyRows = emptyRows;
    forgetOldPages(m_pages.size() - 1);
    if (size > 0)
        Q_EMIT dataChanged(index(first, 0), index(first + size - 1, columnCount() - 1));
    else if (!nextCursor.isEmpty())
        want(m_pages.size()); // the server looked at so many items and found none of them: it goes on
}

void ItemListModel::setEmptyRows(int rows)
{
    const int begin = knownRows();
    if (rows > m_emptyRows) {
        beginInsertRows({}, begin + m_emptyRows, begin + rows - 1);
        m_emptyRows = rows;
        endInsertRows();
    } else if (rows < m_emptyRows) {
        beginRemoveRows({}, begin + rows, begin + m_emptyRows - 1);
        m_emptyRows = rows;
        endRemoveRows();
    }
}

void ItemListModel::forgetOldPages(size_t except)
{
    size_t kept = size_t(std::count_if(m_pages.begin(), m_pages.end(), [](const Page &page) { return !page.kept.empty(); }));
    while (kept > MostPages) {
        size_t oldest = m_pages.size();
        for (size_t i = 0; i < m_pages.size(); ++i) {
            if (i != except && !m_pages[i].kept.empty() && (oldest == m_pages.size() || m_pages[i].used < m_pages[oldest].used))
                oldest = i;
        }
        m_pages[oldest].kept = {};
        --kept;
    }
}

void ItemListModel::setError(std::optional<Error> error)
{
    const bool changed = error.has_value() != m_error.has_value() || (error && error->text != m_error->text);
    if (error)
        m_session.note(*error);
    m_error = std::move(error);
    if (changed)
        Q_EMIT errorChanged();
}

} // namespace iwd
