// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "offering.h"
#include "taking.h"

#include <deque>
#include <map>
#include <memory>
#include <set>

namespace iwd {

/// An agent's wish for the next item, and how to answer it.
struct NextRequest
{
    TenantId tenant;
    QString agentId;
    Actor actor;
    bool wait = false; ///< stay parked when there is nothing now
    std::optional<IdempotencyKey> idempotency;
    std::function<Answer(const NextOutcome &)> encode;
    std::function<void(Result<Answer>)> answer; ///< called once, on the writing thread

    // Of the distributor
    quint64 number = 0;
    std::optional<Result<Answer>> outcome;
    bool parked = false;
};

/// Matches agents with work that waits, those that ask for it and those it is offered to, at the end of every write transaction: so work that arrives is in an agent's hands in the
/// very transaction that stored it, concurrent wishes share one transaction, and whatever frees capacity or changes an
/// agent, a queue or a curve is matched at once. Whoever has waited longest is served first.
///
/// All of it runs on the store's writing thread; what it decides counts only once the transaction is committed.
class Distributor
{
public:
    /// Registers a wish in the running transaction. May be called again for the same wish when the transaction is run again.
    void arrive(const std::shared_ptr<NextRequest> &request);
    /// The running transaction looks after what falls due: time alone may have made more agents eligible, opened a queue or ended a refusal.
    void timePassed(TenantId tenant) { m_timePassed.insert(tenant); }
    /// Hook of the store: before the commit of a tenant's changes.
    void match(Transaction &transaction);
    /// Hook of the store: the transaction holds.
    void committed();
    /// Hook of the store: the transaction was undone.
    void rolledBack();

    /// Whether somebody waits for work of the tenant.
    [[nodiscard]] bool hasParked(TenantId tenant) const;
    /// The wish's waiting time is over: answers "nothing" if it is still parked.
    void giveUp(quint64 number);
    /// The server is about to stop: answers "nothing" to everybody, and parks nobody any more.
    void giveUpAll();

private:
    void serve(Transaction &transaction, Takings &takings, NextRequest &request);

    std::deque<std::shared_ptr<NextRequest>> m_parked; ///< in order of arrival
    std::vector<std::shared_ptr<NextRequest>> m_arrived; ///< in the running transaction
    std::map<TenantId, EligibilityCache> m_eligibility;
    std::set<TenantId> m_timePassed;
    bool m_closed = false;
};

} // namespace iwd
