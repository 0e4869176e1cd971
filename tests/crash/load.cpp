// SPDX-License-Identifier: Apache-2.0
#include "load.h"

#include <QJsonArray>

#include <csignal>

namespace iwd::test {

namespace {

constexpr size_t mostKnownItems = 200; ///< so that clients meet on the same ones

qint64 nowUs()
{
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Effect marked(const char *type, const QString &mark, const QString &item = {})
{
    return { Effect::Marked, QLatin1StringView(type), mark, item };
}

Effect counted(const char *type, const QString &item)
{
    return { Effect::Counted, QLatin1StringView(type), item, item };
}

const QString api = QStringLiteral("/iwd/v3");

} // namespace

QStringList agentIds()
{
    QStringList ids { QStringLiteral("shared") };
    for (int client = 0; client < clientCount; ++client)
        ids.append(QStringLiteral("agent-%1").arg(client)); // Client::ownAgent()
    return ids;
}

QStringList queueIds()
{
    return { QStringLiteral("general"), QStringLiteral("north"), QStringLiteral("south"), QStringLiteral("pushed"), QStringLiteral("hours") };
}

QJsonObject queueBody(const QString &queue, const QString &description)
{
    // The shortest lease and offer there are, so that many end in the time of a test.
    QJsonObject body { { QStringLiteral("name"), queue }, { QStringLiteral("description"), description }, { QStringLiteral("leaseSeconds"), 10 } };
    if (queue == QLatin1StringView("pushed")) {
        body.insert(QStringLiteral("mode"), QStringLiteral("push"));
        body.insert(QStringLiteral("offerSeconds"), 5);
        body.insert(QStringLiteral("refusalPauseSeconds"), 2);
    } else if (queue == QLatin1StringView("hours")) {
        body.insert(QStringLiteral("calendar"), calendarId());
    }
    return body;
}

QString calendarId()
{
    return QStringLiteral("office");
}

QJsonObject calendarBody(bool open, const QString &description)
{
    QJsonObject week;
    for (const auto day : { "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday" }) {
        const QJsonObject hours { { QStringLiteral("from"), QStringLiteral("00:00") }, { QStringLiteral("to"), QStringLiteral("24:00") } };
        week.insert(QLatin1StringView(day), open ? QJsonArray { hours } : QJsonArray());
    }
    return { { QStringLiteral("name"), calendarId() }, { QStringLiteral("description"), description }, { QStringLiteral("timeZone"), QStringLiteral("Europe/Berlin") },
        { QStringLiteral("week"), week } };
}

QJsonObject searchBody(const QString &words)
{
    const QString phrase = u'"' + words + u'"';
    return { { QStringLiteral("text"), phrase }, { QStringLiteral("columns"), QJsonArray { QStringLiteral("captureId") } } };
}

QStringList foundIds(const HttpAnswer &answer)
{
    QStringList ids;
    const QJsonArray data = answer.json().value(QStringLiteral("data")).toArray();
    for (const QJsonValue item : data)
        ids.append(item.toObject().value(QStringLiteral("id")).toString());
    return ids;
}

std::vector<QByteArray> eventsOf(const HttpAnswer &answer)
{
    std::vector<QByteArray> events;
    const QJsonArray data = answer.json().value(QStringLiteral("data")).toArray();
    for (const QJsonValue event : data)
        events.push_back(QJsonDocument(event.toObject()).toJson(QJsonDocument::Compact));
    return events;
}

// ---- Gate

void Gate::open()
{
    {
        const std::lock_guard lock(m_mutex);
        m_open = true;
        ++m_opening;
    }
    m_changed.notify_all();
}

void Gate::close()
{
    const std::lock_guard lock(m_mutex);
    m_open = false;
}

void Gate::end()
{
    {
        const std::lock_guard lock(m_mutex);
        m_ended = true;
    }
    m_changed.notify_all();
}

std::optional<int> Gate::pass()
{
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [this] { return m_open || m_ended; });
    return m_ended ? std::nullopt : std::optional(m_opening);
}

bool Gate::passAfter(int opening)
{
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [this, opening] { return (m_open && m_opening > opening) || m_ended; });
    return !m_ended;
}

