// SPDX-License-Identifier: Apache-2.0
// Shows on the start page how the server is, now and every few seconds.
"use strict";

const refreshMs = 5000;
const health = document.getElementById("health");
const components = document.getElementById("components");

function show(state, text, entries) {
    health.dataset.state = state;
    health.textContent = text;
    components.replaceChildren(...entries.map((entry) => {
        const line = document.createElement("li");
        line.dataset.state = entry.ready ? "ready" : "notReady";
        line.textContent = `${entry.name}: ${entry.text}`;
        return line;
    }));
    components.hidden = entries.length === 0;
}

async function refresh() {
    try {
        const response = await fetch("/health/ready", { cache: "no-store" });
        const answer = await response.json();
        const entries = Array.isArray(answer.components) ? answer.components : [];
        if (response.ok)
            show("ready", "ready", entries);
        else
            show("notReady", "not ready", entries);
    } catch {
        show("unreachable", "the server does not answer", []);
    }
    setTimeout(refresh, refreshMs);
}

refresh();
