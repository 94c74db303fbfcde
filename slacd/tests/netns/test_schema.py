# SPDX-License-Identifier: Apache-2.0
"""The schemas of mqtt/schema take the messages of slacd and of the smart-charging service, and refuse wrong ones; each
refusal is shown here once."""
import copy
import json
import pathlib
import re
import unittest

import schema

UUID = "01234567-89ab-4def-8123-456789abcdef"
SERVICE = {"service": "slac", "software_version": "0.1.0", "api_version": "3.11", "status": "ready"}
JOSEV = {"evse_id": "DE*TST*E1", "run_id": "0x0123456789ABCDEF", "status": "matched"}
STATUS = dict(JOSEV, ev_mac="02:45:56:00:00:0A", attenuation_db=12.5)
SILENT = {"evse_id": "DE*TST*E1", "run_id": "0x0000000000000000", "status": "basic_charging", "reason": "no_parm_req"}
X2 = {"evse_id": "DE*TST*E1", "hlc": False, "current": 16.3, "error_state": False, "fault_state": False}
F = {"evse_id": "DE*TST*E1", "hlc": False, "current": 0, "error_state": False, "fault_state": True}
NETWORK = {"network_id": "0123456789abcd", "snid": "3", "tei": "1", "role": "cco", "cco_mac": "02:50:4c:00:00:01"}
NETWORKS = {"evse_id": "DE*TST*E1", "networks": [NETWORK]}
CHARGE_LIMIT = {"evse_id": "DE*TST*E1", "limit": 6900, "unit": "W"}
REFUSED = {"status": "rejected", "status_info": {"reason_code": "TxNotFound", "additional_info": "transaction_id: none"}}
PERIOD = {"start_period": 0, "limit": 10.5, "number_of_phases_available": 3}
SCHEDULE = {"evse_id": "DE*TST*E1", "duration": 60, "schedule_start": "2025-01-06T23:20:00Z", "charging_rate_unit": "A",
            "charging_schedule_period": [PERIOD]}
COMPOSITE = {"status": "Accepted", "schedule": SCHEDULE}
SAMPLED = {"sampling_time": "2026-11-27T09:10:11.123Z"}
GONE = object()
DOCUMENTS = pathlib.Path(__file__).resolve().parents[3] / "doc"
# The chapters with the messages that a service sends.
CHAPTERS = (("mqtt.md", "5 "), ("smart-charging.md", "5 "))


def documented():
    """The services' own messages among the examples of the documents."""
    chapters = [(DOCUMENTS / page).read_text(encoding="utf-8").split(f"\n## {chapter}", 1)[1].split("\n## ", 1)[0]
                for page, chapter in CHAPTERS]
    return [line.strip() for chapter in chapters for line in chapter.splitlines() if line.startswith('    {"id":')]


def changed(data, /, **members):
    data = copy.deepcopy(data)
    data.update(members)
    return {name: value for name, value in data.items() if value is not GONE}


# (name, type) -> a right `data` object and wrong ones.
MESSAGES = {
    ("service_status", "update"): (SERVICE, [changed(SERVICE, status="fine"), changed(SERVICE, service="ev"),
                                             changed(SERVICE, api_version=GONE), changed(SERVICE, more=1)]),
    ("service_status", "response"): (SERVICE, [changed(SERVICE, software_version="x"), {}]),
    ("cs_parameters", "request"): ({}, [{"evse_id": "E"}, []]),
    ("cs_status_and_limits", "request"): ({}, [{"evses": []}, None]),
    ("cp_pwm", "request"): (X2, [
        changed(X2, current=5.9), changed(X2, current=80.1), changed(X2, current=16.25), changed(X2, current="16"),
        changed(X2, current=GONE), changed(X2, hlc=True), changed(X2, fault_state=True), changed(X2, error_state=True),
        changed(F, current=6), changed(F, current=GONE), changed(F, error_state=True), changed(F, evse_id=""), changed(F, hlc=GONE)]),
    ("slac_service_status", "update"): (STATUS, [
        changed(STATUS, run_id="0123456789ABCDEF"), changed(STATUS, run_id="0x0123456789abcdef"),
        changed(STATUS, status="lost"), changed(STATUS, reason="vehicle_left"), changed(STATUS, run_id=GONE),
        changed(STATUS, status="failed"), changed(STATUS, status="failed", reason="bad luck"),
        changed(STATUS, sampling_time="2026-11-27T09:10:11Z"),
        changed(STATUS, record="20231213T155819.979904Z-E1-failed-no_sounds.pcapng"), changed(SILENT, record="../E1.pcapng"),
        changed(STATUS, evse_id="a\nb"), changed(STATUS, ev_mac="02:45:56:00:00:0a"),
        changed(STATUS, ev_mac=GONE), changed(STATUS, attenuation_db="12.5"), changed(STATUS, attenuation_db=12.55),
        changed(SILENT, run_id=GONE), changed(SILENT, reason=GONE)]),
    ("slac_status", "update"): (JOSEV, [changed(JOSEV, status="failed", reason="no_match_req"), changed(JOSEV, run_id=GONE),
                                        changed(JOSEV, evse_id=GONE), changed(JOSEV, status=GONE), STATUS]),
    ("slac_link_status", "response"): ({"evse_id": "E", "status": "connected"},
                                       [{"evse_id": "E", "status": "up"}, {"status": "connected"}]),
    ("slac_network_info", "response"): (NETWORKS, [
        {"evse_id": "E"}, changed(NETWORKS, networks=[changed(NETWORK, network_id="01:23")]),
        changed(NETWORKS, networks=[changed(NETWORK, role="boss")]),
        changed(NETWORKS, networks=[changed(NETWORK, snid=3)]),
        changed(NETWORKS, networks=[changed(NETWORK, nmk="00")]), changed(NETWORKS, networks=[NETWORK] * 17)]),
    ("slac_reset", "response"): ({"status": "accepted"}, [{"status": "ok"}, {"status": "accepted", "evse_id": "E"}]),
    ("iso15118_charge_limit", "update"): (CHARGE_LIMIT, [
        changed(CHARGE_LIMIT, unit="kW"), changed(CHARGE_LIMIT, limit=-1), changed(CHARGE_LIMIT, evse_id=GONE)]),
    ("set_charging_profile", "response"): (REFUSED, [
        {"status": "Accepted"}, changed(REFUSED, status="accepted"), {"status": "rejected", "status_info": {}}, {}]),
    ("clear_charging_profile", "response"): ({"status": "unknown"}, [{"status": "rejected"}, {}]),
    ("get_composite_schedule", "response"): (COMPOSITE, [
        changed(COMPOSITE, status="accepted"), changed(COMPOSITE, schedule=GONE), changed(COMPOSITE, status="Rejected"),
        changed(COMPOSITE, schedule=changed(SCHEDULE, schedule_start="2025-01-06T23:20:00+01:00")),
        changed(COMPOSITE, schedule=changed(SCHEDULE, charging_schedule_period=[changed(PERIOD, limit="16")])),
        changed(COMPOSITE, schedule=changed(SCHEDULE, charging_schedule_period=[PERIOD] * 129))]),
    ("reset", "response"): ({"status": "accepted"}, [{"status": "ok"}, {"status": "accepted", "evse_id": "E"}]),
}