// ---- Trigger

void Trigger::arm(pid_t server, int acknowledgements)
{
    const std::lock_guard lock(m_mutex);
    m_server = server;
    m_left = acknowledgements;
}

void Trigger::disarm()
{
    const std::lock_guard lock(m_mutex);
    m_left = 0;
}

void Trigger::acknowledged()
{
    const std::lock_guard lock(m_mutex);
    if (m_left > 0 && --m_left == 0)
        ::kill(m_server, SIGKILL);
}

// ---- Progress

void Progress::acknowledged()
{
    {
        const std::lock_guard lock(m_mutex);
        ++m_acknowledgements;
    }
    m_changed.notify_all();
}

int Progress::acknowledgements() const
{
    const std::lock_guard lock(m_mutex);
    return m_acknowledgements;
}

bool Progress::reaches(int acknowledgements, std::chrono::milliseconds patience)
{
    std::unique_lock lock(m_mutex);
    return m_changed.wait_for(lock, patience, [this, acknowledgements] { return m_acknowledgements >= acknowledgements; });
}

// ---- Known items

void KnownItems::add(const QString &id)
{
    const std::lock_guard lock(m_mutex);
    if (m_ids.size() < mostKnownItems)
        m_ids.push_back(id);
    else
        m_ids[m_next++ % mostKnownItems] = id;
}

QString KnownItems::some(std::mt19937 &random) const
{
    const std::lock_guard lock(m_mutex);
    if (m_ids.empty())
        return QStringLiteral("wi-1");
    return m_ids[random() % m_ids.size()];
}

// ---- Client

Client::Client(int number, quint16 port, const QByteArray &apiKey, unsigned seed, Stage &stage)
    : m_number(number)
    , m_caller(port, { { "x-api-key", apiKey } })
    , m_random(seed * 1000 + static_cast<unsigned>(number))
    , m_stage(stage)
{
}

void Client::work()
{
    while (const auto opening = m_stage.gate.pass()) {
        m_opening = *opening;
        step();
    }
}

void Client::settle()
{
    while (!m_unanswered.empty()) {
        const size_t index = m_unanswered.front();
        m_unanswered.pop_front();
        if (const auto answer = attempt(m_operations[index]))
            learn(m_operations[index], *answer);
    }
}

void Client::step()
{
    if (!m_unanswered.empty()) {
        const size_t index = m_unanswered.front();
        if (const auto answer = attempt(m_operations[index])) {
            m_unanswered.pop_front();
            learn(m_operations[index], *answer);
        }
        return;
    }
    struct Choice
    {
        int weight;
        void (Client::*action)();
    };
    static constexpr Choice choices[] { { 26, &Client::captureOne }, { 6, &Client::captureSeveral }, { 10, &Client::patch }, { 10, &Client::holdOrResume }, { 6, &Client::requeueOrCancel },
        { 10, &Client::takeNext }, { 10, &Client::actOnHolding }, { 3, &Client::setAgentState }, { 2, &Client::changeQueue }, { 1, &Client::changeCalendar }, { 9, &Client::answerOffers },
        { 4, &Client::search }, { 3, &Client::repeat } };
    int chosen = number(100);
    for (const Choice &choice : choices) {
        chosen -= choice.weight;
        if (chosen < 0)
            return (this->*choice.action)();
    }
}

QString Client::mark()
{
    return QStringLiteral("m%1-%2").arg(m_number).arg(++m_marks);
}

QString Client::agent()
{
    return number(4) == 0 ? QStringLiteral("shared") : ownAgent();
}

Operation Client::make(const QByteArray &method, const QString &target, const QJsonDocument &body, std::vector<Effect> effects)
{
    Operation operation;
    operation.client = m_number;
    operation.method = method;
    operation.target = (api + target).toLatin1();
    operation.body = body.toJson(QJsonDocument::Compact);
    if (number(2) == 0)
        operation.key = mark().toLatin1();
    operation.effects = std::move(effects);
    return operation;
}

