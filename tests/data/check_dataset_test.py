#!/usr/bin/env python3
"""check_dataset_test.py: the checks of the data can fail: each damages a copy and expects a fault."""
import json
import os
import shutil
import sys
import tempfile
import unittest

import agreement
import alikeness
import check_dataset


class DamagedData(unittest.TestCase):
    def setUp(self):
        self.folder = os.path.join(tempfile.mkdtemp(), "booking")
        shutil.copytree(check_dataset.FOLDER, self.folder)
        self.addCleanup(shutil.rmtree, os.path.dirname(self.folder))

    def faults_after(self, name, change):
        """The new faults after `change` was applied to the records of a file."""
        path = os.path.join(self.folder, name)
        records = check_dataset.read_json_lines(path)
        change(records)
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
        lines, _ = check_dataset.check_folder(self.folder)
        return [line for line in lines if "SHA256SUMS" not in line]

    def expect(self, part, lines):
        self.assertTrue(any(part in line for line in lines), f"{part!r} not in {lines[:5]}")

    def test_the_data_as_they_are_have_no_fault(self):
        self.assertEqual(check_dataset.check_folder(self.folder)[0], [])

    def test_a_missing_event_is_a_gap_in_the_sequence(self):
        self.expect("sequence numbers", self.faults_after("conversations.jsonl",
                                                          lambda events: events.pop(3)))

    def test_changed_words_no_longer_have_their_hash(self):
        def change(events):
            next(e for e in events if e["type"] == "UserTurn")["text"] += " please"
        self.expect("text_sha256", self.faults_after("conversations.jsonl", change))

    def test_a_time_that_goes_backwards_is_found(self):
        def change(events):
            events[4]["time"] = events[0]["time"]
        self.expect("backwards", self.faults_after("conversations.jsonl", change))

    def test_an_unknown_state_is_found(self):
        def change(events):
            next(e for e in events if e.get("next_state") == "collect_date")["next_state"] = "x"
        self.expect("no state", self.faults_after("conversations.jsonl", change))

    def test_a_value_that_is_no_service_is_found(self):
        def change(golds):
            golds[0]["turns"][0]["state"]["service"] = "haircutt"
        self.expect("is no categorical", self.faults_after("gold.jsonl", change))

    def test_a_booking_without_a_required_slot_is_found(self):
        def change(golds):
            del golds[0]["expected_bookings"][0]["bookings"][0]["slots"]["phone"]
        self.expect("lacks", self.faults_after("gold.jsonl", change))

    def test_a_booking_on_a_sunday_is_found(self):
        def change(golds):
            golds[0]["expected_bookings"][0]["bookings"][0]["slots"]["date"] = "2025-01-19"
        self.expect("Sunday", self.faults_after("gold.jsonl", change))

    def test_too_few_conversations_are_found(self):
        def change(golds):
            del golds[100:]
        lines = self.faults_after("gold.jsonl", change)
        self.expect("hold other conversations", lines)
        self.expect("second.jsonl: not in gold", lines)

    def test_a_reason_without_the_form_that_lacks_its_article_is_found(self):
        def change(golds):
            golds[40]["turns"][0]["state"]["reason"] = "a toothache"
        self.expect("without its article", self.faults_after("gold.jsonl", change))

    def test_a_party_with_a_booking_for_each_is_found(self):
        def change(golds):
            two = next(end["bookings"] for gold in golds for end in gold["expected_bookings"]
                       if len(end["bookings"]) == 2)
            two[0]["slots"]["party_size"] = "2"
        self.expect("party_size", self.faults_after("gold.jsonl", change))

    def test_the_card_must_hold_the_agreement_before_the_revision(self):
        def change(answers):
            answers[1]["turns"][0]["state"] = {}
        lines = self.faults_after(os.path.join("labelling", "first.jsonl"), change)
        self.expect("Before the revision, lacks the line", lines)
        self.expect("The revision changed", lines)

    def test_the_card_must_hold_the_agreement_after_the_revision(self):
        def change(golds):
            for gold in golds:
                gold["turns"][0]["requested_slots"] = ["language"]
        self.expect("After the revision, lacks the line of agreement.py: - requested",
                    self.faults_after("gold.jsonl", change))

    def test_a_table_in_the_wrong_section_of_the_card_is_no_claim(self):
        path = os.path.join(self.folder, "CARD.md")
        with open(path, encoding="utf-8") as file:
            card = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(card.replace("Before the revision", "x").replace("After the revision", "y"))
        lines = check_dataset.check_folder(self.folder)[0]
        self.expect("Before the revision, lacks", lines)
        self.expect("After the revision, lacks", lines)

    def test_sums_are_compared(self):
        with open(os.path.join(self.folder, "task.yaml"), "a", encoding="utf-8") as file:
            file.write("# x\n")
        self.expect("task.yaml: SHA256SUMS", check_dataset.check_folder(self.folder)[0])


