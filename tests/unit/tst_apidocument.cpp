// SPDX-License-Identifier: Apache-2.0
#include <support/openapivalidator.h>

#include <apidocument/apidocument.h>
#include <apidocument/pages.h>
#include <base/error.h>

#include <QJsonArray>
#include <QJsonDocument>
#include <QRegularExpression>
#include <QSet>
#include <QTest>

using namespace iwd;
using Writer = OpenApiValidator::Writer;

namespace {

/// Calls @p visit with every object in @p value and its path.
void forEachObject(const QJsonValue &value, const QString &path, const std::function<void(const QString &, const QJsonObject &)> &visit)
{
    if (value.isObject()) {
        const QJsonObject object = value.toObject();
        visit(path, object);
        for (auto entry = object.begin(); entry != object.end(); ++entry)
            forEachObject(entry.value(), QString(path + u'/' + entry.key()), visit);
    } else if (value.isArray()) {
        const QJsonArray array = value.toArray();
        for (qsizetype i = 0; i < array.size(); ++i)
            forEachObject(array[i], QString(path + u'/' + QString::number(i)), visit);
    }
}

/// Calls @p visit with the name of every operation ("GET /iwd/v3/items") and the operation.
void forEachOperation(const std::function<void(const QString &, const QJsonObject &)> &visit)
{
    const QJsonObject paths = apiDocument().value(QStringLiteral("paths")).toObject();
    for (const DocumentedOperation &operation : documentedOperations()) {
        const QJsonObject item = paths.value(operation.path).toObject();
        visit(QString::fromLatin1(operation.method) + u' ' + operation.path,
            item.value(QString::fromLatin1(operation.method).toLower()).toObject());
    }
}

QJsonArray parametersOf(const QJsonObject &operation)
{
    return operation.value(QStringLiteral("parameters")).toArray();
}

/// What the examples of one media type violate.
QStringList exampleProblems(const OpenApiValidator &validator, const QJsonObject &media, Writer writer, int &count)
{
    const QJsonObject schema = media.value(QStringLiteral("schema")).toObject();
    QStringList problems;
    const auto check = [&](const QString &name, const QJsonValue &value) {
        ++count;
        for (const QString &problem : validator.schemaProblems(schema, value, writer))
            problems.append(name + QStringLiteral(": ") + problem);
    };
    if (media.contains(QStringLiteral("example")))
        check(QStringLiteral("example"), media.value(QStringLiteral("example")));
    const QJsonObject examples = media.value(QStringLiteral("examples")).toObject();
    for (auto entry = examples.begin(); entry != examples.end(); ++entry) {
        const std::optional<QJsonObject> example = validator.resolved(entry.value().toObject());
        if (example && example->contains(QStringLiteral("value")))
            check(entry.key(), example->value(QStringLiteral("value")));
        else
            problems.append(entry.key() + QStringLiteral(": the example has no value."));
    }
    return problems;
}

} // namespace

class TestApiDocument : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void textAndObjectAreTheSameDocument();
    void membersKeepTheOrderOfTheSource();
    void quotedScalarsStayTexts();
    void everyReferenceLeadsSomewhere();
    void everyComponentIsUsed();
    void everyOperationIsComplete();
    void operationIdsAreUnique();
    void privilegesAreThoseOfTheDocument();
    void everyOperationAnswersSuccessAndProblems();
    void everyPlaceholderIsAParameter();
    void everyExampleFitsItsSchema();
    void examplesOfPathAndBodyAgree();
    void objectsInAnswersAreClosed();
    void everyErrorCodeIsDocumented();
    void everyTagIsDescribedAndUsed();
    void everyPageIsDocumentedAndHasABody();
    void pagesKeepToTheirPolicy();
};

void TestApiDocument::textAndObjectAreTheSameDocument()
{
    QCOMPARE(apiDocument().value(QStringLiteral("openapi")).toString(), QStringLiteral("3.1.0"));
    QCOMPARE(QJsonDocument::fromJson(apiDocumentJson()).object(), apiDocument());
}

void TestApiDocument::membersKeepTheOrderOfTheSource()
{
    const QByteArray json = apiDocumentJson();
    QVERIFY(json.startsWith("{\"openapi\":\"3.1.0\",\"info\":{"));
    QVERIFY(json.indexOf("\"/iwd/v3/items\":") < json.indexOf("\"/iwd/v3/events\":"));
    QVERIFY(json.indexOf("\"/iwd/v3/events\":") < json.indexOf("\"/health/live\":"));
}