std::optional<HttpAnswer> Client::attempt(Operation &operation)
{
    Attempt attempt;
    attempt.beganUs = nowUs();
    HttpCaller::HeaderFields headers;
    if (!operation.key.isEmpty())
        headers.append({ "Idempotency-Key", operation.key });
    if (operation.method == "PUT" && (operation.target.contains("/queues/") || operation.target.contains("/calendars/")))
        headers.append({ QByteArray("If-Match"), QByteArray("*") }); // the latest wins, which is what this client wants
    const auto answer = m_caller.call(operation.method, operation.target, operation.body, headers);
    if (answer && answer->status == 200) {
        m_stage.trigger.acknowledged();
        m_stage.progress.acknowledged();
    }
    attempt.endedUs = nowUs();
    if (answer) {
        attempt.status = answer->status;
        attempt.answer = answer->body;
        attempt.replayed = answer->header("idempotency-replayed") == "true";
    }
    if (answer || m_caller.connected())
        operation.attempts.push_back(std::move(attempt));
    if (!answer)
        (void)m_stage.gate.passAfter(m_opening);
    return answer;
}

std::optional<HttpAnswer> Client::perform(Operation operation)
{
    operation.number = static_cast<qint64>(m_operations.size()) + 1;
    const auto answer = attempt(operation);
    if (operation.attempts.empty())
        return answer; // it reached nobody
    m_operations.push_back(std::move(operation));
    Operation &kept = m_operations.back();
    if (answer) {
        learn(kept, *answer);
    } else if (!kept.key.isEmpty() || (kept.effects.size() == 1 && kept.effects.front().type == QLatin1StringView("item.created") && number(2) == 0)) {
        // A capture needs no key to be repeated: the source's own key will do.
        m_unanswered.push_back(m_operations.size() - 1);
    }
    return answer;
}

std::optional<HttpAnswer> Client::read(const QByteArray &method, const QString &target, const QJsonDocument &body)
{
    auto answer = m_caller.call(method, (api + target).toLatin1(), body.toJson(QJsonDocument::Compact));
    if (!answer)
        (void)m_stage.gate.passAfter(m_opening);
    return answer;
}

/// What an answer tells about what was done.
void Client::learn(Operation &operation, const HttpAnswer &answer)
{
    if (answer.status != 200)
        return;
    const QJsonObject json = answer.json();
    if (operation.target == "/iwd/v3/items" && operation.body.startsWith('{')) {
        const QString id = json.value(QStringLiteral("id")).toString();
        operation.effects.front().item = id;
        m_stage.items.add(id);
        m_captured.push_back({ operation.effects.front().mark, id });
    }
    for (const Effect &effect : operation.never)
        m_refusedCaptures.append(effect.mark);
    if (operation.target.endsWith("/accept")) {
        const QJsonObject item = json.value(QStringLiteral("item")).toObject();
        const QString id = item.value(QStringLiteral("id")).toString();
        operation.effects = { { Effect::Taken, QStringLiteral("item.assigned"), Effect::takenMark(id, operation.agent, item.value(QStringLiteral("assignedDateTime")).toString()), id } };
        m_holdings.push_back({ id, operation.agent, operation.token });
    }
    if (operation.target.contains("/next")) {
        const QJsonObject assignment = json.value(QStringLiteral("assignment")).toObject();
        if (assignment.isEmpty())
            return;
        const QString item = json.value(QStringLiteral("item")).toObject().value(QStringLiteral("id")).toString();
        const QString agent = assignment.value(QStringLiteral("agent")).toString();
        operation.effects = { { Effect::Taken, QStringLiteral("item.assigned"), Effect::takenMark(item, agent, assignment.value(QStringLiteral("takenDateTime")).toString()), item } };
        m_holdings.push_back({ item, agent, assignment.value(QStringLiteral("token")).toInteger() });
    }
}

