// SPDX-License-Identifier: Apache-2.0
// Renders the API's document as a reference for people. Whatever comes from the document enters the page as text.
"use strict";

const documentUrl = "/iwd/v3/openapi.json";
const methods = ["get", "post", "put", "patch", "delete"];
let api = {};

// ---- Building blocks ------------------------------------------------------------------------------------------------

/** Makes an element; children are nodes or texts, and null ones are left out. */
function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes ?? {}))
        element.setAttribute(name, value);
    element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
    return element;
}

/** A line of text in which `code` and **strong** are marked up. */
function inline(text) {
    return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).filter(Boolean).map((part) => {
        if (part.startsWith("`"))
            return make("code", {}, part.slice(1, -1));
        if (part.startsWith("**"))
            return make("strong", {}, part.slice(2, -2));
        return part;
    });
}

/** Paragraphs and "## " headings, which is all the markup that the document uses. */
function prose(text) {
    const blocks = [];
    for (const block of (text ?? "").split(/\n\s*\n|(?<=^## .*)\n|\n(?=## )/m)) {
        if (block.startsWith("## "))
            blocks.push(make("h3", { id: anchor(block.slice(3)) }, block.slice(3)));
        else if (block.trim())
            blocks.push(make("p", {}, ...inline(block.trim())));
    }
    return blocks;
}

function anchor(text) {
    return "about-" + text.toLowerCase().replace(/[^a-z0-9]+/g, "-");
}

function resolve(value) {
    let found = value;
    while (found && found.$ref) {
        found = found.$ref.slice(2).split("/")
            .reduce((node, name) => node[name.replaceAll("~1", "/").replaceAll("~0", "~")], api);
    }
    return found;
}

function schemaName(schema) {
    return schema.$ref ? schema.$ref.split("/").pop() : null;
}

function codeBlock(text) {
    const button = make("button", { type: "button", class: "copy" }, "Copy");
    const code = make("code", {}, text);
    button.addEventListener("click", () => copy(code, button));
    return make("div", { class: "code" }, make("pre", { tabindex: "0" }, code), button);
}

/** The clipboard is for secure pages only; elsewhere the text is selected, ready for the keyboard. */
async function copy(code, button) {
    try {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = "Copied";
    } catch {
        getSelection().selectAllChildren(code);
        button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
}

// ---- Schemas --------------------------------------------------------------------------------------------------------

/** The type of a schema in a few words, with links to named schemas. */
function typeOf(schema) {
    const name = schemaName(schema);
    if (name)
        return [make("a", { href: "#schema-" + name }, name)];
    const alternatives = schema.oneOf ?? schema.allOf?.filter((part) => part.$ref);
    if (alternatives)
        return alternatives.flatMap((part, index) => index === 0 ? typeOf(part) : [" or ", ...typeOf(part)]);
    const types = [schema.type ?? "any value"].flat();
    return types.flatMap((type, index) => {
        const words = type === "array" ? ["array of ", ...typeOf(schema.items ?? {})]
            : type === "object" && typeof schema.additionalProperties === "object" ? ["object of ", ...typeOf(schema.additionalProperties)]
            : [type];
        return index === 0 ? words : [" or ", ...words];
    });
}

/** A range of amounts in words: "at least 1 entry", "1 to 200 characters". */
function range(low, high, one = "", many = one) {
    const amount = (value, prefix) => `${prefix}${value.toLocaleString("en-US")} ${value === 1 ? one : many}`.trim();
    if (low === undefined && high === undefined)
        return null;
    if (low === undefined)
        return amount(high, "at most ");
    if (high === undefined)
        return amount(low, "at least ");
    return amount(high, low === high ? "" : `${low.toLocaleString("en-US")} to `);
}

/** What restricts a value beyond its type, as short phrases. */
function limitsOf(schema) {
    return [
        schema.format,
        range(schema.minimum, schema.maximum),
        range(schema.minLength, schema.maxLength, "character", "characters"),
        range(schema.minItems, schema.maxItems, "entry", "entries"),
        range(schema.minProperties, schema.maxProperties, "member", "members"),
        schema.pattern ? "matches `" + schema.pattern + "`" : null,
        schema.default !== undefined && schema.default !== "" ? "default `" + JSON.stringify(schema.default) + "`" : null,
    ].filter(Boolean);
}

function enumValues(schema) {
    if (!schema.enum)
        return null;
    return make("p", { class: "values" }, ...schema.enum.flatMap((value) => [make("code", {}, String(value)), " "]));
}

function describe(schema, text) {
    const limits = limitsOf(schema);
    const description = text ?? schema.description;
    return [
        description ? make("p", {}, ...inline(description)) : null,
        enumValues(schema.items && !schema.items.$ref ? schema.items : schema),
        limits.length ? make("p", { class: "limits" }, ...inline(limits.join(" · "))) : null,
    ];
}

/** One row of a table of members or parameters. */
function row(name, badge, schema, text) {
    return make("div", { class: "row" },
        make("div", { class: "row-name" }, make("code", {}, name), badge ? make("span", { class: "badge" }, badge) : null),
        make("div", { class: "row-type" }, ...typeOf(schema)),
        make("div", { class: "row-text" }, ...describe(schema, text)));
}

/** The members of an object; marked are those that differ from most: the required ones, or the optional ones. */
function members(schema) {
    const required = new Set(schema.required ?? []);
    const mostRequired = required.size * 2 > Object.keys(schema.properties).length;
    const badge = (name) => required.has(name) === mostRequired ? null : mostRequired ? "optional" : "required";
    // What is ignored when it is sent needs no row.
    const rows = Object.entries(schema.properties).filter(([, member]) => !member.readOnly)
        .map(([name, member]) => row(name, badge(name), member));
    if (schema.additionalProperties && typeof schema.additionalProperties === "object")
        rows.push(row("any other name", null, schema.additionalProperties));
    return make("div", { class: "rows" }, rows);
}

/** The inside of a schema: its members, or what it may be. */
function schemaBody(schema) {
    if (schema.properties)
        return [members(schema)];
    if (schema.oneOf && !schema.$ref)
        return [make("p", { class: "limits" }, "One of: ", ...typeOf(schema))];
    if (schema.allOf && !schema.$ref) {
        const more = schema.allOf.flatMap((part) => part.required ?? []);
        return [make("p", { class: "limits" }, ...typeOf(schema), more.length ? ` with ${more.join(", ")}` : "")];
    }
    return [make("p", { class: "limits" }, ...typeOf(schema)), ...describe({ ...schema, description: undefined })];
}

function schemaSection(name, schema) {
    return make("article", { id: "schema-" + name, class: "schema" },
        make("h3", {}, make("a", { href: "#schema-" + name }, name)),
        schema.description ? make("p", {}, ...inline(schema.description)) : null,
        ...schemaBody(schema));
}

// ---- Operations -----------------------------------------------------------------------------------------------------

function examplesOf(media) {
    const examples = Object.entries(media.examples ?? {}).map(([name, entry]) => {
        const example = resolve(entry);
        return { title: example.summary ?? name, value: example.value };
    });
    if (media.example !== undefined)
        examples.push({ title: "Example", value: media.example });
    return examples;
}

function exampleDetails(media) {
    return examplesOf(media).map((example) => make("details", {},
        make("summary", {}, example.title),
        codeBlock(typeof example.value === "string" ? example.value : JSON.stringify(example.value, null, 2))));
}

function parameterSection(parameters) {
    if (!parameters.length)
        return [];
    const rows = parameters.map((parameter) => {
        const badge = parameter.in === "query" ? (parameter.required ? "required" : null) : parameter.in;
        return row(parameter.name, badge, parameter.schema, parameter.description);
    });
    return [make("h4", {}, "Parameters"), make("div", { class: "rows" }, rows)];
}

function requestSection(operation) {
    const media = operation.requestBody?.content["application/json"];
    if (!media)
        return [];
    const schema = media.schema;
    return [
        make("h4", {}, "Request body", operation.requestBody.required ? null : make("span", { class: "badge" }, "optional")),
        make("p", { class: "limits" }, "application/json · ", ...typeOf(schema)),
        schema.$ref && resolve(schema).properties && Object.keys(resolve(schema).properties).length <= 12 ? members(resolve(schema)) : null,
        ...exampleDetails(media),
    ];
}

function responseRow(status, reference) {
    const response = resolve(reference);
    const contents = Object.entries(response.content ?? {});
    const headers = Object.keys(response.headers ?? {});
    const kind = status < "300" ? "good" : status < "400" ? "neutral" : "bad";
    return make("div", { class: "response" },
        make("div", { class: "status " + kind }, status),
        make("div", {},
            make("p", {}, ...inline(response.description)),
            ...contents.map(([type, media]) => make("p", { class: "limits" }, type, " · ", ...typeOf(media.schema))),
            headers.length ? make("p", { class: "limits" }, "Headers: ", headers.join(", ")) : null,
            ...contents.flatMap(([, media]) => exampleDetails(media))));
}

function responseSection(operation) {
    const responses = Object.entries(operation.responses);
    const errors = responses.filter(([status]) => status >= "400");
    const answers = responses.filter(([status]) => status < "400");
    return [
        make("h4", {}, "Answers"),
        ...answers.map(([status, response]) => responseRow(status, response)),
        make("details", { class: "errors" },
            make("summary", {}, "Errors ", errors.map(([status]) => status).join(", ")),
            ...errors.map(([status, response]) => responseRow(status, response))),
    ];
}

function quoted(text) {
    return "'" + text.replaceAll("'", "'\\''") + "'";
}

function curlExample(method, path, operation, parameters) {
    const filled = parameters.filter((parameter) => parameter.in === "path")
        .reduce((text, parameter) => text.replace(`{${parameter.name}}`, encodeURIComponent(parameter.example ?? "1")), path);
    const parts = ["curl", method === "get" ? "" : "-X " + method.toUpperCase(), location.origin + filled].filter(Boolean);
    const lines = [parts.join(" ")];
    if (!operation.security)
        lines.push("-H \"x-api-key: $IWD_API_KEY\"");
    const media = operation.requestBody?.content["application/json"];
    if (media)
        lines.push("-H 'Content-Type: application/json'", "-d " + quoted(JSON.stringify(examplesOf(media)[0]?.value ?? {}, null, 2)));
    return lines.join(" \\\n  ");
}

function callerNeeded(operation) {
    if (operation.security)
        return ["open to everyone"];
    if (operation["x-privilege"] === "none")
        return ["any caller"];
    return ["privilege ", make("code", {}, operation["x-privilege"])];
}

function operationSection(entry) {
    const { path, method, operation } = entry;
    const parameters = (operation.parameters ?? []).map(resolve);
    return make("article", { id: operation.operationId, class: "operation" },
        make("h3", {}, make("a", { href: "#" + operation.operationId }, operation.summary)),
        make("p", { class: "address" }, methodBadge(method), make("code", {}, ...breakable(path)),
            make("span", { class: "privilege" }, ...callerNeeded(operation))),
        ...prose(operation.description),
        ...parameterSection(parameters),
        ...requestSection(operation),
        operation.responses["101"] ? null : make("h4", {}, "Call it"),
        operation.responses["101"] ? null : codeBlock(curlExample(method, path, operation, parameters)),
        ...responseSection(operation));
}

function methodBadge(method) {
    return make("span", { class: "method " + method }, method.toUpperCase());
}

/** Lets a long path break after its slashes. */
function breakable(path) {
    return path.split(/(?<=\/)/).flatMap((part) => [part, make("wbr")]);
}

// ---- The page -------------------------------------------------------------------------------------------------------

function operationsOf(tag) {
    return Object.entries(api.paths).flatMap(([path, item]) => methods
        .filter((method) => item[method]?.tags.includes(tag))
        .map((method) => ({ path, method, operation: item[method] })));
}

function navigationLink(href, words, ...children) {
    return make("li", { "data-words": words.toLowerCase() }, make("a", { href }, ...children));
}

function navigationGroup(title, links) {
    return make("section", {}, make("h2", {}, title), make("ul", {}, links));
}

function operationLink({ path, method, operation }) {
    const words = [operation.summary, operation.operationId, method, path, operation.tags[0], operation["x-privilege"]].join(" ");
    return navigationLink("#" + operation.operationId, words, methodBadge(method), make("span", {}, operation.summary));
}

function introduction() {
    const schemes = Object.values(api.components.securitySchemes);
    return make("section", { id: "introduction" },
        make("h1", {}, api.info.title),
        make("p", { class: "lead" }, api.info.summary),
        make("p", {}, make("a", { href: documentUrl }, "OpenAPI 3.1 file")),
        ...prose(api.info.description),
        make("h3", { id: "about-authentication" }, "Authentication"),
        make("div", { class: "rows" }, schemes.map((scheme) => make("div", { class: "row" },
            make("div", { class: "row-name" }, make("code", {}, scheme.type === "apiKey" ? scheme.name : "Authorization: Bearer")),
            make("div", { class: "row-type" }, "header"),
            make("div", { class: "row-text" }, make("p", {}, ...inline(scheme.description)))))));
}

function render() {
    const content = document.getElementById("content");
    const navigation = document.getElementById("navigation");
    const about = [...api.info.description.matchAll(/^## (.*)$/gm)].map((match) => match[1]).concat("Authentication");
    content.replaceChildren(introduction());
    navigation.append(navigationGroup("About", about.map((title) => navigationLink("#" + anchor(title), title, title))));
    for (const tag of api.tags) {
        const operations = operationsOf(tag.name);
        content.append(make("section", { class: "tag" }, make("h2", {}, tag.name), ...prose(tag.description), ...operations.map(operationSection)));
        navigation.append(navigationGroup(tag.name, operations.map(operationLink)));
    }
    const schemas = Object.entries(api.components.schemas);
    content.append(make("section", { class: "tag" }, make("h2", {}, "Data"), ...schemas.map(([name, schema]) => schemaSection(name, schema))));
    navigation.append(navigationGroup("Data", schemas.map(([name]) => navigationLink("#schema-" + name, name + " schema", name))));
    document.getElementById("api-version").textContent = api.info.version;
}

function applyFilter() {
    const wanted = document.getElementById("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const group of document.querySelectorAll("#navigation section")) {
        let shown = 0;
        for (const entry of group.querySelectorAll("li")) {
            entry.hidden = !wanted.every((word) => entry.dataset.words.includes(word));
            shown += entry.hidden ? 0 : 1;
        }
        group.hidden = shown === 0;
        found += shown;
    }
    document.getElementById("nothing").hidden = found > 0;
}

/** Marks the entry of the navigation whose part of the page is at the top. */
function followScrolling() {
    const links = new Map([...document.querySelectorAll("#navigation a")].map((link) => [link.hash.slice(1), link]));
    let current = null;
    const observer = new IntersectionObserver((entries) => {
        const arrived = entries.find((entry) => entry.isIntersecting);
        const link = arrived && links.get(arrived.target.id);
        if (!link || link === current)
            return;
        current?.removeAttribute("aria-current");
        link.setAttribute("aria-current", "true");
        link.scrollIntoView({ block: "nearest" });
        current = link;
    }, { rootMargin: "-10% 0px -85% 0px" });
    for (const id of links.keys()) {
        const target = document.getElementById(id);
        if (target)
            observer.observe(target);
    }
}

function openMenu(open) {
    document.body.classList.toggle("menu-open", open);
    document.getElementById("menu").setAttribute("aria-expanded", String(open));
}

function listen() {
    document.getElementById("filter").addEventListener("input", applyFilter);
    document.getElementById("menu").addEventListener("click", () => openMenu(!document.body.classList.contains("menu-open")));
    document.getElementById("navigation").addEventListener("click", (event) => {
        if (event.target.closest("a"))
            openMenu(false);
    });
    document.addEventListener("keydown", (event) => {
        if (event.key === "Escape")
            openMenu(false);
        if (event.key === "/" && document.activeElement.tagName !== "INPUT") {
            event.preventDefault();
            document.getElementById("filter").focus();
        }
    });
}

async function start() {
    listen();
    try {
        const response = await fetch(documentUrl);
        if (!response.ok)
            throw new Error("status " + response.status);
        api = await response.json();
        render();
        followScrolling();
        // The browser looked for the address's target before it was there.
        if (location.hash)
            document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
    } catch (error) {
        document.getElementById("content").replaceChildren(
            make("p", {}, "The API document could not be read: ", String(error.message), ". Reload the page to try again."));
    }
}

start();