void TestApiDocument::quotedScalarsStayTexts()
{
    const QJsonObject schemas = apiDocument().value(QStringLiteral("components")).toObject().value(QStringLiteral("schemas")).toObject();
    const QJsonObject cursor = schemas.value(QStringLiteral("NextCursor")).toObject();
    const QJsonArray textOrNull { QStringLiteral("string"), QStringLiteral("null") };
    QCOMPARE(cursor.value(QStringLiteral("type")).toArray(), textOrNull);
}

void TestApiDocument::everyReferenceLeadsSomewhere()
{
    const OpenApiValidator validator(apiDocument());
    int count = 0;
    forEachObject(apiDocument(), {}, [&](const QString &path, const QJsonObject &object) {
        if (!object.contains(QStringLiteral("$ref")))
            return;
        ++count;
        QVERIFY2(validator.resolved(object), qPrintable(path));
    });
    QVERIFY(count > 500);
}

void TestApiDocument::everyComponentIsUsed()
{
    QSet<QString> used;
    forEachObject(apiDocument(), {},
        [&](const QString &, const QJsonObject &object) { used.insert(object.value(QStringLiteral("$ref")).toString()); });
    const QJsonObject components = apiDocument().value(QStringLiteral("components")).toObject();
    for (auto kind = components.begin(); kind != components.end(); ++kind) {
        if (kind.key() == QLatin1StringView("securitySchemes"))
            continue;
        for (const QString &name : kind.value().toObject().keys()) {
            const QString reference = QStringLiteral("#/components/") + kind.key() + u'/' + name;
            QVERIFY2(used.contains(reference), qPrintable(reference));
        }
    }
}

void TestApiDocument::everyOperationIsComplete()
{
    const QRegularExpression idForm(QStringLiteral("^[a-z][A-Za-z]+$"));
    const QRegularExpression privilegeForm(QStringLiteral("^(none|[A-Z][A-Za-z]+\\.[A-Z][a-z]+)$"));
    int count = 0;
    forEachOperation([&](const QString &name, const QJsonObject &operation) {
        ++count;
        QVERIFY2(idForm.match(operation.value(QStringLiteral("operationId")).toString()).hasMatch(), qPrintable(name));
        QVERIFY2(privilegeForm.match(operation.value(QStringLiteral("x-privilege")).toString()).hasMatch(), qPrintable(name));
        QVERIFY2(operation.value(QStringLiteral("summary")).toString().size() > 5, qPrintable(name));
        QCOMPARE(operation.value(QStringLiteral("tags")).toArray().size(), 1);
    });
    QVERIFY(count > 60);
}

void TestApiDocument::operationIdsAreUnique()
{
    QSet<QString> ids;
    for (const DocumentedOperation &operation : documentedOperations()) {
        QVERIFY2(!ids.contains(operation.id), qPrintable(operation.id));
        ids.insert(operation.id);
    }
}

void TestApiDocument::privilegesAreThoseOfTheDocument()
{
    const QJsonObject schemas = apiDocument().value(QStringLiteral("components")).toObject().value(QStringLiteral("schemas")).toObject();
    QSet<QString> known;
    for (const QJsonValue &privilege : schemas.value(QStringLiteral("Privilege")).toObject().value(QStringLiteral("enum")).toArray())
        known.insert(privilege.toString());
    QSet<QString> needed { QStringLiteral("Filters.Update") }; // by what a filter is to be, not by the route
    for (const DocumentedOperation &operation : documentedOperations()) {
        if (operation.open)
            QCOMPARE(operation.privilege, QStringLiteral("none"));
        if (operation.privilege != QLatin1StringView("none"))
            needed.insert(operation.privilege);
    }
    QCOMPARE(needed, known);
}

