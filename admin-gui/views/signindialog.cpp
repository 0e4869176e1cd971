// SPDX-License-Identifier: Apache-2.0
#include "signindialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDesktopServices>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPointer>
#include <QProgressBar>
#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace iwd {

namespace {

constexpr int formWidth = 420;

QLineEdit *secretField()
{
    auto *const field = new QLineEdit;
    field->setEchoMode(QLineEdit::Password);
    return field;
}

/// Two profiles of the same name would be one.
QString nameFor(const QUrl &url, const QString &user)
{
    const QString place = url.port() < 0 ? url.host() : QString(url.host() + u':' + QString::number(url.port()));
    return user.isEmpty() ? place : QString(user + u" @ "_s + place);
}

} // namespace

SignInDialog::SignInDialog(Profiles &profiles, SecretStore &secrets, QWidget *parent)
    : QDialog(parent)
    , m_profiles(profiles)
    , m_secrets(secrets)
    , m_pages(new QStackedWidget)
    , m_trouble(new QLabel)
    , m_doing(new QLabel)
    , m_progress(new QProgressBar)
    , m_go(new QPushButton)
{
    setWindowTitle(tr("Sign in to IWD"));
    m_pages->addWidget(makeSignInPage());
    m_pages->addWidget(makePasswordPage());
    m_trouble->setWordWrap(true);
    m_trouble->setTextFormat(Qt::PlainText);
    m_trouble->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_trouble->setObjectName(u"trouble"_s);
    m_trouble->setMinimumWidth(formWidth);
    m_trouble->hide();
    m_progress->setRange(0, 0);
    m_progress->setTextVisible(false);
    m_progress->setFixedHeight(4);
    m_go->setDefault(true);
    m_go->setObjectName(u"go"_s);
    auto *const cancel = new QPushButton(tr("Cancel"));
    connect(m_go, &QPushButton::clicked, this, &SignInDialog::signIn);
    connect(cancel, &QPushButton::clicked, this, [this] {
        if (!m_busy)
            return reject();
        giveUp();
        setBusy(false);
    });
    auto *const buttons = new QHBoxLayout;
    buttons->addWidget(m_doing, 1);
    buttons->addWidget(cancel);
    buttons->addWidget(m_go);
    auto *const layout = new QVBoxLayout(this);
    layout->setSizeConstraint(QLayout::SetFixedSize);
    layout->addWidget(m_pages);
    layout->addWidget(m_trouble);
    layout->addWidget(m_progress);
    layout->addLayout(buttons);
    fillProfiles();
    show(m_profiles.latest().value_or(Profile { {}, QUrl(u"http://127.0.0.1:4024"_s), {}, {}, {}, false }));
    setBusy(false);
}

SignInDialog::~SignInDialog()
{
    ++m_question;
    if (m_asking)
        m_asking->close();
    giveUp();
}

/// What is under way ends, and what it answers is of no use.
void SignInDialog::giveUp()
{
    ++m_attempt;
    if (m_signing)
        m_signing->close();
    if (m_browser)
        m_browser->giveUp();
}

QWidget *SignInDialog::makeSignInPage()
{
    m_profile = new QComboBox;
    m_profile->setObjectName(u"profile"_s);
    m_remove = new QPushButton(tr("Forget"));
    m_remove->setToolTip(tr("Forget this server and the session that is kept for it"));
    m_address = new QLineEdit;
    m_address->setObjectName(u"address"_s);
    m_address->setPlaceholderText(u"iwd.example.com"_s);
    m_tenant = new QLineEdit;
    m_tenant->setPlaceholderText(tr("the server's first one"));
    m_user = new QLineEdit;
    m_user->setObjectName(u"user"_s);
    m_password = secretField();
    m_password->setObjectName(u"password"_s);
    m_stay = new QCheckBox(tr("Stay signed in on this computer"));
    m_stay->setToolTip(tr("Keeps the session, not the password, in the system's keyring until it expires"));
    m_overheard = new QLabel(tr("Others can read along on the way to this server: it is not reached over https."));
    m_overheard->setWordWrap(true);
    m_providers = new QVBoxLayout;

    auto *const chooser = new QHBoxLayout;
    chooser->addWidget(m_profile, 1);
    chooser->addWidget(m_remove);
    auto *const page = new QWidget;
    auto *const form = new QFormLayout(page);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    auto *const profileLabel = new QLabel(tr("&Profile"));
    profileLabel->setBuddy(m_profile);
    form->addRow(profileLabel, chooser);
    form->addRow(tr("&Server"), m_address);
    form->addRow(QString(), m_overheard);
    form->addRow(tr("Te&nant"), m_tenant);
    form->addRow(tr("&User"), m_user);
    form->addRow(tr("Pass&word"), m_password);
    form->addRow(QString(), m_stay);
    form->addRow(m_providers);
    page->setMinimumWidth(formWidth);

    connect(m_profile, &QComboBox::activated, this, [this](int index) {
        const auto chosen = m_profiles.find(m_profile->itemData(index).toString());
        show(chosen.value_or(Profile()));
        complain({});
        (chosen ? m_password : m_address)->setFocus();
    });
    connect(m_remove, &QPushButton::clicked, this, &SignInDialog::removeProfile);
    connect(m_address, &QLineEdit::textChanged, this, &SignInDialog::updateButtons);
    connect(m_user, &QLineEdit::textChanged, this, &SignInDialog::updateButtons);
    connect(m_password, &QLineEdit::textChanged, this, &SignInDialog::updateButtons);
    connect(m_address, &QLineEdit::editingFinished, this, &SignInDialog::askWays);
    connect(m_tenant, &QLineEdit::editingFinished, this, &SignInDialog::askWays);
    return page;
}

