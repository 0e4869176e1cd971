// SPDX-License-Identifier: Apache-2.0
#include "distributor.h"

#include <pipeline/idempotency.h>

namespace iwd {

namespace {

constexpr int MostOffersAtOnce = 200; ///< in one transaction, so that others do not wait long

Result<Answer> nothing(const NextRequest &request)
{
    return request.encode(NextOutcome {});
}

} // namespace

void Distributor::arrive(const std::shared_ptr<NextRequest> &request)
{
    m_arrived.push_back(request);
}

void Distributor::serve(Transaction &transaction, Takings &takings, NextRequest &request)
{
    // A client that lost patience asks again with the same key: its wishes are one, and whichever is served first answers for all.
    if (auto stored = storedAnswer(transaction, request.idempotency)) {
        request.outcome = std::move(stored);
        return;
    }
    auto outcome = takings.takeNext(request.agentId, request.actor);
    if (!outcome) {
        request.outcome = outcome.error();
        return;
    }
    if (!outcome->item && request.wait)
        return;
    const Answer answer = request.encode(*outcome);
    if (request.idempotency && outcome->item)
        transaction.storeAnswer(*request.idempotency, answer);
    request.outcome = answer;
}

void Distributor::match(Transaction &transaction)
{
    // Nothing that parked agents could take has come about unless something was written.
    const bool changed = transaction.changeCount() > 0 || m_timePassed.contains(transaction.tenant());
    Takings takings(transaction, m_eligibility[transaction.tenant()]);
    for (const auto &request : m_parked) {
        if (changed && request->tenant == transaction.tenant() && !request->outcome && !transaction.failed())
            serve(transaction, takings, *request);
    }
    for (const auto &request : m_arrived) {
        if (request->tenant == transaction.tenant() && !request->outcome && !transaction.failed())
            serve(transaction, takings, *request);
    }
    // What is left over by the limit is offered with the next look at what falls due.
    if (changed && !transaction.failed())
        offerWork(transaction, m_eligibility[transaction.tenant()], MostOffersAtOnce);
    m_timePassed.erase(transaction.tenant());
}

void Distributor::committed()
{
    for (auto &request : m_arrived) {
        if (!request->outcome && m_closed) {
            request->answer(nothing(*request));
        } else if (!request->outcome && !request->parked) {
            request->parked = true;
            m_parked.push_back(request);
        } else if (request->outcome && !request->parked) {
            request->answer(*request->outcome);
        }
    }
    m_arrived.clear();
    std::erase_if(m_parked, [](const auto &request) {
        if (request->outcome)
            request->answer(*request->outcome);
        return request->outcome.has_value();
    });
}

void Distributor::rolledBack()
{
    for (const auto &request : m_arrived)
        request->outcome.reset();
    for (const auto &request : m_parked)
        request->outcome.reset();
    m_arrived.clear();
    m_timePassed.clear();
    // Classes that the undone transaction made do not exist, and their numbers come again.
    m_eligibility.clear();
}

bool Distributor::hasParked(TenantId tenant) const
{
    return std::any_of(m_parked.begin(), m_parked.end(), [tenant](const auto &request) { return request->tenant == tenant; });
}

void Distributor::giveUp(quint64 number)
{
    const auto request = std::find_if(m_parked.begin(), m_parked.end(), [number](const auto &parked) { return parked->number == number; });
    if (request == m_parked.end())
        return;
    (*request)->answer(nothing(**request));
    m_parked.erase(request);
}

void Distributor::giveUpAll()
{
    m_closed = true;
    for (const auto &request : std::exchange(m_parked, {}))
        request->answer(nothing(*request));
}

} // namespace iwd
