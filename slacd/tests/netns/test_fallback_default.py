# SPDX-License-Identifier: Apache-2.0
"""Basic charging for a car that does not speak: the default times, waited out for real."""
import harness
from harness import Bench

CONNECTED_TO_F_S = 20.0
F_TO_X1_S = 5.0
X1_TO_X2_S = 0.5


class FallbackDefault(Bench):
    def test_silent_car_gets_f_after_20_s_x1_5_s_later_and_its_current_half_a_second_later(self):
        self.start_all(station=("--max-current", "16"))
        mark = self.observer.mark()
        self.plug()
        connected = self.observer.wait_state("B2", after=mark)
        last = self.observer.wait_pilot(("x2", 16.0), within=40, after=mark)
        due_s = 0.0
        for request, step_s in (("f", CONNECTED_TO_F_S), ("x1", F_TO_X1_S), (("x2", 16.0), X1_TO_X2_S)):
            due_s += step_s
            message = self.observer.wait_pilot(request, after=mark)
            came_s = message.time - connected.time
            print(f"{request}: {came_s:.3f} s after cp_status B2, due {due_s} s")
            self.assert_time(came_s, due_s, str(request))
        self.assertEqual(self.observer.pilots(mark), ["f", "x1", ("x2", 16.0)])
        self.assertEqual(self.observer.slac_statuses(mark), ["basic_charging"])
        basic_charging = self.observer.wait_slac("basic_charging", after=mark)
        self.assertLess(basic_charging.time, self.observer.wait_pilot("f", after=mark).time)
        self.assertEqual(basic_charging.data["reason"], "no_parm_req")
        charging = self.observer.wait_state("B2", after=self.observer.messages.items.index(last))
        self.assertEqual(charging.data["duty_cycle"], 26.66)


if __name__ == "__main__":
    harness.main()