QWidget *SignInDialog::makePasswordPage()
{
    m_newPassword = secretField();
    m_newPassword->setObjectName(u"newPassword"_s);
    m_samePassword = secretField();
    m_samePassword->setObjectName(u"samePassword"_s);
    auto *const why = new QLabel(tr("Your password was made by somebody else. Choose one that only you know."));
    why->setWordWrap(true);
    auto *const page = new QWidget;
    auto *const form = new QFormLayout(page);
    form->addRow(why);
    form->addRow(tr("&New password"), m_newPassword);
    form->addRow(tr("The same &again"), m_samePassword);
    connect(m_newPassword, &QLineEdit::textChanged, this, &SignInDialog::updateButtons);
    connect(m_samePassword, &QLineEdit::textChanged, this, &SignInDialog::updateButtons);
    return page;
}

void SignInDialog::choose(const QString &name)
{
    const auto profile = m_profiles.find(name);
    if (!profile)
        return;
    show(*profile);
    if (profile->staySignedIn)
        resume(*profile);
}

void SignInDialog::explain(const QString &reason)
{
    complain(reason);
}

Profile SignInDialog::profile() const
{
    Profile profile;
    profile.tenant = m_tenant->text().trimmed();
    profile.user = m_user->text().trimmed();
    profile.staySignedIn = m_stay->isChecked();
    return profile;
}

void SignInDialog::show(const Profile &profile)
{
    m_profile->setCurrentIndex(std::max(0, m_profile->findData(profile.name)));
    m_remove->setEnabled(!profile.name.isEmpty());
    m_address->setText(profile.url.toString());
    m_tenant->setText(profile.tenant);
    m_user->setText(profile.user);
    m_password->clear();
    m_stay->setChecked(profile.staySignedIn);
    (profile.url.isEmpty() ? m_address : profile.user.isEmpty() ? m_user : m_password)->setFocus();
    askWays();
    updateButtons();
}

void SignInDialog::fillProfiles()
{
    m_profile->clear();
    m_profile->addItem(tr("New server …"), QString());
    for (const Profile &profile : m_profiles.all())
        m_profile->addItem(profile.name, profile.name);
}

void SignInDialog::removeProfile()
{
    const QString name = m_profile->currentData().toString();
    m_profiles.remove(name);
    (void)m_secrets.remove(name);
    fillProfiles();
    show(m_profiles.latest().value_or(Profile()));
}

void SignInDialog::askWays()
{
    qDeleteAll(m_providerButtons);
    m_providerButtons.clear();
    if (const auto url = serverUrl(m_address->text()))
        readWays(*url, m_tenant->text().trimmed());
}

QCoro::Task<> SignInDialog::readWays(QUrl url, QString tenant)
{
    const QPointer<SignInDialog> self(this);
    const quint64 question = ++m_question;
    if (m_asking)
        m_asking->close();
    m_asking = signInClient(url);
    const auto ways = co_await waysToSignIn(m_asking, tenant);
    if (!self || question != m_question || !ways)
        co_return; // a server that does not answer is told of when somebody signs in
    qDeleteAll(m_providerButtons);
    m_providerButtons.clear();
    for (const IdentityProvider &provider : ways->providers) {
        auto *const button = new QPushButton(tr("Sign in with %1").arg(provider.name));
        connect(button, &QPushButton::clicked, this, [this, url, provider] {
            complain({});
            signInInBrowser(profile(), url, provider);
        });
        m_providers->addWidget(button);
        m_providerButtons.append(button);
    }
}

void SignInDialog::signIn()
{
    complain({});
    if (m_pages->currentIndex() == 1) {
        choosePassword();
        return;
    }
    const auto url = serverUrl(m_address->text());
    if (!url)
        return complain(url.error().text);
    signInWithPassword(profile(), *url, m_password->text());
}

