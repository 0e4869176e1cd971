// SPDX-License-Identifier: Apache-2.0
#include "firststart.h"

#include <runtime/secrets.h>

#include <pipeline/configure/configobjects.h>

#include <QFile>
#include <QUuid>

namespace iwd {

namespace {

struct Secrets
{
    BootstrapCredentials credentials;
    QString passwordHash;
};

Result<Secrets> makeSecrets(const TenantRecord &tenant)
{
    Secrets made { { QStringLiteral("admin"), secrets::newPassword(), secrets::newApiKey(), tenant.id }, {} };
    const auto hash = secrets::hashPassword(made.credentials.password);
    if (!hash)
        return hash.error();
    made.passwordHash = *hash;
    return made;
}

void store(Transaction &transaction, const Secrets &made)
{
    UserRecord user;
    user.user.name = made.credentials.user;
    user.user.roles = { QStringLiteral("Administrator") };
    user.passwordHash = made.passwordHash;
    user.changePassword = true; // it was shown on a terminal, or stands in a file
    transaction.insertUser(user);
    ApiKeyRecord key;
    key.id = QUuid::createUuid().toString(QUuid::WithoutBraces);
    key.name = QStringLiteral("First administrator");
    key.scopes = { QStringLiteral("admin") };
    transaction.insertApiKey(key, secrets::digest(made.credentials.apiKey));
}

} // namespace

QCoro::Task<Result<std::optional<BootstrapCredentials>>> setUpTenant(Pipeline &pipeline, TenantRecord tenant, QString bootstrapFile)
{
    using Outcome = std::optional<BootstrapCredentials>;
    const std::function<Result<bool>(Snapshot &)> hasUsers = [](Snapshot &snapshot) -> Result<bool> { return snapshot.hasUsers(); };
    const auto used = co_await pipeline.readCallers<bool>(tenant.number, Deadline::never(), hasUsers);
    if (!used)
        co_return used.error();
    if (*used)
        co_return Outcome();

    // Its work may be in another database than its users, who come last: whoever finds users finds everything. It may have been seeded by a start that did not get further.
    const std::function<Answer(const bool &)> nothing = [](const bool &) { return Answer {}; };
    WriteContext context;
    context.tenant = tenant.number;
    context.actor = Actor::server();
    const std::function<Result<bool>(Transaction &)> seed = [](Transaction &transaction) -> Result<bool> {
        if (!transaction.configRecord(ConfigKind::CapturePoint, QStringLiteral("default")))
            seedConfiguration(transaction);
        return true;
    };
    const auto seeded = co_await pipeline.write<bool>(context, seed, nothing);
    if (!seeded)
        co_return seeded.error();

    // The file is written before the credentials are stored, so that a crash in between locks nobody out: at worst the file names
    // credentials that were never set up, which the next start says by refusing to overwrite it.
    std::optional<BootstrapFile> file;
    if (!bootstrapFile.isEmpty()) {
        auto reserved = BootstrapFile::reserve(bootstrapFile);
        if (!reserved)
            co_return reserved.error();
        file.emplace(std::move(reserved).value());
    }
    const auto made = makeSecrets(tenant);
    if (!made)
        co_return made.error();
    if (file) {
        if (const auto published = file->publish(made->credentials); !published)
            co_return published.error();
    }
    // GCC 12 destroys a lambda that is made inside of a co_await expression twice, so it is made before.
    const auto first = std::make_shared<bool>(true); ///< of several servers that start on one new database
    const std::function<Result<bool>(Transaction &)> work = [made = *made, first](Transaction &transaction) -> Result<bool> {
        *first = !transaction.hasUsers();
        if (*first)
            store(transaction, made);
        return true;
    };
    context.aboutCallers = true;
    const auto stored = co_await pipeline.write<bool>(context, work, nothing);
    if (!stored) {
        if (file)
            QFile::remove(bootstrapFile);
        co_return stored.error();
    }
    if (!*first) {
        if (file)
            QFile::remove(bootstrapFile);
        co_return Outcome();
    }
    co_return Outcome(made->credentials);
}

QString welcome(const BootstrapCredentials &credentials)
{
    return QStringLiteral("\n"
                          "  This installation is new. Keep these; they are shown only once:\n"
                          "\n"
                          "    user      %1\n"
                          "    password  %2\n"
                          "    API key   %3\n"
                          "\n"
                          "  Whoever signs in first chooses another password.\n"
                          "\n")
        .arg(credentials.user, credentials.password, credentials.apiKey);
}

} // namespace iwd