void Client::captureOne()
{
    const QString key = mark();
    QJsonObject item { { QStringLiteral("captureId"), key }, { QStringLiteral("businessValue"), number(500) } };
    if (number(2) == 0) // where the categories of that name send it
        item.insert(QStringLiteral("custom"), QJsonObject { { QStringLiteral("region"), queueIds().at(number(static_cast<int>(queueIds().size()))) } });
    (void)perform(make("POST", QStringLiteral("/items"), QJsonDocument(item), { marked("item.created", key) }));
}

void Client::captureSeveral()
{
    QJsonArray items;
    std::vector<Effect> effects;
    std::vector<Effect> never;
    const int count = 2 + number(8);
    for (int i = 0; i < count; ++i) {
        const QString key = mark();
        const bool bad = number(12) == 0;
        items.append(QJsonObject { { QStringLiteral("captureId"), key }, { QStringLiteral("businessValue"), bad ? QJsonValue(QJsonObject()) : QJsonValue(number(500)) } });
        (bad ? never : effects).push_back(marked("item.created", key));
    }
    Operation operation = make("POST", QStringLiteral("/items"), QJsonDocument(items), effects);
    operation.never = never;
    (void)perform(std::move(operation));
}

void Client::patch()
{
    const QString text = mark();
    const QString item = m_stage.items.some(m_random);
    (void)perform(make("PATCH", QStringLiteral("/items/") + item, QJsonDocument(QJsonObject { { QStringLiteral("custom"), QJsonObject { { QStringLiteral("mark"), text } } } }),
        { marked("item.updated", text, item) }));
}

void Client::holdOrResume()
{
    const QString text = mark();
    const QString item = m_stage.items.some(m_random);
    if (number(2) == 0) {
        (void)perform(make("POST", QStringLiteral("/items/%1/hold").arg(item), QJsonDocument(QJsonObject { { QStringLiteral("reason"), text } }), { marked("item.held", text, item) }));
        return;
    }
    (void)perform(make("POST", QStringLiteral("/items/%1/resume").arg(item), {}, { counted("item.resumed", item) }));
}

void Client::requeueOrCancel()
{
    const QString text = mark();
    const QString item = m_stage.items.some(m_random);
    if (number(4) == 0) {
        (void)perform(make("POST", QStringLiteral("/items/%1/cancel").arg(item), QJsonDocument(QJsonObject { { QStringLiteral("reason"), text } }), { marked("item.canceled", text, item) }));
        return;
    }
    const QString queue = queueIds().at(number(static_cast<int>(queueIds().size())));
    (void)perform(make("POST", QStringLiteral("/items/%1/requeue").arg(item), QJsonDocument(QJsonObject { { QStringLiteral("reason"), text }, { QStringLiteral("queue"), queue } }),
        { marked("item.requeued", text, item) }));
}

void Client::takeNext()
{
    const QString wait = number(3) == 0 ? QStringLiteral("?wait=0.2") : QString();
    (void)perform(make("POST", QStringLiteral("/agents/%1/next%2").arg(agent(), wait), {}));
}

void Client::actOnHolding()
{
    if (m_holdings.empty())
        return takeNext();
    const auto chosen = m_holdings.begin() + number(static_cast<int>(m_holdings.size()));
    const Holding holding = *chosen;
    const int kind = number(14);
    if (kind != 9)
        m_holdings.erase(chosen); // kind 8: forgotten, so that its lease has to end by itself
    if (kind == 8)
        return;
    if (kind > 9)
        return transfer(holding);
    const QString text = mark();
    QJsonObject body { { QStringLiteral("item"), holding.item }, { QStringLiteral("token"), holding.token } };
    std::vector<Effect> effects;
    if (kind < 4) {
        body.insert(QStringLiteral("resultCode"), text);
        effects = { marked("item.completed", text, holding.item) };
    } else if (kind < 8) {
        body.insert(QStringLiteral("reason"), text);
        effects = { marked("item.released", text, holding.item) };
    } else {
        effects = { counted("item.extended", holding.item) };
    }
    const QString action = kind < 4 ? QStringLiteral("complete") : kind < 8 ? QStringLiteral("release") : QStringLiteral("extend");
    Operation operation = make("POST", QStringLiteral("/agents/%1/%2").arg(holding.agent, action), QJsonDocument(body), std::move(effects));
    operation.token = holding.token;
    operation.agent = holding.agent;
    (void)perform(std::move(operation));
}