class Alikeness(unittest.TestCase):
    def test_turns_that_differ_in_values_only_are_alike(self):
        turns = [("a", "i would like to come on friday", [("date", 24, 30)]),
                 ("b", "i would like to come on march third", [("date", 24, 35)])]
        self.assertEqual(len(list(alikeness.too_alike(turns))), 1)

    def test_short_turns_are_left_alone(self):
        self.assertEqual(list(alikeness.too_alike([("a", "yes that is right", []),
                                                   ("b", "yes that is right", [])])), [])

    def test_other_words_are_not_alike(self):
        turns = [("a", "could you fit me in somewhere", []), ("b", "my knee went again last night", [])]
        self.assertEqual(list(alikeness.too_alike(turns)), [])


class Agreement(unittest.TestCase):
    def test_kappa_of_a_known_table(self):
        # both say a 20 times, b 15 times; a/b 5 times, b/a 10 times: observed .7, expected .5
        pairs = [("a", "a")] * 20 + [("b", "b")] * 15 + [("a", "b")] * 5 + [("b", "a")] * 10
        self.assertAlmostEqual(agreement.kappa(pairs), 0.4)

    def test_lists_meet_when_they_share_a_value(self):
        self.assertTrue(agreement.meet(["2025-01-02", "2025-01-09"], "2025-01-09", "date"))
        self.assertTrue(agreement.meet("José Díaz", "jose diaz", "name"))
        self.assertFalse(agreement.meet("14:00", "02:00", "time"))

    def test_each_kind_of_disagreement_is_counted(self):
        gold = {"c": [{"turn": 0, "intent": "book", "requested_slots": ["price"],
                       "state": {"date": "2025-01-02", "time": "14:00", "name": "Ana"}}]}
        second = {"c": [{"turn": 0, "intent": "book", "requested_slots": [],
                         "state": {"date": "2025-01-03", "name": "ana", "phone": "+1"}}]}
        slots, _, requested, joint, _ = agreement.compare(gold, second)
        self.assertEqual(dict(slots), {"date": [0, 1, 0, 0], "time": [0, 0, 1, 0],
                                       "name": [1, 0, 0, 0], "phone": [0, 0, 0, 1]})
        self.assertEqual((requested, joint), ([0, 1, 0], 0))

    def test_differences_of_intent_and_requests_are_listed(self):
        turn = {"turn": 0, "intent": "ask", "requested_slots": ["price"], "state": {"date": "2025-01-02"}}
        other = {"turn": 0, "intent": "none", "requested_slots": [], "state": {}}
        differences = agreement.compare({"c": [turn]}, {"c": [other]})[4]
        self.assertEqual(differences, [("c", 0, "intent", "ask", "none"),
                                       ("c", 0, "requested", ["price"], []),
                                       ("c", 0, "date", "2025-01-02", None)])


if __name__ == "__main__":
    sys.exit(unittest.main())
