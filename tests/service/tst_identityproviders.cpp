// SPDX-License-Identifier: Apache-2.0
#include <support/pipelinefixture.h>

#include <pipeline/access/identityproviders.h>
#include <pipeline/access/users.h>

using namespace iwd;
using namespace iwd::test;
using namespace Qt::StringLiterals;

namespace {

const QString issuer = u"https://login.example.com"_s;

Granter everything()
{
    Privileges all;
    all.set();
    return { Actor::server(), all, {} };
}

} // namespace

/// Identity providers and their users in each kind of store.
class TestIdentityProviders : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m = std::make_unique<PipelineFixture>();
        QVERIFY(put());
    }
    void cleanup() { m.reset(); }

    void aProviderIsKeptAsItWasGiven()
    {
        const auto kept = providers();
        QCOMPARE(kept.size(), size_t(1));
        QCOMPARE(kept[0].provider.issuer, issuer);
        QCOMPARE(kept[0].provider.rolesOfGroups, (std::map<QString, QString> { { u"führung \"x\""_s, u"Supervisor"_s } }));
        QCOMPARE(kept[0].provider.scopes, QStringList { u"profile"_s });
        QCOMPARE(kept[0].secret, QByteArray("\0secret\xff", 8));
        QCOMPARE(kept[0].version, 1);
        m->restart();
        QCOMPARE(providers()[0].secret, kept[0].secret);
        const auto again = put({}, false);
        QVERIFY(again);
        QCOMPARE(again->record.version, 2);
        QCOMPARE(again->record.created, kept[0].created);
        QVERIFY(providers()[0].secret.isEmpty());
    }

    void theSamePersonIsTheSameUser()
    {
        const auto first = signIn(u"subject-1"_s, u"dana"_s);
        QVERIFY(first);
        QCOMPARE(first->user.roles, QStringList { u"Supervisor"_s });
        m->restart();
        const auto second = signIn(u"subject-1"_s, u"somebody"_s);
        QVERIFY(second);
        QCOMPARE(second->user.name, u"dana"_s);
        QCOMPARE(second->identity.issuer, issuer);
        QCOMPARE(second->identity.subject, u"subject-1"_s);
        QCOMPARE(signIn(u"subject-2"_s, u"dana"_s).error().code, ErrorCode::SignInRefused);
        QCOMPARE(setPassword(u"dana"_s).error().code, ErrorCode::NotAllowed);
    }

    void anotherTenantsPeopleAreOthers()
    {
        QVERIFY(signIn(u"subject-1"_s, u"dana"_s));
        const TenantId other = *m->store->createTenant(u"200"_s, u"t200"_s, u"7b2f41a3-c54c-4ce8-92d2-0324e1c32e22"_s);
        const auto seen = run<size_t>([](Transaction &transaction) -> Result<size_t> {
            return transaction.identityProviders().size() + (transaction.userWithIdentity(issuer, u"subject-1"_s) ? 1 : 0) + transaction.users().size();
        }, other);
        QCOMPARE(*seen, size_t(0));
        const auto removed = run<bool>([](Transaction &transaction) -> Result<bool> {
            transaction.removeSessionsThrough(u"corp"_s);
            transaction.removeIdentityProvider(u"corp"_s);
            return transaction.finishSignIn("digest", transaction.now() + std::chrono::minutes(1));
        }, other);
        QVERIFY(*removed);
        QCOMPARE(providers().size(), size_t(1));
        QVERIFY(*finish("digest", std::chrono::minutes(1))); // that of this tenant has not been used
    }

    void aSignInIsFinishedOnce()
    {
        QVERIFY(*finish("one", std::chrono::minutes(10)));
        QVERIFY(!*finish("one", std::chrono::minutes(10)));
        QVERIFY(*finish("two", std::chrono::minutes(10)));
        m->restart();
        QVERIFY(!*finish("two", std::chrono::minutes(10)));
        m->clock.advance(std::chrono::minutes(11));
        QVERIFY(*finish("three", std::chrono::minutes(10)));
    }

    void sessionsOfItsUsersAloneEndWithAProvider()
    {
        QVERIFY(signIn(u"subject-1"_s, u"dana"_s));
        UserRecord local;
        local.user.name = u"kim"_s;
        local.user.roles = { u"Viewer"_s };
        local.passwordHash = u"x"_s;
        const auto opened = run<bool>([local](Transaction &transaction) -> Result<bool> {
            transaction.insertUser(local);
            for (const QString &name : { u"dana"_s, u"kim"_s }) {
                SessionRecord session;
                session.id = u"session-"_s + name;
                session.user = name;
                session.provider = name == u"dana"_s ? u"corp"_s : QString();
                session.expires = transaction.now() + std::chrono::hours(1);
                transaction.insertSession(session, name.toLatin1());
            }
            return true;
        });
        QVERIFY(opened);
        const quint64 before = m->store->callersVersion();
        const auto sessions = [this] {
            QStringList all;
            for (const SessionRecord &session : *run<std::vector<SessionRecord>>([](Transaction &transaction) -> Result<std::vector<SessionRecord>> { return transaction.sessions(); }))
                all.append(session.id + u' ' + session.provider);
            return all;
        };
        QCOMPARE(sessions().size(), 2);
        QVERIFY(sessions().contains(u"session-dana corp"_s));
        QVERIFY(run<bool>([](Transaction &transaction) -> Result<bool> {
            const auto removed = removeIdentityProvider(transaction, u"corp"_s, std::nullopt, everything());
            return removed ? Result<bool>(true) : removed.error();
        }));
        QCOMPARE(sessions(), QStringList { u"session-kim "_s });
        QVERIFY(m->store->callersVersion() != before); // what was known of their tokens is not believed any more
        QCOMPARE(signIn(u"subject-1"_s, u"dana"_s).error().code, ErrorCode::SignInRefused);
    }