def message(kind, content, /, **members):
    return json.dumps(changed({"id": UUID, "name": kind[0], "type": kind[1], "data": content}, **members))


class Schema(unittest.TestCase):
    def test_every_schema_is_tried_here(self):
        self.assertEqual(set(schema.VALIDATORS), set(MESSAGES))

    def test_right_messages_are_taken(self):
        for kind, (right, _) in MESSAGES.items():
            self.assertIsNone(schema.violation(message(kind, right)), kind)
        self.assertIsNone(schema.violation(message(("slac_service_status", "update"), SILENT)))
        for data in (F, changed(F, fault_state=False, error_state=True),
                     changed(F, fault_state=False, hlc=True, current=GONE),
                     changed(X2, current=0), changed(X2, current=6), changed(X2, current=80)):
            self.assertIsNone(schema.violation(message(("cp_pwm", "request"), data)), data)

    def test_every_message_has_an_example_in_the_document_that_is_taken(self):
        for payload in documented():
            self.assertIsNone(schema.violation(payload), payload)
        shown = {(one["name"], one["type"]) for one in map(json.loads, documented())}
        self.assertEqual(shown, set(schema.VALIDATORS))

    def test_wrong_data_is_refused(self):
        for kind, (_, wrongs) in MESSAGES.items():
            for wrong in wrongs:
                self.assertIsNotNone(schema.violation(message(kind, wrong)), (kind, wrong))

    def test_wrong_envelope_is_refused(self):
        for kind, (right, _) in MESSAGES.items():
            for members in ({"id": ""}, {"id": 7}, {"id": GONE}, {"data": GONE}, {"extra": 1}):
                self.assertIsNotNone(schema.violation(message(kind, right, **members)), (kind, members))
        self.assertIsNotNone(schema.violation(message(("cp_pwm", "request"), X2, id="1")))

    def test_values_of_telemetry_are_value_and_time(self):
        for value in ("matched", "", 20.5, 0, None):
            self.assertIsNone(schema.telemetry_violation(json.dumps({"value": value, **SAMPLED})), value)
        for wrong in ({"value": -1, **SAMPLED}, {"value": True, **SAMPLED}, {"value": "a\nb", **SAMPLED}, {"value": 1}, SAMPLED,
                      {"value": 1, **SAMPLED, "unit": "A"}, {"value": 1, "sampling_time": "2026-11-27T09:10:11Z"}, []):
            self.assertIsNotNone(schema.telemetry_violation(json.dumps(wrong)), wrong)

    def test_examples_of_telemetry_are_taken(self):
        page = (DOCUMENTS / "telemetry.md").read_text(encoding="utf-8")
        examples = [line.split(" ", 1)[1] for line in re.findall(r"^    (telemetry/.*)", page, re.MULTILINE)]
        self.assertTrue(examples)
        for payload in examples:
            self.assertIsNone(schema.telemetry_violation(payload), payload)

    def test_message_that_slacd_does_not_send_is_refused(self):
        for payload in (message(("slac_status", "request"), STATUS), message(("cp_pwm", "response"), {}),
                        "[]", "{", "{}"):
            self.assertIsNotNone(schema.violation(payload), payload)


if __name__ == "__main__":
    unittest.main(verbosity=2)
