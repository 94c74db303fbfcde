# SPDX-License-Identifier: Apache-2.0
"""What is on the pilot when station, broker or slacd itself fail: never a current above the limit, never an F that
nothing ends, never a nominal duty straight after 5 %."""
import signal

import harness
from harness import Bench, EVSE, SHORT_TIMERS

X2 = ("x2", 32.0)
IMPATIENT = {"mqtt": {"request_timeout_ms": 200, "request_backoff_max_ms": 400}}
STEP_F_S = 0.6
STEP_X1_S = 0.3
EIM = {"slac": {"allow_nonstandard_timers": True, "tt_evse_slac_init_ms": 3000},
       "pilot": {"basic_charging_on_eim": True, "step_f_ms": 600, "step_x1_ms": 300, "step_x1_hlc_ms": 800}}
X1_HLC_S = 0.8


class PilotFaults(Bench):
    def start(self, configuration=SHORT_TIMERS, **options):
        self.start_all({**configuration, **IMPATIENT}, **options)
        self.mark = self.observer.mark()

    def index(self, message):
        return self.observer.messages.items.index(message)

    def answer_to(self, request, status="valid"):
        answer = self.observer.wait_response(request.id)
        self.assertEqual(answer.data["status"], status)
        return answer

    def never_x2(self, during, after):
        self.observer.never_pilot(("x2",), during, after)

    # --- refusal and silence ---

    def test_station_that_refuses_f_and_x1_never_gets_x2(self):
        self.start()
        self.station.say("answer error f", "answer error x1")
        self.plug()
        self.observer.wait_slac("failed", after=self.mark)
        self.never_x2(1.5, self.mark)
        self.assertEqual(self.observer.pilots(self.mark), ["f", "x1"])
        self.assertEqual(self.outcome(self.mark)[-1], ("failed", "pilot_refused"))
        self.slacd.wait_line(r"ERROR .*refuses a pilot request.*request=F status=error")

    def test_refused_x1_after_f_is_repeated_and_the_sequence_waits(self):
        self.start()
        self.station.say("answer error x1")
        self.plug()
        first = self.observer.wait_pilot("x1", after=self.mark)
        self.never_x2(1.0, self.mark)
        self.station.say("answer valid x1")
        b1 = self.observer.wait_state("B1", after=self.index(first))
        self.assert_time(self.observer.wait_pilot(X2, after=self.mark).time, b1.time + STEP_X1_S, "X1")

    def test_silent_station_that_obeys_gets_f_x1_and_x2_in_their_order_and_times(self):
        self.start()
        self.station.say("answer lost")
        self.plug()
        states = [self.observer.wait_state(state, after=self.mark) for state in ("F", "B1")]
        x1 = self.observer.wait_pilot("x1", after=self.mark)
        x2 = self.observer.wait_pilot(X2, after=self.mark)
        self.assert_time(x1.time, states[0].time + STEP_F_S, "F from the cp_status that shows it")
        after_f = self.observer.wait_state("B1", after=self.index(x1))
        self.assert_time(x2.time, after_f.time + STEP_X1_S, "X1 from the cp_status that shows it")
        self.assertEqual(self.observer.pilots(self.mark), ["f", "x1", X2])

    def test_station_that_only_answers_gets_the_whole_sequence(self):
        self.start()
        self.plug()
        self.observer.wait_state("B2", after=self.mark)
        self.station.say("report off")
        self.observer.wait_pilot(X2, after=self.mark)
        self.assertEqual(self.observer.pilots(self.mark), ["f", "x1", X2])

    # --- late ---

    def test_station_that_hangs_gets_each_step_for_its_whole_time(self):
        self.start()
        self.plug()
        self.observer.wait_state("B2", after=self.mark)
        self.station.signal(signal.SIGSTOP)
        self.observer.wait_pilot("f", after=self.mark)
        self.observer.never_pilot(("x1", "x2"), STEP_F_S + STEP_X1_S + 0.5, self.mark)
        self.station.signal(signal.SIGCONT)
        f = self.observer.wait_state("F", after=self.mark)
        x1 = self.observer.wait_pilot("x1", after=self.mark)
        self.assert_time(x1.time, f.time + STEP_F_S, "F")
        b1 = self.observer.wait_state("B1", after=self.index(x1))
        self.assert_time(self.observer.wait_pilot(X2, after=self.mark).time, b1.time + STEP_X1_S, "X1")

    def test_slacd_that_was_stopped_in_f_goes_on_with_a_whole_x1(self):
        self.start()
        self.plug()
        self.observer.wait_state("F", after=self.mark)
        self.slacd.signal(signal.SIGSTOP)
        self.observer.never_pilot(("x1", "x2"), STEP_F_S + STEP_X1_S + 0.5, self.mark)
        self.slacd.signal(signal.SIGCONT)
        x1 = self.observer.wait_pilot("x1", after=self.mark)
        b1 = self.observer.wait_state("B1", after=self.index(x1))
        self.assert_time(self.observer.wait_pilot(X2, after=self.mark).time, b1.time + STEP_X1_S, "X1")

    # --- nominal duty after 5 % ---

    def test_x1_that_is_not_confirmed_after_an_authorization_holds_x2_back(self):
        self.start(EIM, ev=("--rsp-to-match-ms", "5000"))
        self.station.say("answer none x1")
        self.plug()
        self.ev.say("plug")
        self.observer.wait_slac("matching", after=self.mark)
        self.station.say("authorize")
        self.observer.wait_pilot("x1", after=self.mark)
        self.never_x2(X1_HLC_S + 0.6, self.mark)
        self.station.say("answer valid x1")
        b1 = self.observer.wait_state("B1", after=self.index(self.observer.wait_pilot("x1", after=self.mark)))
        self.assert_time(self.observer.wait_pilot(X2, after=self.mark).time, b1.time + X1_HLC_S, "X1")

    def test_fault_after_an_authorization_leads_to_x1_before_x2(self):
        self.start(EIM)
        self.station.say("authorize")
        self.observer.wait_pilot("x1", after=self.mark)
        self.station.say("plug")
        self.observer.wait_pilot(X2, after=self.mark)
        self.station.say("state E")
        self.observer.wait_pilot("hlc", after=self.mark)
        mark = self.observer.mark()
        self.station.say("state B2")
        x1 = self.observer.wait_pilot("x1", after=mark)
        b1 = self.observer.wait_state("B1", after=self.index(x1))
        x2 = self.observer.wait_pilot(X2, after=self.index(x1))
        self.assert_time(x2.time, b1.time + X1_HLC_S, "X1")

    # --- F that nothing ends ---

    def test_station_that_reports_a_in_our_f_comes_to_basic_charging(self):
        self.start()
        self.plug()
        for number in range(3):
            self.observer.wait_state("F", after=self.mark)
            self.mark = self.observer.mark()
            self.station.say("raw cs/josev " + self.cp_status("A1", 2 * number))
            if number < 2:
                self.observer.wait_pilot("hlc", after=self.mark)
                self.station.say("raw cs/josev " + self.cp_status("B2", 2 * number + 1))
        self.observer.wait_pilot(X2, after=self.mark)
        self.assertEqual(len(self.slacd.lines("WARN .*reports state A while the F")), 1)

    @staticmethod
    def cp_status(state, number):
        return ('{"id":"00000000-0000-4000-8000-%012d","name":"cp_status","type":"update","data":'
                '{"evse_id":"%s","connector_id":1,"state":"%s"}}' % (number, EVSE, state))

    def test_service_that_ends_in_f_leaves_x1_behind(self):
        self.start({**SHORT_TIMERS, "pilot": {"step_f_ms": 5000}})
        self.plug()
        self.observer.wait_state("F", after=self.mark)
        mark = self.observer.mark()
        self.slacd.signal(signal.SIGTERM)
        self.assertEqual(self.slacd.exit_code(), 0)
        self.observer.wait_state("B1", after=mark)
        self.assertEqual(self.observer.pilots(mark), ["x1"])

    def test_service_waits_for_the_confirmation_of_x1_at_its_end_but_not_for_ever(self):
        self.start()
        self.plug()
        self.observer.wait_state("B2", after=self.mark)
        self.station.say("answer none")
        self.slacd.signal(signal.SIGTERM)
        self.assertEqual(self.slacd.exit_code(), 0)
        self.slacd.wait_line("WARN .*does not confirm the pilot of an outlet that ends")

    def test_outlet_that_is_removed_in_f_leaves_x1_behind(self):
        self.start({**SHORT_TIMERS, "pilot": {"step_f_ms": 5000}})
        self.plug()
        self.observer.wait_state("F", after=self.mark)
        mark = self.observer.mark()
        self.station.say(f"parameters remove {EVSE}")
        self.observer.wait_pilot("x1", after=mark)
        self.slacd.wait_line("EVSE service ends")

    def test_f_of_a_killed_predecessor_ends_also_without_high_level_charging_at_the_start(self):
        self.start({**SHORT_TIMERS, "pilot": {"step_f_ms": 5000}})
        self.plug()
        self.observer.wait_state("F", after=self.mark)
        self.slacd.kill()
        mark = self.observer.mark()
        self.slacd = self.start_slacd({**SHORT_TIMERS, "pilot": {"hlc_at_start": False}})
        self.observer.wait_pilot("x1", after=mark)
        self.observer.wait_state("B1", after=mark)

    # --- what charges is not cut, and never above the limit ---

    def charge(self):
        self.start()
        self.plug()
        self.observer.wait_pilot(X2, after=self.mark)
        self.station.say("state C2")
        self.observer.wait_state("C2", after=self.mark)

    def test_restart_while_a_car_charges_cuts_nothing(self):
        self.charge()
        self.station.say("answer none")  # the boot takes as long as the station needs to tell its states
        self.slacd.kill()
        mark = self.observer.mark()
        self.slacd = self.start_slacd({**SHORT_TIMERS, **IMPATIENT})
        self.observer.wait_request("cs_parameters", after=mark)
        self.station.say("report on")
        self.observer.wait_state("C2", after=mark)
        self.station.say("answer valid")
        taken = self.observer.wait_slac("basic_charging", after=mark)
        self.assertEqual(taken.data["reason"], "taken_over")
        self.observer.wait_pilot(X2, after=mark)
        self.observer.never_pilot(("hlc", "f", "x1"), 2.0, mark)
        self.station.say("limit 10")
        self.observer.wait_pilot(("x2", 10.0), after=mark)

    def test_lower_limit_is_repeated_until_it_is_confirmed(self):
        self.charge()
        mark, heard = self.observer.mark(), self.station.mark()
        self.station.say("answer none x2", "limit 6")
        first = self.observer.wait_pilot(("x2", 6.0), after=mark)
        second = self.observer.wait_pilot(("x2", 6.0), after=self.index(first) + 1)
        third = self.observer.wait_pilot(("x2", 6.0), after=self.index(second) + 1)
        self.assertEqual(len({message.id for message in (first, second, third)}), 3)
        # The third must have been left unanswered, too, before the station is told to answer.
        harness.await_true(lambda: len(self.station.lines(r"cp_pwm request .* x2 6\.0 A", heard)) == 3, "the station hears it")
        self.station.say("answer valid x2")
        self.answer_to(self.observer.wait_pilot(("x2", 6.0), after=self.index(third) + 1))

    def test_phase_that_load_management_takes_to_0_ends_the_current(self):
        self.charge()
        mark = self.observer.mark()
        self.station.say('raw cs/josev {"id":"1","name":"cs_status_and_limits","type":"update","data":{"evses":[{'
                         '"evse_id":"%s","status_code":"evse_ready","ac":{"max_current":{"l1":0,"l2":16,"l3":16},'
                         '"nominal_voltage":230,"rcd_error":false}}]}}' % EVSE)
        self.observer.wait_pilot("x1", after=mark)
        self.never_x2(0.5, mark)

    def test_second_phase_that_falls_to_0_ends_the_current_too(self):
        self.charge()
        mark = self.observer.mark()
        self.station.say('raw cs/josev {"id":"1","name":"cs_status_and_limits","type":"update","data":{"evses":[{'
                         '"evse_id":"%s","status_code":"evse_ready","ac":{"max_current":{"l1":16,"l2":0,"l3":16},'
                         '"nominal_voltage":230,"rcd_error":false}}]}}' % EVSE)
        self.observer.wait_pilot("x1", after=mark)
        self.never_x2(0.5, mark)


if __name__ == "__main__":
    harness.main()