void Client::transfer(const Holding &holding)
{
    const QString text = mark();
    QJsonObject body { { QStringLiteral("item"), holding.item }, { QStringLiteral("token"), holding.token }, { QStringLiteral("reason"), text } };
    std::vector<Effect> effects;
    if (number(2) == 0) {
        body.insert(QStringLiteral("toQueue"), queueIds().at(number(static_cast<int>(queueIds().size()))));
        effects = { marked("item.requeued", text, holding.item) };
    } else {
        // Refused when that is the holder itself, or when the other cannot take it just now.
        body.insert(QStringLiteral("toAgent"), agentIds().at(number(static_cast<int>(agentIds().size()))));
        effects = { marked("item.released", text, holding.item), marked("item.offered", text, holding.item) };
    }
    Operation operation = make("POST", QStringLiteral("/agents/%1/transfer").arg(holding.agent), QJsonDocument(body), std::move(effects));
    operation.token = holding.token;
    operation.agent = holding.agent;
    (void)perform(std::move(operation));
}

/// Offers to the agent that is shared are left alone, so that they run out.
void Client::answerOffers()
{
    const QString wait = number(6) == 0 ? QStringLiteral("?wait=0.1") : QString();
    const auto answer = read("GET", QStringLiteral("/agents/%1/offers").arg(ownAgent()) + wait);
    if (!answer || answer->status != 200)
        return;
    const QJsonArray offers = answer->json().value(QStringLiteral("data")).toArray();
    for (const QJsonValue value : offers) {
        const QJsonObject offer = value.toObject();
        const qint64 token = offer.value(QStringLiteral("assignment")).toObject().value(QStringLiteral("token")).toInteger();
        if (!m_offers.insert(token).second)
            continue; // seen, and left to run out
        see(offer);
        const QString item = offer.value(QStringLiteral("item")).toObject().value(QStringLiteral("id")).toString();
        const QString text = mark();
        QJsonObject body { { QStringLiteral("item"), item }, { QStringLiteral("token"), token } };
        const int kind = number(8);
        if (kind == 0)
            continue;
        std::vector<Effect> effects;
        if (kind < 3) {
            body.insert(QStringLiteral("reason"), text);
            effects = { marked("item.offer_declined", text, item) };
        }
        Operation operation
            = make("POST", QStringLiteral("/agents/%1/%2").arg(ownAgent(), kind < 3 ? QStringLiteral("decline") : QStringLiteral("accept")), QJsonDocument(body), std::move(effects));
        operation.token = token;
        operation.agent = ownAgent();
        if (!perform(std::move(operation)))
            return;
    }
}

/// An offer that was shown is as good as an acknowledgement: it may not be undone by the death of the server.
void Client::see(const QJsonObject &offer)
{
    const QJsonObject assignment = offer.value(QStringLiteral("assignment")).toObject();
    const QString item = offer.value(QStringLiteral("item")).toObject().value(QStringLiteral("id")).toString();
    Operation seen;
    seen.number = static_cast<qint64>(m_operations.size()) + 1;
    seen.client = m_number;
    seen.method = "GET";
    seen.effects = { { Effect::Taken, QStringLiteral("item.offered"),
        Effect::takenMark(item, assignment.value(QStringLiteral("agent")).toString(), assignment.value(QStringLiteral("takenDateTime")).toString()), item } };
    Attempt attempt;
    attempt.beganUs = attempt.endedUs = nowUs();
    attempt.status = 200;
    attempt.answer = QJsonDocument(offer).toJson(QJsonDocument::Compact);
    seen.attempts = { attempt };
    m_operations.push_back(std::move(seen));
}