void TestApiDocument::everyOperationAnswersSuccessAndProblems()
{
    const OpenApiValidator validator(apiDocument());
    forEachOperation([&](const QString &name, const QJsonObject &operation) {
        const QJsonObject responses = operation.value(QStringLiteral("responses")).toObject();
        const QStringList statuses = responses.keys();
        const bool succeeds = std::any_of(statuses.begin(), statuses.end(),
            [](const QString &status) { return status.startsWith(u'2') || status == QLatin1StringView("101"); });
        QVERIFY2(succeeds, qPrintable(name));
        QVERIFY2(responses.contains(QStringLiteral("500")) && responses.contains(QStringLiteral("503")), qPrintable(name));
        const bool isOpen = operation.contains(QStringLiteral("security"));
        QVERIFY2(isOpen
                || (responses.contains(QStringLiteral("400")) && responses.contains(QStringLiteral("401"))
                    && responses.contains(QStringLiteral("403"))),
            qPrintable(name));
        const bool hasBody = operation.contains(QStringLiteral("requestBody"));
        QVERIFY2(!hasBody
                || (responses.contains(QStringLiteral("413")) && responses.contains(QStringLiteral("415"))
                    && responses.contains(QStringLiteral("422"))),
            qPrintable(name));
        const bool isHealth = name.contains(QLatin1StringView("/health/"));
        for (const QString &status : statuses) {
            const std::optional<QJsonObject> response = validator.resolved(responses.value(status).toObject());
            QVERIFY2(response && !response->value(QStringLiteral("description")).toString().isEmpty(), qPrintable(name));
            const bool isProblem
                = response->value(QStringLiteral("content")).toObject().contains(QStringLiteral("application/problem+json"));
            QVERIFY2(isProblem == (status >= QLatin1StringView("400") && !(isHealth && status == QLatin1StringView("503"))),
                qPrintable(QString(name + u' ' + status)));
        }
    });
}

void TestApiDocument::everyPlaceholderIsAParameter()
{
    const OpenApiValidator validator(apiDocument());
    static const QRegularExpression placeholder(QStringLiteral("\\{([^}]+)\\}"));
    forEachOperation([&](const QString &name, const QJsonObject &operation) {
        QStringList expected;
        for (auto match = placeholder.globalMatch(name); match.hasNext();)
            expected.append(match.next().captured(1));
        QStringList documented;
        for (const QJsonValue &entry : parametersOf(operation)) {
            const std::optional<QJsonObject> parameter = validator.resolved(entry.toObject());
            QVERIFY2(parameter && parameter->contains(QStringLiteral("schema"))
                    && !parameter->value(QStringLiteral("description")).toString().isEmpty(),
                qPrintable(name));
            if (parameter->value(QStringLiteral("in")) == QLatin1StringView("path"))
                documented.append(parameter->value(QStringLiteral("name")).toString());
        }
        QCOMPARE(documented, expected);
    });
}

void TestApiDocument::everyExampleFitsItsSchema()
{
    const OpenApiValidator validator(apiDocument());
    QStringList problems;
    int count = 0;
    const auto checkContent = [&](const QString &name, const QJsonObject &message, Writer writer) {
        const QJsonObject content = message.value(QStringLiteral("content")).toObject();
        for (const QJsonValue &media : content) {
            for (const QString &problem : exampleProblems(validator, media.toObject(), writer, count))
                problems.append(name + u' ' + problem);
        }
    };
    forEachOperation([&](const QString &name, const QJsonObject &operation) {
        checkContent(QString(name + QStringLiteral(" request")), operation.value(QStringLiteral("requestBody")).toObject(), Writer::Client);
        const QJsonObject responses = operation.value(QStringLiteral("responses")).toObject();
        for (auto entry = responses.begin(); entry != responses.end(); ++entry)
            checkContent(
                QString(name + u' ' + entry.key()), validator.resolved(entry.value().toObject()).value_or(QJsonObject()), Writer::Server);
        for (const QJsonValue &entry : parametersOf(operation)) {
            for (const QString &problem :
                exampleProblems(validator, validator.resolved(entry.toObject()).value_or(QJsonObject()), Writer::Client, count))
                problems.append(name + u' ' + problem);
        }
    });
    QVERIFY2(problems.isEmpty(), qPrintable(problems.join(u'\n')));
    QVERIFY(count > 500);
}

void TestApiDocument::examplesOfPathAndBodyAgree()
{
    const OpenApiValidator validator(apiDocument());
    int count = 0;
    forEachOperation([&](const QString &name, const QJsonObject &operation) {
        if (!name.startsWith(QLatin1StringView("PUT ")) || !name.endsWith(QLatin1StringView("/{id}")))
            return;
        ++count;
        const QJsonObject parameter = validator.resolved(parametersOf(operation).first().toObject()).value_or(QJsonObject());
        const QJsonObject content = operation.value(QStringLiteral("requestBody")).toObject().value(QStringLiteral("content")).toObject();
        const QJsonObject examples
            = content.value(QStringLiteral("application/json")).toObject().value(QStringLiteral("examples")).toObject();
        const QJsonObject body = validator.resolved(examples.begin().value().toObject()).value_or(QJsonObject());
        const QJsonObject value = body.value(QStringLiteral("value")).toObject();
        // A user is known by a name.
        const QJsonValue id = value.value(name.endsWith(QLatin1StringView("/users/{id}")) ? QStringLiteral("name") : QStringLiteral("id"));
        QCOMPARE(parameter.value(QStringLiteral("example")), id);
    });
    QCOMPARE(count, 12);
}