private:
    template <typename T>
    Result<T> run(std::function<Result<T>(Transaction &)> work, std::optional<TenantId> of = {})
    {
        return m->run<T>(of.value_or(m->tenant), std::move(work), true);
    }

    Result<PutIdentityProviderOutcome> put(const QByteArray &secret = QByteArray("\0secret\xff", 8), bool create = true)
    {
        PutIdentityProviderCommand command;
        command.provider.id = u"corp"_s;
        command.provider.name = u"Corporate login"_s;
        command.provider.issuer = issuer;
        command.provider.clientId = u"iwd"_s;
        command.provider.scopes = { u"profile"_s };
        command.provider.groupsClaim = u"groups"_s;
        command.provider.rolesOfGroups = { { u"führung \"x\""_s, u"Supervisor"_s } };
        command.secret = secret;
        command.create = create;
        command.anyVersion = !create;
        command.granter = everything();
        return run<PutIdentityProviderOutcome>([command](Transaction &transaction) { return putIdentityProvider(transaction, command); });
    }

    std::vector<IdentityProviderRecord> providers()
    {
        return *run<std::vector<IdentityProviderRecord>>([](Transaction &transaction) -> Result<std::vector<IdentityProviderRecord>> { return transaction.identityProviders(); });
    }

    Result<UserRecord> signIn(const QString &subject, const QString &name)
    {
        const ForeignSignIn signIn { u"corp"_s, { issuer, subject, name, {}, {}, { u"führung \"x\""_s } }, u"192.0.2.17"_s };
        return run<UserRecord>([signIn](Transaction &transaction) { return signInForeign(transaction, signIn); });
    }

    Result<UserRecord> setPassword(const QString &name)
    {
        return run<UserRecord>([name](Transaction &transaction) { return iwd::setPassword(transaction, name, u"x"_s, true, everything()); });
    }

    Result<bool> finish(const QByteArray &digest, milliseconds lifetime)
    {
        return run<bool>([digest, lifetime](Transaction &transaction) -> Result<bool> { return transaction.finishSignIn(digest, transaction.now() + lifetime); });
    }

    std::unique_ptr<PipelineFixture> m;
};

QTEST_GUILESS_MAIN(TestIdentityProviders)
#include "tst_identityproviders.moc"