void Client::setAgentState()
{
    const QString text = mark();
    const QString state = number(4) == 0 ? QStringLiteral("notReady") : QStringLiteral("ready");
    (void)perform(make("PUT", QStringLiteral("/agents/%1/state").arg(agent()), QJsonDocument(QJsonObject { { QStringLiteral("state"), state }, { QStringLiteral("reason"), text } }),
        { marked("agent.state_changed", text) }));
}

void Client::changeQueue()
{
    const QString text = mark();
    const QString queue = queueIds().at(number(static_cast<int>(queueIds().size())));
    (void)perform(make("PUT", QStringLiteral("/queues/") + queue, QJsonDocument(queueBody(queue, text)), { marked("config.updated", text) }));
}

void Client::changeCalendar()
{
    const QString text = mark();
    (void)perform(make("PUT", QStringLiteral("/calendars/") + calendarId(), QJsonDocument(calendarBody(number(2) == 0, text)), { marked("config.updated", text) }));
}

/// What was captured is found by its captureId at once and for ever, what was refused never is.
void Client::search()
{
    const bool wantRefused = number(5) == 0;
    if (wantRefused ? m_refusedCaptures.isEmpty() : m_captured.empty())
        return captureSeveral();
    const Captured wanted = wantRefused ? Captured { m_refusedCaptures.at(number(static_cast<int>(m_refusedCaptures.size()))), {} }
                                        : m_captured[static_cast<size_t>(number(static_cast<int>(m_captured.size())))];
    QJsonObject body = searchBody(wanted.captureId);
    const QJsonObject condition { { QStringLiteral("attribute"), QStringLiteral("captureId") }, { QStringLiteral("operator"), QStringLiteral("equals") },
        { QStringLiteral("value"), wanted.captureId }, { QStringLiteral("caseSensitive"), true } };
    const int way = number(3);
    if (way > 0)
        body.insert(QStringLiteral("condition"), condition);
    if (way == 1)
        body.remove(QStringLiteral("text"));
    const auto answer = read("POST", QStringLiteral("/items/search"), QJsonDocument(body));
    if (!answer || answer->status == 503)
        return;
    ++m_searches;
    const QStringList expected = wanted.item.isEmpty() ? QStringList() : QStringList { wanted.item };
    if (answer->status != 200 || foundIds(*answer) != expected)
        m_complaints.append(QStringLiteral("search: %1 was answered %2, but %3 was expected: %4")
                                .arg(QString::fromUtf8(QJsonDocument(body).toJson(QJsonDocument::Compact)))
                                .arg(answer->status)
                                .arg(expected.isEmpty() ? QStringLiteral("nothing") : wanted.item, QString::fromUtf8(answer->body.left(500))));
}

void Client::repeat()
{
    // An answer that was given is given again, also by a server that has been started since.
    for (int attempts = 0; attempts < 5 && !m_operations.empty(); ++attempts) {
        const size_t latest = std::min<size_t>(m_operations.size(), 200);
        Operation &operation = m_operations[m_operations.size() - 1 - m_random() % latest];
        if (operation.key.isEmpty() || operation.outcome() != Operation::Outcome::Done || operation.target.contains("/next"))
            continue;
        (void)attempt(operation);
        return;
    }
}

// ---- Follower

Follower::Follower(quint16 port, const QByteArray &apiKey, Gate &gate)
    : m_caller(port, { { "x-api-key", apiKey } })
    , m_gate(gate)
{
}

void Follower::work()
{
    while (const auto opening = m_gate.pass()) {
        const auto answer = m_caller.call("GET", "/iwd/v3/events?limit=1000&wait=0.5&after=" + QByteArray::number(m_after));
        if (!answer) {
            (void)m_gate.passAfter(*opening);
            continue;
        }
        if (answer->status != 200)
            continue;
        const auto events = eventsOf(*answer);
        m_seen.insert(m_seen.end(), events.begin(), events.end());
        m_after = answer->json().value(QStringLiteral("next")).toInteger();
    }
}

} // namespace iwd::test