void TestApiDocument::objectsInAnswersAreClosed()
{
    // What may hold names of other people's choosing.
    const QSet<QString> open { QStringLiteral("Problem/properties/args"), QStringLiteral("Event/properties/before"),
        QStringLiteral("Event/properties/after"), QStringLiteral("AuditEntry/properties/before"), QStringLiteral("AuditEntry/properties/after"),
        QStringLiteral("ConfigurationChange/properties/before"), QStringLiteral("ConfigurationChange/properties/after"),
        QStringLiteral("WebhookEvent/properties/data/properties/before"), QStringLiteral("WebhookEvent/properties/data/properties/after") };
    const QJsonObject schemas = apiDocument().value(QStringLiteral("components")).toObject().value(QStringLiteral("schemas")).toObject();
    for (auto schema = schemas.begin(); schema != schemas.end(); ++schema) {
        forEachObject(schema.value(), schema.key(), [&](const QString &path, const QJsonObject &object) {
            const QJsonValue type = object.value(QStringLiteral("type"));
            const bool isObject = type == QStringLiteral("object") || type.toArray().contains(QStringLiteral("object"));
            const bool isClosed
                = object.contains(QStringLiteral("additionalProperties")) || object.value(QStringLiteral("maxProperties")) == 0;
            QVERIFY2(!isObject || isClosed || open.contains(path), qPrintable(path));
        });
    }
}

void TestApiDocument::everyErrorCodeIsDocumented()
{
    const QJsonObject schemas = apiDocument().value(QStringLiteral("components")).toObject().value(QStringLiteral("schemas")).toObject();
    const QJsonArray codes = schemas.value(QStringLiteral("ProblemCode")).toObject().value(QStringLiteral("enum")).toArray();
    // What an answer of the server can never say: a client's own failure.
    const QSet<ErrorCode> elsewhere { ErrorCode::Unreachable };
    for (int code = 0; code <= static_cast<int>(ErrorCode::Internal); ++code) {
        const auto errorCode = static_cast<ErrorCode>(code);
        QVERIFY2(codes.contains(errorKey(errorCode)) != elsewhere.contains(errorCode), qPrintable(errorKey(errorCode)));
    }
}

void TestApiDocument::everyTagIsDescribedAndUsed()
{
    QSet<QString> used;
    forEachOperation([&](const QString &, const QJsonObject &operation) {
        used.insert(operation.value(QStringLiteral("tags")).toArray().first().toString());
    });
    QSet<QString> described;
    for (const QJsonValue &tag : apiDocument().value(QStringLiteral("tags")).toArray()) {
        QVERIFY(!tag.toObject().value(QStringLiteral("description")).toString().isEmpty());
        described.insert(tag.toObject().value(QStringLiteral("name")).toString());
    }
    QCOMPARE(used, described);
}

void TestApiDocument::everyPageIsDocumentedAndHasABody()
{
    const OpenApiValidator validator(apiDocument());
    QCOMPARE(pages().size(), 6);
    for (const Page &page : pages()) {
        QVERIFY2(page.body().size() > 200, qPrintable(page.path));
        QVERIFY2(!page.body().contains("@version@"), qPrintable(page.path));
        QCOMPARE(validator.problems("GET", page.path, 200, page.contentType, page.body()), QStringList());
    }
}

void TestApiDocument::pagesKeepToTheirPolicy()
{
    static const QRegularExpression inlineCode(QStringLiteral("<style|<script(?![^>]*\\bsrc=)|\\sstyle=|\\son[a-z]+=|javascript:"));
    static const QRegularExpression address(QStringLiteral("\\b(?:src|href)=\"([^\"]*)\""));
    QSet<QString> served { QStringLiteral("data:,"), QStringLiteral("#content") };
    for (const DocumentedOperation &operation : documentedOperations())
        served.insert(operation.path);
    for (const Page &page : pages()) {
        if (!page.contentType.startsWith("text/html"))
            continue;
        const QString html = QString::fromUtf8(page.body());
        QVERIFY2(!inlineCode.match(html).hasMatch(), qPrintable(page.path));
        for (auto match = address.globalMatch(html); match.hasNext();) {
            const QString target = match.next().captured(1);
            QVERIFY2(served.contains(target), qPrintable(target));
        }
    }
}

QTEST_GUILESS_MAIN(TestApiDocument)
#include "tst_apidocument.moc"
