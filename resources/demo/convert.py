#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns the public incident event log into the compact demo that iwdctl plays.

Usage: convert.py incident_event_log.csv [incidents.csv] [--from 2016-02-29 --until 2016-03-03]

Keeps the columns that the demo uses, writes dates as ISO 8601 (the source names no time zone: UTC is assumed), leaves a
field empty when it is the same as in the incident's row before, and drops updates that change none of the kept columns.
An unknown value ("?") stays "?".
"""
import argparse
import csv
import datetime
import sys

# Column of the demo -> column of the source. number and updatedAt come first and are in every row.
COLUMNS = {
    "number": "number",
    "updatedAt": "sys_updated_at",
    "state": "incident_state",
    "reopenCount": "reopen_count",
    "group": "assignment_group",
    "assignedTo": "assigned_to",
    "priority": "priority",
    "impact": "impact",
    "urgency": "urgency",
    "category": "category",
    "subcategory": "subcategory",
    "symptom": "u_symptom",
    "location": "location",
    "caller": "caller_id",
    "contactType": "contact_type",
    "openedAt": "opened_at",
    "resolvedBy": "resolved_by",
}
DATES = {"updatedAt", "openedAt"}


def iso(text):
    """ "29-02-2016 01:16" -> "2016-02-29T01:16:00Z" """
    return datetime.datetime.strptime(text, "%d-%m-%Y %H:%M").strftime("%Y-%m-%dT%H:%M:00Z")


def compact(row):
    return {ours: iso(row[theirs]) if ours in DATES else " ".join(row[theirs].split()) for ours, theirs in COLUMNS.items()}


def changes(updates):
    """The rows of one incident, each holding only what differs from the row before."""
    known = {}
    for update in updates:
        changed = {name: value for name, value in update.items() if known.get(name) != value}
        known.update(update)
        if set(changed) - {"updatedAt"}:
            yield {**dict.fromkeys(COLUMNS, ""), **changed, "number": update["number"], "updatedAt": update["updatedAt"]}


def convert(rows, first="", last="9999"):
    """@param first, last: ISO dates between which an incident was opened; last is exclusive"""
    incidents = {}
    for row in map(compact, rows):
        if first <= row["openedAt"] < last:
            incidents.setdefault(row["number"], []).append(row)
    for number, updates in sorted(incidents.items(), key=lambda entry: (entry[1][0]["openedAt"], entry[0])):
        # The source counts the updates of an incident in order; a few share a minute, so the sort must be stable.
        updates.sort(key=lambda update: update["updatedAt"])
        yield from changes(updates)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source")
    parser.add_argument("target", nargs="?", help="default: standard output")
    parser.add_argument("--from", dest="first", default="", help="only incidents opened on or after this day")
    parser.add_argument("--until", dest="last", default="9999", help="only incidents opened before this day")
    options = parser.parse_args()
    with open(options.source, newline="", encoding="utf-8") as source:
        rows = list(convert(csv.DictReader(source), options.first, options.last))
    target = open(options.target, "w", newline="", encoding="utf-8") if options.target else sys.stdout
    with target:
        writer = csv.DictWriter(target, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{len({row['number'] for row in rows})} incidents, {len(rows)} updates", file=sys.stderr)


if __name__ == "__main__":
    main()
