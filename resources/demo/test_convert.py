# SPDX-License-Identifier: Apache-2.0
"""python3 -m unittest discover resources/demo"""
import unittest

from convert import COLUMNS, convert


def update(number, at, **more):
    row = dict.fromkeys(COLUMNS.values(), "?")
    row.update(number=number, sys_updated_at=at, opened_at="29-02-2016 08:00", incident_state="New", **more)
    return row


class ConvertTest(unittest.TestCase):
    def test_dates_become_iso_and_spaces_single(self):
        row = next(convert([update("INC1", "29-02-2016 08:05", caller_id="Caller  7")]))
        self.assertEqual(row["updatedAt"], "2016-02-29T08:05:00Z")
        self.assertEqual(row["caller"], "Caller 7")

    def test_unchanged_fields_are_left_empty(self):
        rows = list(convert([update("INC1", "29-02-2016 08:05"), update("INC1", "29-02-2016 08:06", assignment_group="Group 2")]))
        self.assertEqual(rows[0]["state"], "New")
        self.assertEqual(rows[1]["state"], "")
        self.assertEqual(rows[1]["group"], "Group 2")
        self.assertEqual(rows[1]["number"], "INC1")

    def test_updates_that_change_nothing_are_dropped(self):
        self.assertEqual(len(list(convert([update("INC1", "29-02-2016 08:05"), update("INC1", "29-02-2016 08:09")]))), 1)

    def test_updates_are_in_order_of_time(self):
        rows = list(convert([update("INC1", "01-03-2016 08:05"), update("INC1", "29-02-2016 09:00", assignment_group="Group 2")]))
        self.assertEqual([row["updatedAt"][:10] for row in rows], ["2016-02-29", "2016-03-01"])

    def test_only_the_wanted_days(self):
        self.assertEqual(list(convert([update("INC1", "29-02-2016 08:05")], first="2016-03-01")), [])


if __name__ == "__main__":
    unittest.main()
