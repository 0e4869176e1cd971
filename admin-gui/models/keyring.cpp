// SPDX-License-Identifier: Apache-2.0
#include "keyring.h"

#include <qt6keychain/keychain.h>

#include <qcoro/qcorosignal.h>

using namespace Qt::StringLiterals;

namespace iwd {

namespace {

const QString service = u"iwd-admin"_s;

/// Runs @p job to its end. @returns what went wrong; that there is no such entry is no error
QCoro::Task<std::optional<Error>> run(QKeychain::Job *job)
{
    job->setAutoDelete(false);
    job->setInsecureFallback(false);
    const std::unique_ptr<QKeychain::Job, QScopedPointerDeleteLater> owner(job);
    job->start();
    co_await qCoro(job, &QKeychain::Job::finished);
    if (job->error() == QKeychain::NoError || job->error() == QKeychain::EntryNotFound)
        co_return std::nullopt;
    co_return Error { ErrorCode::StorageUnavailable, u"The system's keyring does not work: %1. You will have to sign in again at the next start."_s.arg(job->errorString()), {}, {} };
}

} // namespace

QCoro::Task<Result<QString>> Keyring::read(QString name)
{
    auto *const job = new QKeychain::ReadPasswordJob(service);
    job->setKey(name);
    QString secret;
    QObject::connect(job, &QKeychain::Job::finished, job, [job, &secret] { secret = job->textData(); });
    const auto trouble = co_await run(job);
    if (trouble)
        co_return *trouble;
    co_return secret;
}

QCoro::Task<Result<bool>> Keyring::write(QString name, QString secret)
{
    auto *const job = new QKeychain::WritePasswordJob(service);
    job->setKey(name);
    job->setTextData(secret);
    const auto trouble = co_await run(job);
    if (trouble)
        co_return *trouble;
    co_return true;
}

QCoro::Task<Result<bool>> Keyring::remove(QString name)
{
    auto *const job = new QKeychain::DeletePasswordJob(service);
    job->setKey(name);
    const auto trouble = co_await run(job);
    if (trouble)
        co_return *trouble;
    co_return true;
}

} // namespace iwd
