// SPDX-License-Identifier: Apache-2.0
#include "router.h"

#include "target.h"

#include <map>

namespace iwd::http {

/// One segment of the tree of patterns.
struct Router::Node
{
    std::map<QByteArray, std::unique_ptr<Node>, std::less<>> literals;
    std::unique_ptr<Node> placeholder;
    std::vector<Route *> routes;
    Route *webSocket = nullptr;
};

namespace {

using Segments = QVarLengthArray<QByteArrayView, 16>;

Segments segmentsOf(QByteArrayView path)
{
    Segments segments;
    qsizetype start = 1;
    while (start <= path.size()) {
        const qsizetype slash = path.indexOf('/', start);
        const qsizetype end = slash < 0 ? path.size() : slash;
        segments.append(path.sliced(start, end - start));
        start = end + 1;
    }
    return segments;
}

bool isPlaceholder(QByteArrayView segment)
{
    return segment.size() > 2 && segment.startsWith('{') && segment.endsWith('}');
}

QByteArray decodedBytes(QByteArrayView segment)
{
    if (!segment.contains('%'))
        return segment.toByteArray();
    const auto text = percentDecoded(segment);
    return text ? text->toUtf8() : QByteArray();
}

/// Walks all branches that fit a path, literals before placeholders.
template <typename Node>
class Search
{
public:
    Search(const QByteArray &method, const Segments &segments, Router::Match &match)
        : m_method(method)
        , m_segments(segments)
        , m_match(match)
    {
    }

    void visit(const Node &node, qsizetype depth)
    {
        if (depth == m_segments.size()) {
            arrive(node);
            return;
        }
        const QByteArrayView segment = m_segments[depth];
        const auto literal = segment.contains('%') ? node.literals.find(decodedBytes(segment)) : node.literals.find(segment);
        if (literal != node.literals.end())
            visit(*literal->second, depth + 1);
        if (node.placeholder && !segment.isEmpty()) {
            m_bound.append(segment);
            visit(*node.placeholder, depth + 1);
            m_bound.removeLast();
        }
    }

private:
    void arrive(const Node &node)
    {
        for (const Route *route : node.routes) {
            if (!m_match.allowed.contains(route->method))
                m_match.allowed.append(route->method);
            if (!m_match.route && route->method == m_method) {
                m_match.route = route;
                m_match.parameters = parameters();
            }
        }
        if (node.webSocket && !m_match.webSocket) {
            m_match.webSocket = node.webSocket;
            if (!m_match.allowed.contains("GET"))
                m_match.allowed.append("GET");
            if (!m_match.route)
                m_match.parameters = parameters();
        }
    }

    QStringList parameters() const
    {
        QStringList texts;
        texts.reserve(m_bound.size());
        for (const QByteArrayView segment : m_bound)
            texts.append(percentDecoded(segment).value_or(QString()));
        return texts;
    }

    const QByteArray &m_method;
    const Segments &m_segments;
    Router::Match &m_match;
    Segments m_bound;
};

} // namespace

Router::Router()
    : m_root(std::make_unique<Node>())
{
}

Router::~Router() = default;

void Router::add(const QByteArray &method, const QString &pattern, Handler handler, RouteOptions options)
{
    m_routes.push_back(std::make_unique<Route>(Route { method, pattern, options, std::move(handler), std::nullopt }));
    insert(m_routes.back().get());
}

void Router::addWebSocket(const QString &pattern, WebSocketRoute route)
{
    m_routes.push_back(std::make_unique<Route>(Route { "GET", pattern, {}, {}, std::move(route) }));
    insert(m_routes.back().get());
}

void Router::insert(Route *route)
{
    Q_ASSERT(route->pattern.startsWith(u'/'));
    Node *node = m_root.get();
    const QByteArray pattern = route->pattern.toUtf8();
    for (const QByteArrayView segment : segmentsOf(pattern)) {
        auto &next = isPlaceholder(segment) ? node->placeholder : node->literals[segment.toByteArray()];
        if (!next)
            next = std::make_unique<Node>();
        node = next.get();
    }
    if (route->webSocket) {
        Q_ASSERT(!node->webSocket);
        node->webSocket = route;
        return;
    }
    Q_ASSERT(
        std::none_of(node->routes.begin(), node->routes.end(), [route](const Route *other) { return other->method == route->method; }));
    node->routes.push_back(route);
}

Router::Match Router::find(const QByteArray &method, QByteArrayView rawPath) const
{
    Match match;
    if (!rawPath.startsWith('/'))
        return match;
    const Segments segments = segmentsOf(rawPath);
    Search<Node>(method, segments, match).visit(*m_root, 0);
    return match;
}

} // namespace iwd::http