QCoro::Task<> SignInDialog::resume(Profile profile)
{
    const QPointer<SignInDialog> self(this);
    setBusy(true, tr("Signing in …"));
    const quint64 attempt = m_attempt;
    const auto token = co_await m_secrets.read(profile.name);
    if (!self || attempt != m_attempt)
        co_return;
    setBusy(false);
    if (!token)
        complain(token.error().text);
    else if (!token->isEmpty())
        co_await openSession(profile, *token);
}

QCoro::Task<> SignInDialog::signInWithPassword(Profile profile, QUrl url, QString password)
{
    const QPointer<SignInDialog> self(this);
    setBusy(true, tr("Signing in …"));
    const quint64 attempt = m_attempt;
    m_signing = signInClient(url);
    const auto signedIn = co_await signInByPassword(m_signing, profile.user, password);
    if (!self || attempt != m_attempt)
        co_return;
    setBusy(false);
    if (!signedIn) {
        complain(signedIn.error().text);
        m_password->selectAll();
        m_password->setFocus();
        co_return;
    }
    profile.url = url;
    profile.user = signedIn->user;
    profile.name = nameFor(url, profile.user);
    if (signedIn->changePassword) {
        m_signingIn = profile;
        m_token = signedIn->token;
        m_pages->setCurrentIndex(1);
        m_newPassword->setFocus();
        updateButtons();
        co_return;
    }
    co_await openSession(profile, signedIn->token);
}

void SignInDialog::signInInBrowser(const Profile &profile, const QUrl &url, const IdentityProvider &provider)
{
    auto browser = BrowserSignIn::listen();
    if (!browser)
        return complain(browser.error().text);
    m_browser = *std::move(browser);
    m_signing = signInClient(url);
    waitForBrowser(profile, url, provider);
}

QCoro::Task<> SignInDialog::waitForBrowser(Profile profile, QUrl url, IdentityProvider provider)
{
    const QPointer<SignInDialog> self(this);
    setBusy(true, tr("Waiting for your browser …"));
    const quint64 attempt = m_attempt;
    const auto signedIn = co_await signInByProvider(m_signing, m_browser, profile.tenant, provider.id, [](const QUrl &page) { QDesktopServices::openUrl(page); });
    if (!self || attempt != m_attempt)
        co_return;
    setBusy(false);
    if (!signedIn) {
        complain(signedIn.error().text);
        co_return;
    }
    profile.url = url;
    profile.user.clear();
    profile.provider = provider.id;
    profile.name = nameFor(url, provider.name);
    co_await openSession(profile, signedIn->token);
}

QCoro::Task<> SignInDialog::choosePassword()
{
    const QPointer<SignInDialog> self(this);
    if (m_newPassword->text() != m_samePassword->text()) {
        complain(tr("The two are not the same."));
        co_return;
    }
    setBusy(true, tr("Changing the password …"));
    const quint64 attempt = m_attempt;
    const auto changed = co_await changePassword(m_signingIn->url, m_token, m_password->text(), m_newPassword->text());
    if (!self || attempt != m_attempt)
        co_return;
    setBusy(false);
    if (changed)
        co_await openSession(*m_signingIn, m_token);
    else
        complain(changed.error().text);
}

QCoro::Task<> SignInDialog::openSession(Profile profile, QString token)
{
    const QPointer<SignInDialog> self(this);
    setBusy(true, tr("Signing in …"));
    const quint64 attempt = m_attempt;
    auto session = co_await Session::open(profile, token, {});
    if (!self || attempt != m_attempt)
        co_return;
    setBusy(false);
    if (!session) {
        complain(session.error().text);
        co_return;
    }
    m_profiles.put(profile);
    m_profiles.setLatest(profile.name);
    if (profile.staySignedIn) {
        const auto kept = co_await m_secrets.write(profile.name, token);
        if (!self)
            co_return;
        if (!kept)
            complain(kept.error().text);
    } else {
        (void)m_secrets.remove(profile.name);
    }
    m_session = *std::move(session);
    accept();
}

void SignInDialog::setBusy(bool busy, const QString &what)
{
    ++m_attempt;
    m_busy = busy;
    m_pages->setEnabled(!busy);
    m_doing->setText(what);
    m_progress->setVisible(busy);
    updateButtons();
}

void SignInDialog::complain(const QString &text)
{
    m_trouble->setText(text);
    m_trouble->setVisible(!text.isEmpty());
}

void SignInDialog::updateButtons()
{
    const bool isFirst = m_pages->currentIndex() == 0;
    const auto url = serverUrl(m_address->text());
    m_overheard->setVisible(url && isOverheard(*url));
    m_go->setText(isFirst ? tr("Sign in") : tr("Change and sign in"));
    const bool isFilled = isFirst ? url && !m_user->text().trimmed().isEmpty() && !m_password->text().isEmpty() : !m_newPassword->text().isEmpty() && !m_samePassword->text().isEmpty();
    m_go->setEnabled(!m_busy && isFilled);
}

} // namespace iwd
