#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Wrong copies of the pilot's files, to show that the exploration can fail.

usage: pilot_mutants.py --names                    the C files that will be written
       pilot_mutants.py --write ROOT DIRECTORY     writes them: ROOT holds the sources
       pilot_mutants.py --run DIRECTORY            runs the program of each, two at a time; each must find a violation

Each mutant is one textual change that must apply exactly once, so that a mutant never becomes a copy of the original
unnoticed. A mutant that no station and no user can tell from the original is not listed.
"""
import concurrent.futures
import pathlib
import resource
import signal
import subprocess
import sys
import time

PILOT = "cp/control_pilot.c"
STEP = "cp/pilot_step.c"
SHOWN = "cp/pilot_shown.c"
BASIC = "cp/basic_charging.c"
PAUSE = "cp/pilot_pause.c"
END = "cp/pilot_end.c"
ASKING = "cp/pilot_request.c"
OUTLET = "slacd/outlet/outlet_pilot.c"
OUTLET_WHOLE = "slacd/outlet/outlet.c"
OUTLET_SLAC = "slacd/outlet/outlet_slac.c"
SERVICE = "tools/smart-charging/current_limit.c"

# (file, what is wrong, what is replaced, by what)
MUTANTS = [
    # --- what the repair of "the pilot is what the station has confirmed" is made of, each part taken out
    (STEP, "the time of a step runs from the request, not from its confirmation",
     "if (!pilot_has_step(pilot) || !pilot->asking.confirmed)", "if (!pilot_has_step(pilot))"),
    (STEP, "5 % does not close the way to a nominal duty",
     "\tif (request.kind == PILOT_HLC)\n\t\tpilot->nominal_is_open = false;\n", ""),
    (PILOT, "F is never given up",
     "pilot->f_sendings >= CONTROL_PILOT_F_SENDINGS &&", "false &&"),
    (PILOT, "sendings of F are not counted",
     "\tif (is_in_our_f(pilot))\n\t\tpilot->f_sendings++;\n", ""),
    (STEP, "sendings of an earlier F count",
     "\tpilot->f_sendings = 0;\n\tpilot->resuming", "\tpilot->resuming"),
    (PILOT, "a station that does not carry out F gets X2 all the same",
     "\tpilot_enter(pilot, CONTROL_PILOT_NOT_OBEYED);\n\tpilot_ask_kind(pilot, PILOT_X1, now_us);",
     "\tpilot_begin_x1_step(pilot, pilot->config.step_x1_hlc_ms, now_us);"),
    (PILOT, "F that was given up is left on the pilot",
     "\tpilot_enter(pilot, CONTROL_PILOT_NOT_OBEYED);\n\tpilot_ask_kind(pilot, PILOT_X1, now_us);",
     "\tpilot_enter(pilot, CONTROL_PILOT_NOT_OBEYED);"),
    (PILOT, "a pulse that the station did not carry out counts as E/F",
     "|| pilot->pulse_was_missing) {", ") {"),
    (PILOT, "a pulse that is given up leaves F on the pilot",
     "\t\tpilot_say(out, CONTROL_PILOT_PULSE_GIVEN_UP);\n\t\tbegin_window(pilot, now_us, out);",
     "\t\tpilot_say(out, CONTROL_PILOT_PULSE_GIVEN_UP);\n\t\tpilot_enter(pilot, CONTROL_PILOT_HLC);\n\t\tpilot_say(out, CONTROL_PILOT_LISTEN);"),
    (END, "the end leaves F behind",
     "\telse if (!is_x1)\n\t\tpilot_ask_kind(pilot, PILOT_X1, now_us);\n\tif (control", "\tif (control"),
    (END, "the end keeps what is not confirmed",
     "in_order && (pilot->asking.confirmed || !pilot->asking.wanted)", "in_order"),
    (END, "the end keeps the pilot in any phase",
     "pilot->config.keep_at_exit && in_order &&", "pilot->config.keep_at_exit &&"),
    (END, "the end keeps the pilot although X1 is configured",
     "return pilot->config.keep_at_exit && in_order", "return in_order"),
    (END, "the end does not wait for its X1",
     "return pilot->phase == CONTROL_PILOT_ENDING && (pilot->asking.confirmed || !pilot->asking.wanted);",
     "return pilot->phase == CONTROL_PILOT_ENDING && true;"),
    (PILOT, "REACHABLE does not send the present request again",
     "\tpilot_asking_reach(&pilot->asking, now_us);\n", ""),
    (PILOT, "a step goes on over a reconnection",
     "\tif (pilot_has_step(pilot) || is_basic)\n\t\tpilot_distrust(pilot, now_us);\n", ""),
    (PILOT, "a cp_status that contradicts is ignored",
     "\t\tpilot_say(out, CONTROL_PILOT_CONTRADICTED);\n\t\tpilot_distrust(pilot, now_us);",
     "\t\tpilot_say(out, CONTROL_PILOT_CONTRADICTED);"),
    (STEP, "a contradiction leaves the way to a nominal duty open",
     "\tpilot->nominal_is_open = false;\n\tif (pilot->phase == CONTROL_PILOT_X1_STEP ||",
     "\tif (pilot->phase == CONTROL_PILOT_X1_STEP ||"),
    (STEP, "a contradicted X1 is not held again",
     "\tpilot->hold_ms = pilot->config.step_x1_hlc_ms;\n}", "\tpilot->hold_ms = pilot->config.step_x1_ms;\n}"),
    (STEP, "a contradicted basic charging is not left",
     "if (pilot->phase == CONTROL_PILOT_X1_STEP || pilot->phase == CONTROL_PILOT_BASIC)\n\t\thold",
     "if (pilot->phase == CONTROL_PILOT_X1_STEP)\n\t\thold"),
    (PILOT, "5 % in basic charging is not noticed",
     "pilot_shows_no_way_to_nominal(pilot) ||\n\t    (is_sent", "(is_sent"),
    (SHOWN, "a vehicle's state does not contradict F",
     "return cp_state_has_vehicle(pilot->state) ||\n\t\t       (pilot->phase", "return (pilot->phase"),
    (SHOWN, "PWM does not contradict X1",
     "\tif (current_da == 0)\n\t\treturn cp_state_shows_pwm(pilot->state);", "\tif (current_da == 0)\n\t\treturn false;"),
    (PILOT, "a reported state never confirms",
     "\t\t   pilot_shows_request(pilot, before)) {", "\t\t   false) {"),
    (PILOT, "any reported state confirms",
     "\t\t   pilot_shows_request(pilot, before)) {", "\t\t   true) {"),
    (PILOT, "a state confirms although an older request may have caused it",
     "!asking->confirmed && !pilot_asking_is_ambiguous(asking) &&", "!asking->confirmed &&"),
    (SHOWN, "F is confirmed by E",
     "return pilot->state == CP_STATE_F;", "return cp_state_is_fault(pilot->state);"),
    (PILOT, "A in our F never belongs to it",
     "\tif (pilot->a_in_f < CONTROL_PILOT_A_IN_F)\n\t\ton_unplugged(pilot, now_us, out);\n}",
     "\ton_unplugged(pilot, now_us, out);\n}"),
    (PILOT, "A in our F is not counted",
     "\t\tpilot->a_in_f++;\n", ""),
    (PILOT, "a vehicle that left in our F is served for ever",
     "else if (is_after_f && cp_state_is_unplugged(pilot->state))", "else if (is_after_f && false)"),
    (PILOT, "a reset serves a vehicle that left in our F",
     "\tunplug_in_a(pilot, now_us, out);\n\tif (pilot->session_open)\n", "\tif (pilot->session_open)\n"),
    (PILOT, "an outlet out of service keeps a vehicle that left in our F",
     "\tunplug_in_a(pilot, now_us, out);\n\tif (pilot->phase !=", "\tif (pilot->phase !="),
    (PILOT, "basic charging that is found is cut",
     "bool charges = pilot->state == CP_STATE_C2 || pilot->state == CP_STATE_D2;", "bool charges = false;"),
    (PILOT, "basic charging that is found offers no current",
     "\tpilot->nominal_is_open = true;\n\tpilot->session_open = true;", "\tpilot->session_open = true;"),
    (PILOT, "a DC-only outlet takes over",
     "charges && pilot->config.has_ac &&", "charges &&"),
    (PILOT, "without 5 % at the start nothing ends a predecessor's F",
     "\tpilot_ask_kind(pilot, pilot->config.hlc_at_start || pilot_shows_hlc(pilot) ? PILOT_HLC : PILOT_X1, now_us);",
     "\tif (pilot->config.hlc_at_start)\n\t\tpilot_ask_kind(pilot, PILOT_HLC, now_us);"),
    # --- requests
    (ASKING, "a request is never repeated",
     "asking->due_us = now_us + (uint64_t)asking->wait_ms * 1000;\n\tasking->sendings++;",
     "asking->due_us = PILOT_REQUEST_NEVER;\n\tasking->sendings++;"),
    (ASKING, "X1 is not repeated",
     "asking->due_us = now_us + (uint64_t)asking->wait_ms * 1000;\n\tasking->sendings++;",
     "asking->due_us = asking->request.kind == PILOT_X1 ? PILOT_REQUEST_NEVER :"
     " now_us + (uint64_t)asking->wait_ms * 1000;\n\tasking->sendings++;"),
    (ASKING, "what the client refused is not sent again",
     "asking->wanted && reachable ? now_us + PILOT_HAND_OVER_MS * 1000", "false ? now_us"),
    (ASKING, "a refusal confirms",
     "if (present && valid) {", "if (present) {"),
    (ASKING, "an answer to an older request confirms",
     "if (present && valid) {", "if (valid) {"),
    (ASKING, "no answer confirms",
     "\tif (present && valid) {\n\t\tpilot_asking_confirm(asking);", "\tif (present && valid) {"),
    (ASKING, "an answer only counts to the last sending",
     "(int32_t)(number - asking->first_number) >= 0 &&", "number == asking->number &&"),
    (ASKING, "a refused request stays confirmed, and is not repeated",
     "\t\tasking->confirmed = false;\n\t\tif (asking->due_us == PILOT_REQUEST_NEVER)\n"
     "\t\t\tasking->due_us = now_us + (uint64_t)next_wait_ms(asking) * 1000;\n", ""),
    (ASKING, "an older request that was carried out last is not noticed",
     "if (!valid || !asking->confirmed)", "if (true)"),
    (ASKING, "a new request is confirmed by the one before",
     "\tasking->confirmed = false;\n\tasking->first_number = asking->number + 1;\n\tasking->sendings = 0;",
     "\tasking->first_number = asking->number + 1;\n\tasking->sendings = 0;"),
    (ASKING, "a contradicted request stays confirmed",
     "{\n\tasking->confirmed = false;\n\tif (asking->due_us != PILOT_REQUEST_NEVER)",
     "{\n\tif (asking->due_us != PILOT_REQUEST_NEVER)"),
    (ASKING, "a contradicted request is not sent again",
     "asking->due_us = asking->contradicted ? now_us + PILOT_REPEAT_MS * 1000 : now_us;",
     "asking->due_us = PILOT_REQUEST_NEVER;"),
    (ASKING, "5 % or X1 from before an older request confirms",
     "\tif (asking->request.kind == PILOT_F)\n\t\treturn (asking->older_kinds & (1U << PILOT_F |",
     "\tif (true)\n\t\treturn (asking->older_kinds & (1U << asking->request.kind |"),
    (ASKING, "older requests are forgotten with the next one",
     "\t\tasking->older_kinds |= 1U << asking->request.kind;", "\t\tasking->older_kinds = 0;"),
    (ASKING, "older requests are never forgotten, so that a station that only reports is not believed",
     "\tasking->older_kinds = asking->older_kinds & SAME_BY_OTHER ? 1U << asking->request.kind : 0;\n", ""),
    # --- currents
    (BASIC, "the cap on the limit is ignored",
     "pilot->config.nominal_current_da < current_da)", "false)"),
    (BASIC, "currents below 6 A are offered",
     "\tif (current_da < PILOT_CURRENT_MIN)\n\t\treturn (struct pilot_request){.kind = PILOT_X1};\n", ""),
    (BASIC, "6 A itself is not offered",
     "current_da >= PILOT_CURRENT_MIN ?", "current_da > PILOT_CURRENT_MIN ?"),
    (BASIC, "a changed limit is not passed on",
     "\tif (pilot->phase == CONTROL_PILOT_BASIC)\n\t\tbasic_charging_offer(pilot, now_us);\n}\n\nbool basic_charging_is_by_eim",
     "}\n\nbool basic_charging_is_by_eim"),
    (BASIC, "a lower limit is not passed on while X2 is not confirmed",
     "\tif (pilot->phase == CONTROL_PILOT_BASIC)\n\t\tbasic_charging_offer(pilot, now_us);\n}\n\nbool basic_charging_is_by_eim",
     "\tif (pilot->phase == CONTROL_PILOT_BASIC && pilot->asking.confirmed)\n"
     "\t\tbasic_charging_offer(pilot, now_us);\n}\n\nbool basic_charging_is_by_eim"),
    (BASIC, "a phase whose limit went to 0 counts as not connected",
     "if (pilot->phase_is_connected[i] && limits->phase_da[i]", "if (limits->phase_da[i] > 0 && limits->phase_da[i]"),
    (BASIC, "an unreadable limit leaves the old one",
     "return limits->has_ac && !limits->rcd_error ? smallest_da : 0;",
     "return limits->has_ac ? smallest_da : pilot->limit_da;"),
    (PILOT, "basic charging on a DC-only outlet after the window",
     "if (!pilot->config.has_ac) {", "if (false) {"),
    (BASIC, "basic charging by EIM on a DC-only outlet",
     "pilot->config.basic_charging_on_eim && pilot->config.has_ac &&", "pilot->config.basic_charging_on_eim &&"),
    (BASIC, "nominal duty without EIM where it needs EIM",
     "(pilot->authorized || !pilot->config.nominal_needs_eim)", "true"),
    (BASIC, "nominal duty needs EIM where nobody said so",
     "(pilot->authorized || !pilot->config.nominal_needs_eim)", "pilot->authorized"),
    # --- the sequence
    (PILOT, "the end of a pulse does nothing",
     "\tif (pilot->phase == CONTROL_PILOT_PULSE)\n\t\tend_pulse(pilot, now_us, out);\n\telse if (pilot->phase == CONTROL_PILOT_F_STEP)\n\t\tend",
     "\tif (pilot->phase == CONTROL_PILOT_F_STEP)\n\t\tend"),
    (PILOT, "X1 between F and X2 is skipped",
     "\t\tend_f_step(pilot, now_us);", "\t\tbasic_charging_begin(pilot, now_us, out);"),
    (STEP, "F is half as long",
     "pilot_enter_step(pilot, phase, PILOT_F, pilot->config.step_f_ms, now_us);",
     "pilot_enter_step(pilot, phase, PILOT_F, pilot->config.step_f_ms / 2, now_us);"),
    (PILOT, "X1 of a running match is as short as the one after F",
     "\t\tpilot_begin_x1_step(pilot, pilot->config.step_x1_hlc_ms, now_us);\n\t\treturn;\n\t}\n\t/* [V2G3-M06-05]",
     "\t\tpilot_begin_x1_step(pilot, pilot->config.step_x1_ms, now_us);\n\t\treturn;\n\t}\n\t/* [V2G3-M06-05]"),
    (PILOT, "EIM without a vehicle leads to nothing",
     "\t\tpilot_enter_step(pilot, CONTROL_PILOT_AUTHORIZED, PILOT_X1, pilot->config.step_x1_hlc_ms, now_us);\n\t\treturn;",
     "\t\treturn;"),
    (PILOT, "X2 at the plug-in of an authorized vehicle, however short X1 was",
     "\tif (pilot->nominal_is_open)\n\t\tbasic_charging_begin(pilot, now_us, out);\n\telse if (pilot->phase == CONTROL_PILOT_AUTHORIZED)",
     "\tpilot->nominal_is_open = true;\n\tif (true)\n\t\tbasic_charging_begin(pilot, now_us, out);\n\telse if (pilot->phase == CONTROL_PILOT_AUTHORIZED)"),
    (PILOT, "EIM cuts a running match by F",
     "if (pilot->slac != CONTROL_PILOT_SLAC_IDLE) {", "if (false) {"),
    (PILOT, "EIM without a match goes without F",
     "if (pilot->slac != CONTROL_PILOT_SLAC_IDLE) {", "if (true) {"),
    (BASIC, "EIM cuts a 15118 session",
     "pilot->authorized && !pilot->hlc_charging;", "pilot->authorized;"),
    (BASIC, "EIM is acted upon where the option is off",
     "return pilot->config.basic_charging_on_eim &&", "return"),
    (PILOT, "an authorization outlives its vehicle",
     "\tif (had_vehicle)\n\t\tpilot->authorized = false;\n", ""),
    (PILOT, "an authorization that is withdrawn is kept",
     "pilot->authorized = input->active;", "pilot->authorized = pilot->authorized || input->active;"),
    (PILOT, "the fallback cuts a 15118 session",
     "if (pilot->hlc_charging) {\n\t\tpilot_say(out, CONTROL_PILOT_LISTEN);", "if (false) {\n\t\tpilot_say(out, CONTROL_PILOT_LISTEN);"),
    (PILOT, "a pulse after a failure cuts a 15118 session",
     "!waits_for_car(pilot) || pilot->hlc_charging ||", "!waits_for_car(pilot) ||"),
    (PILOT, "a pulse after a lost link cuts a 15118 session",
     "!retries || pilot->hlc_charging || ", "!retries || "),
    (PILOT, "a pulse after a lost link where it is not wanted",
     "if (!retries || pilot->hlc_charging", "if (pilot->hlc_charging"),
    (PILOT, "pulses are not counted",
     "\t\tpilot->pulses_sent++;\n", ""),
    (PILOT, "one pulse too few",
     "if (pilot->pulses_sent < pilot->config.init_retries)", "if (pilot->pulses_sent + 1 < pilot->config.init_retries)"),
    (PILOT, "pulses after a failure are not counted",
     "\tpilot->failed_pulses_sent++;\n", ""),
    (PILOT, "an unplug does not return to 5 %",
     "\t\tpilot_ask_kind(pilot, PILOT_HLC, now_us);\n\tpilot_begin_hlc(pilot, now_us);\n}\n\nstatic bool is_in_our_f",
     "\t\tpilot_ask_kind(pilot, PILOT_HLC, now_us);\n}\n\nstatic bool is_in_our_f"),
    (PILOT, "a station that has forgotten 5 % is not reminded",
     "\t\tpilot->hlc_asked_again = true;\n\t\tpilot_ask_kind(pilot, PILOT_HLC, now_us);", "\t\tpilot->hlc_asked_again = true;"),
    (PILOT, "X1 of basic charging is not held again after a reconnection",
     "if (pilot_has_step(pilot) || is_basic)", "if (pilot_has_step(pilot) || (is_basic && pilot->asking.request.kind == PILOT_X2))"),
    (BASIC, "X2 that nobody has seen since the reconnection is changed without another X1",
     "\tif (!pilot->x2_is_unseen) {\n\t\tpilot_ask(", "\tif (true) {\n\t\tpilot_ask("),
    (PILOT, "X2 in force is asked for again after a reconnection",
     "\tif (pilot->x2_is_unseen)\n\t\treturn;\n", ""),
    (PILOT, "a vehicle on an outlet out of service begins a session",
     "\tpilot->vehicle_present = true;\n\tif (pilot->phase == CONTROL_PILOT_UNAVAILABLE)\n\t\treturn;\n",
     "\tpilot->vehicle_present = true;\n"),
    (PILOT, "X1 and F of an outlet out of service are mixed up",
     "for_now ? PILOT_X1 : PILOT_F", "for_now ? PILOT_F : PILOT_X1"),
    (PILOT, "availability is not restored",
     "\t\ton_ready(pilot, now_us, out);\n\t\treturn;", "\t\treturn;"),
    (PILOT, "an E does not end what was offered",
     "\t/* Whatever was offered must not come back by itself when the station recovers. */\n\tpilot_begin_hlc(pilot, now_us);\n", ""),
    (PILOT, "no session after a fault",
     "if (!pilot->session_open || pilot->faulted)\n\t\topen_session", "if (!pilot->session_open)\n\t\topen_session"),
    # --- the pause
    (PAUSE, "a pause does nothing to the pilot",
     "\tpilot_enter_step(pilot, CONTROL_PILOT_PAUSED, PILOT_X1, pilot->config.step_x1_hlc_ms, now_us);\n", ""),
    (PAUSE, "a pause leaves the way to a nominal duty open, and 5 % may follow X1 at once",
     "\tpilot->nominal_is_open = false;\n\tpilot_enter_step(pilot, CONTROL_PILOT_PAUSED", "\tpilot_enter_step(pilot, CONTROL_PILOT_PAUSED"),
    (PAUSE, "X1 of a pause is as short as the one after F",
     "CONTROL_PILOT_PAUSED, PILOT_X1, pilot->config.step_x1_hlc_ms", "CONTROL_PILOT_PAUSED, PILOT_X1, pilot->config.step_x1_ms"),
    (PAUSE, "a pause in the wake-up is ignored",
     "if (!is_in_session && !(pilot->phase == CONTROL_PILOT_PAUSED && pilot->woken))", "if (!is_in_session)"),
    (PAUSE, "a vehicle in basic charging does not sleep",
     "pilot->phase == CONTROL_PILOT_X1_STEP ||\n\t\t\t\t   pilot->phase == CONTROL_PILOT_BASIC;\n\n\tif (!is_in_session",
     "pilot->phase == CONTROL_PILOT_X1_STEP;\n\n\tif (!is_in_session"),
    (PAUSE, "B-C-B does not wake", "if (is_b && pilot->c_until_us != CONTROL_PILOT_NEVER)", "if (false)"),
    (PAUSE, "B wakes without C", "if (is_b && pilot->c_until_us != CONTROL_PILOT_NEVER)", "if (is_b)"),
    (PAUSE, "a vehicle that was in C need not open S2 before it wakes us",
     "else if (pilot->b_in_pause && pilot->c_until", "else if (pilot->c_until"),
    (PAUSE, "B in the pause is not noticed", "\t\tpilot->b_in_pause = true;\n", "\t\t;\n"),
    (PILOT, "a vehicle that stays in C does not wake",
     "\tif (pilot->c_until_us <= now_us)\n\t\tpilot_pause_wake(pilot, now_us, out);\n", ""),
    (PILOT, "a vehicle is waited for in C, and nobody looks at the clock",
     "\treturn pilot->c_until_us < first_us ? pilot->c_until_us : first_us;", "\treturn first_us;"),
    (PAUSE, "a wake-up ends X1 before its time",
     "\tpilot->c_until_us = CONTROL_PILOT_NEVER;\n\tif (pilot->nominal_is_open)\n\t\tpilot_pause_end",
     "\tpilot->c_until_us = CONTROL_PILOT_NEVER;\n\tif (true)\n\t\tpilot_pause_end"),
    (PAUSE, "a wake-up leaves S2 timed", "\tpilot->woken = true;\n\tpilot->c_until_us = CONTROL_PILOT_NEVER;\n", "\tpilot->woken = true;\n"),
    (PAUSE, "X1 that was held before the wake-up is not enough", "\tif (pilot->nominal_is_open)\n\t\tpilot_pause_end(pilot, now_us, out);\n\telse if",
     "\tif (false)\n\t\tpilot_pause_end(pilot, now_us, out);\n\telse if (pilot->nominal_is_open)\n\t\t;\n\telse if"),
    (PAUSE, "a wake-up has no time where X1 is not confirmed",
     "\t\tpilot_pause_end(pilot, now_us, out);\n\telse if (pilot->deadline_us == CONTROL_PILOT_NEVER)",
     "\t\tpilot_pause_end(pilot, now_us, out);\n\telse if (false)"),
    (STEP, "the time of a wake-up runs with the confirmation of X1 only", "\tif (pilot->woken)\n\t\treturn; /* the pause", "\tif (false)\n\t\treturn; /* the pause"),
    (PILOT, "the wake-up is forgotten when X1 was held", "\tif (pilot->woken) {\n\t\tpilot_pause_end(", "\tif (false) {\n\t\tpilot_pause_end("),
    (STEP, "another phase is woken as well", "\tpilot->woken = false;\n\tpilot->c_until_us", "\tpilot->c_until_us"),
    (STEP, "S2 is timed after the pause", "\tpilot->woken = false;\n\tpilot->c_until_us = CONTROL_PILOT_NEVER;\n", "\tpilot->woken = false;\n"),
    (PAUSE, "a link that was lost in the pause is looked for",
     "\tif (pilot->slac == CONTROL_PILOT_SLAC_IDLE) {\n\t\tpilot_begin_f_phase", "\tif (false) {\n\t\tpilot_begin_f_phase"),
    (PAUSE, "a match that runs in the pause is cut by F",
     "\tif (pilot->slac == CONTROL_PILOT_SLAC_IDLE) {\n\t\tpilot_begin_f_phase", "\tif (pilot->slac != CONTROL_PILOT_SLAC_MATCHED) {\n\t\tpilot_begin_f_phase"),
    (PAUSE, "the pause ends at 5 % where EIM has allowed a nominal duty",
     "\tif (!basic_charging_is_by_eim(pilot))\n\t\tpilot_begin_hlc(pilot, now_us);\n\telse if (pilot->nominal", "\tif (true)\n\t\tpilot_begin_hlc(pilot, now_us);\n\telse if (pilot->nominal"),
    (PAUSE, "basic charging after a pause without X1", "\telse if (pilot->nominal_is_open)\n\t\tbasic_charging_begin(pilot, now_us, out);\n\telse\n\t\tpilot_begin_x1",
     "\telse if (true)\n\t\tbasic_charging_begin(pilot, now_us, out);\n\telse\n\t\tpilot_begin_x1"),
    (PAUSE, "the link is not looked for after the pause", "\tif (sleeps)\n\t\tpilot_say(out, CONTROL_PILOT_WOKEN);\n", "\t(void)sleeps;\n"),
    (PILOT, "a link that is not found after the pause is a failure like any other",
     "\tif (is_sought)\n\t\tpilot_begin_f_phase", "\tif (false)\n\t\tpilot_begin_f_phase"),
    (PILOT, "F in the sleep, when the link is lost", " && pilot->session_open && pilot->phase != CONTROL_PILOT_PAUSED;", " && pilot->session_open;"),
    (PILOT, "a link is looked for although another match has begun", "\tpilot->slac = slac;\n\tpilot->resuming = false;\n", "\tpilot->slac = slac;\n"),
    (PILOT, "the end of the session does not end its pause",
     "\t\tpilot_begin_hlc(pilot, now_us); /* the session that was paused was ended */\n", ""),
    (PILOT, "EIM is forgotten with the session that was paused",
     "was ended */\n\t\tact_on_eim(pilot, now_us, out);\n", "was ended */\n"),
    (PILOT, "a car that speaks in the pause sleeps on", "\t\tpilot_pause_wake(pilot, now_us, out); /* a vehicle", "\t\t; /* a vehicle"),
    (PILOT, "a pulse that an authorized vehicle needs is given up like any other",
     "pilot->phase == CONTROL_PILOT_PULSE && !basic_charging_is_by_eim(pilot)", "pilot->phase == CONTROL_PILOT_PULSE"),
    (OUTLET_WHOLE, "the pilot is not told of a pause",
     "\tgive_pilot_kind(outlet, CONTROL_PILOT_LINK_PAUSED, true, now_us, out);\n", ""),
    (OUTLET_WHOLE, "the pilot is not told of a resume",
     "\t\tgive_pilot_kind(outlet, CONTROL_PILOT_WAKE, true, now_us, out);\n", "\t\t;\n"),
    (OUTLET_WHOLE, "a pause whose link is lost cannot be resumed",
     "outlet->link_paused || outlet->pilot.phase == CONTROL_PILOT_PAUSED", "outlet->link_paused"),
    (OUTLET_WHOLE, "a pause whose link is lost cannot be terminated", "\tif (has_ended)\n\t\twake_link", "\tif (false)\n\t\twake_link"),
    (OUTLET_WHOLE, "the link is not awaited after the pause",
     "\toutlet_queue_slac(outlet, SLAC_EVSE_REJOIN, SLAC_REASON_NONE);\n", ""),
    (OUTLET, "the outlet does not look for the link", "\t\toutlet_queue(outlet, OUTLET_RESUME_LINK);\n", ""),
    # --- a lost link
    (PILOT, "a lost link is followed by F without X1",
     "\tpilot_enter_step(pilot, CONTROL_PILOT_LINK_LOST_X1, PILOT_X1, pilot->config.step_x1_hlc_ms, now_us);",
     "\tpilot_begin_f_phase(pilot, CONTROL_PILOT_PULSE, now_us, out);"),
    (PILOT, "X1 after a lost link is as short as the one after F",
     "CONTROL_PILOT_LINK_LOST_X1, PILOT_X1, pilot->config.step_x1_hlc_ms", "CONTROL_PILOT_LINK_LOST_X1, PILOT_X1, pilot->config.step_x1_ms"),
    (PILOT, "X1 after a lost link never ends",
     "else if (pilot->phase == CONTROL_PILOT_LINK_LOST_X1)\n\t\tpilot_begin_f_phase(", "else if (false)\n\t\tpilot_begin_f_phase("),
    (PILOT, "a car is answered in X1 after a lost link",
     "\tpilot_say(out, CONTROL_PILOT_PAUSE_LISTENING);\n\tpilot_enter_step(pilot, CONTROL_PILOT_LINK_LOST_X1", "\tpilot_enter_step(pilot, CONTROL_PILOT_LINK_LOST_X1"),
    (PILOT, "strict cuts basic charging when the link is lost",
     "(pilot->config.pulse_unless_nominal && !is_nominal)", "pilot->config.pulse_unless_nominal"),
    (PILOT, "strict does nothing when the link is lost",
     " || (pilot->config.pulse_unless_nominal && !is_nominal)", ""),
    (PILOT, "a lost link in basic charging is not followed by E/F",
     "!(is_basic || waits_for_car(pilot))", "!waits_for_car(pilot)"),
    (PILOT, "X1 that slacd has asked for hides the nominal duty of another service",
     "const bool is_nominal = is_basic && basic_charging_offers_current(pilot);", "const bool is_nominal = is_basic && pilot->asking.request.kind == PILOT_X2;"),
    # --- a late car
    (PILOT, "a late car is let in where it is not wanted", "return pilot->config.rematch_from_basic && !pilot->rematched", "return !pilot->rematched"),
    (PILOT, "a late car is let in again and again", "\tpilot->rematched = true;\n", ""),
    (PILOT, "a late car is let in for the first vehicle only", "\tpilot->rematched = false;\n", ""),
    (PILOT, "a late car cuts a 15118 session", "pilot->slac == CONTROL_PILOT_SLAC_IDLE && !basic_charging_is_by_eim(pilot) && !pilot->hlc_charging;",
     "pilot->slac == CONTROL_PILOT_SLAC_IDLE && !basic_charging_is_by_eim(pilot);"),
    (PILOT, "a late car in F is not let in",
     "const bool is_late = pilot->phase == CONTROL_PILOT_F_STEP || ", "const bool is_late = "),
    (PILOT, "a late car in basic charging is not let in",
     "pilot->phase == CONTROL_PILOT_X1_STEP ||\n\t\t\t     pilot->phase == CONTROL_PILOT_BASIC;", "pilot->phase == CONTROL_PILOT_X1_STEP;"),
    (PILOT, "5 % for a late car without X1",
     "\t\tpilot_enter_step(pilot, CONTROL_PILOT_REMATCH, PILOT_X1, pilot->config.step_x1_hlc_ms, now_us);",
     "\t{\n\t\tpilot_begin_hlc(pilot, now_us);\n\t\tpilot_say(out, CONTROL_PILOT_LISTEN);\n\t}"),
    (PILOT, "X1 for a late car is as short as the one after F",
     "CONTROL_PILOT_REMATCH, PILOT_X1, pilot->config.step_x1_hlc_ms", "CONTROL_PILOT_REMATCH, PILOT_X1, pilot->config.step_x1_ms"),
    (PILOT, "X1 for a late car never ends", "\t\tend_rematch(pilot, now_us, out);", "\t\t;"),
    (PILOT, "EIM is forgotten in X1 for a late car", "\tif (!basic_charging_is_by_eim(pilot)) {\n\t\tbegin_window(pilot, now_us, out);\n\t\treturn;\n\t}\n\tpilot_say",
     "\tif (true) {\n\t\tbegin_window(pilot, now_us, out);\n\t\treturn;\n\t}\n\tpilot_say"),
    (PILOT, "a vehicle that is let in late gets more than another service has asked for",
     "\tpilot->rematched = true;\n", "\tpilot->rematched = true;\n\tpilot->handed_over = false;\n"),
    (OUTLET_SLAC, "a car that asks once is late already", "if (late->requests < OUTLET_LATE_REQUESTS)", "if (false)"),
    (OUTLET_SLAC, "a late car is not told to the pilot",
     "\toutlet_queue(outlet, OUTLET_TO_PILOT)->pilot.kind = CONTROL_PILOT_LATE_CAR;\n", ""),
    # --- matching at a nominal duty, and on DC
    (BASIC, "a vehicle that EIM has brought to basic charging is not answered",
     "\t\tpilot_ask(pilot, basic_charging_request(pilot), now_us);\n\tbasic_charging_listen(pilot, out);\n", "\t\tpilot_ask(pilot, basic_charging_request(pilot), now_us);\n"),
    (PILOT, "a vehicle in basic charging that is authorized by EIM is not answered",
     "\t\tbasic_charging_offer(pilot, now_us);\n\t\tbasic_charging_listen(pilot, out);\n", "\t\tbasic_charging_offer(pilot, now_us);\n"),
    (PILOT, "a vehicle at a nominal duty is answered in one window only",
     "pilot->phase == CONTROL_PILOT_X1_STEP)\n\t\tbasic_charging_listen(pilot, out);", "pilot->phase == CONTROL_PILOT_X1_STEP)\n\t\t;"),
    (BASIC, "any vehicle is answered in basic charging", "\tif (basic_charging_is_by_eim(pilot) && pilot->session_open && pilot->slac", "\tif (pilot->session_open && pilot->slac"),
    (PILOT, "a DC-only outlet is deaf after its last pulse",
     "\t\tif (pilot->config.init_retries > 0 || pilot->failed_pulses_sent > 0)\n\t\t\tpilot_say(out, CONTROL_PILOT_LISTEN_ON);\n", ""),
    (OUTLET, "listening without an end is not told to matching",
     "\t\toutlet_queue_slac(outlet, SLAC_EVSE_LISTEN_ON, SLAC_REASON_NONE);\n", ""),
    # --- another service
    (BASIC, "the current is never handed over", "\tpilot->handed_over = true;\n\tpilot->other_da = current_da;\n", ""),
    (PILOT, "the next vehicle's current is another service's", "\tpilot->rematched = false;\n\tpilot->handed_over = false;\n", "\tpilot->rematched = false;\n"),
    (BASIC, "what another service asks for outside of basic charging is forgotten",
     "\tif (pilot->handed_over && !hlc && (basic_charging_is_permitted(pilot) || current_da < pilot->other_da))\n\t\tpilot->other_da = current_da;\n", ""),
    (BASIC, "another service may ask for more than the limit", "const bool is_asked_too_high = pilot->other_da > allowed_da;", "const bool is_asked_too_high = false;"),
    (BASIC, "slacd goes on asking in place of another service", "\t\tpilot_asking_rest(&pilot->asking);\n", ""),
    (BASIC, "slacd asks for the limit in place of another service",
     "if (pilot->handed_over && pilot->other_da < current_da)", "if (false)"),
    (BASIC, "a higher limit is asked for in place of another service",
     "\tif (pilot->handed_over)\n\t\tbasic_charging_keep_within_limit(pilot, now_us);\n\telse if", "\tif (false)\n\t\tbasic_charging_keep_within_limit(pilot, now_us);\n\telse if"),
    (BASIC, "a lower limit waits for another service",
     "if (!is_asked_too_high && pilot->asking.offered_da <= allowed_da) {", "if (!is_asked_too_high) {"),
    (BASIC, "a request that rests is not asked for again when the limit falls",
     " || pilot->asking.due_us == PILOT_REQUEST_NEVER ||\n", " ||\n"),
    (BASIC, "what was lowered for the limit is raised with it", "\tlower_other_request(pilot);\n\tif (is_asked", "\tif (is_asked"),
    (BASIC, "what was lowered before basic charging is raised with the limit",
     "\tpilot_enter(pilot, CONTROL_PILOT_BASIC);\n\tlower_other_request(pilot);\n", "\tpilot_enter(pilot, CONTROL_PILOT_BASIC);\n"),
    (PILOT, "a current above the limit shows, and the request goes on resting",
     "} else if (pilot->phase == CONTROL_PILOT_BASIC && pilot->handed_over && !asking->confirmed) {", "} else if (false) {"),
    (PILOT, "a refusal makes slacd ask in place of another service",
     "\t\tif (pilot->phase == CONTROL_PILOT_BASIC && pilot->handed_over)\n\t\t\tbasic_charging_keep_within_limit(pilot, now_us);\n", ""),
    (PILOT, "a reconnection cuts the current of another service",
     "is_basic && basic_charging_offers_current(pilot) && pilot->asking.confirmed;", "is_basic && pilot->asking.request.kind == PILOT_X2 && pilot->asking.confirmed;"),
    (ASKING, "the state before another service's request confirms what follows it",
     "\tasking->older_kinds |= 1U << request.kind;\n\tif", "\tif"),
    (ASKING, "what another service has asked for is not taken for offered",
     "\tpilot_asking_expect_offer(asking, request.current_da);\n\tasking->older", "\tasking->older"),
    (ASKING, "an answer from before another service's request confirms what follows it",
     "\telse\n\t\tasking->first_number = asking->number + 1;\n", ""),
    (ASKING, "any request of another service leaves one's own as it is",
     "if (asking->wanted && pilot_request_equals(asking->request, request))", "if (asking->wanted)"),
    (PILOT, "a current that another service has lowered is raised by taking over",
     "\tbasic_charging_find_other(pilot, out);\n", ""),
    (BASIC, "the current is handed over before EIM", "!hlc && basic_charging_is_permitted(pilot)) {", "!hlc) {"),
    (BASIC, "5 % of another service hands the current over", "pilot->phase == CONTROL_PILOT_BASIC && !hlc && basic", "pilot->phase == CONTROL_PILOT_BASIC && basic"),
    (BASIC, "another master is not contradicted",
     "\t\tpilot_say(out, CONTROL_PILOT_OTHER_MASTER);\n\t\tpilot_distrust(pilot, now_us);\n",
     "\t\tpilot_say(out, CONTROL_PILOT_OTHER_MASTER);\n"),
    (BASIC, "5 % of another master does not close the way to a nominal duty",
     "} else if (pilot->asking.wanted && (hlc ? !is_hlc_in_order : current_da > 0)) {", "} else if (pilot->asking.wanted && !hlc && current_da > 0) {"),
    (SHOWN, "another service is contradicted",
     "const bool is_others = pilot->handed_over && pilot->phase == CONTROL_PILOT_BASIC;", "const bool is_others = false;"),
    (SHOWN, "an older request of another service is contradicted",
     "is_others ? basic_charging_allowed_da(pilot)", "is_others ? pilot->other_da"),
    (BASIC, "X2 after slacd's own X1 rests when it is refused or does not show",
     "\t\tif (!pilot->owes_x2)\n\t\t\tpilot_asking_rest", "\t\tpilot_asking_rest"),
    (BASIC, "X2 after slacd's own X1 does not rest when another service asks",
     "\t\tpilot->owes_x2 = false; /* it", "\t\t/* it"),
    (PILOT, "a station that restarts is reminded of an X2 of slacd alone",
     "basic_charging_offers_current(pilot) && pilot->pwm_seen", "pilot->asking.request.kind == PILOT_X2 && pilot->pwm_seen"),
    (PILOT, "what a station that restarts is reminded of rests when it is refused",
     "\t\tpilot->owes_x2 = true;\n", ""),
    (PILOT, "a station that restarts gets what slacd has asked for in place of another service",
     "\t\tif (basic_charging_request(pilot).kind == PILOT_X2)\n\t\t\tpilot_ask(pilot, basic_charging_request(pilot), now_us);",
     "\t\tpilot_ask(pilot, pilot->asking.request, now_us);"),
    (OUTLET_WHOLE, "the pilot is not told of another service", "\toutlet_give_pilot(outlet, &request, now_us, out);\n", "\t(void)request;\n"),
    # --- between the pilot and the other parts
    (OUTLET, "a vehicle that leaves is not told to matching",
     "\toutlet->link_paused = false;\n\toutlet_queue_slac(outlet, SLAC_EVSE_DISCONNECTED, reason);\n", "\t(void)reason;\n"),
    (OUTLET, "a vehicle that comes is not told to matching",
     "\t\toutlet_queue_slac(outlet, SLAC_EVSE_CONNECTED, SLAC_REASON_NONE);\n", ""),
    (OUTLET, "a new window is not told to matching",
     "\t\toutlet_queue_slac(outlet, SLAC_EVSE_LISTEN, SLAC_REASON_NONE);\n", ""),
    (OUTLET, "a car is answered in F",
     "\tcase CONTROL_PILOT_PAUSE_LISTENING:\n\t\toutlet_queue_slac(outlet, SLAC_EVSE_PAUSE, SLAC_REASON_NONE);\n",
     "\tcase CONTROL_PILOT_PAUSE_LISTENING:\n"),
    (OUTLET, "a station that does not carry out F is not reported",
     "\treport(outlet, OUTLET_FAILED, reason, out);\n\toutlet_queue_slac(outlet, SLAC_EVSE_PAUSE", "\toutlet_queue_slac(outlet, SLAC_EVSE_PAUSE"),
    (OUTLET, "an answer of any kind is valid",
     ".active = answer == OUTLET_ANSWER_VALID};", ".active = true};"),
    (OUTLET, "answers are not passed on",
     "\toutlet->answer = answer;\n\toutlet_give_pilot(outlet, &input, now_us, out);", "\toutlet->answer = answer;\n\t(void)input;"),
    (OUTLET, "limits are not passed on",
     "\toutlet_give_pilot(outlet, &limit, now_us, out);\n", ""),
    (OUTLET, "the availability is not passed on",
     "\toutlet_give_pilot(outlet, &availability, now_us, out);\n", ""),
    (OUTLET, "a request is not sent",
     "\toutlet_effect(out, OUTLET_PILOT_REQUEST)->pilot = sending;\n", ""),
    (OUTLET, "a station that takes the outlet out of service does not end a match",
     "\tcase CONTROL_PILOT_STOPPED:\n\t\tend_matching(outlet, SLAC_REASON_EVSE_NOT_READY);\n", "\tcase CONTROL_PILOT_STOPPED:\n"),
    # --- the handover to the smart-charging service, and what the service leaves to slacd
    (SERVICE, "the service does not wait for slacd's F and X1",
     "limit->held_until_us != CURRENT_LIMIT_NEVER ||", "false ||"),
    (SERVICE, "the service does not raise in B1 after a 0 of its own",
     "(limit->zero_in_force || (limit->in_gate && !limit->asking.confirmed))", "false"),
    (SERVICE, "the service takes a vehicle for one in basic charging that it has not heard of",
     "return limit->slac == CURRENT_LIMIT_SLAC_BASIC_CHARGING ? CURRENT_LIMIT_BASIC : CURRENT_LIMIT_NO_SESSION;",
     "return limit->slac != CURRENT_LIMIT_SLAC_MATCHING ? CURRENT_LIMIT_BASIC : CURRENT_LIMIT_NO_SESSION;"),
    (SERVICE, "the service asks for more than the hardware limit",
     "\tuint32_t ma = current_limit_hardware_ma(limit);\n\tuint32_t da;", "\tuint32_t ma = 32000;\n\tuint32_t da;"),
    (SERVICE, "5 % that slacd asks for does not end basic charging for the service",
     "\t\tif (limit->slac == CURRENT_LIMIT_SLAC_BASIC_CHARGING)\n\t\t\ttake_slac(limit, CURRENT_LIMIT_SLAC_MATCHING, now_us);\n", ""),
    (SERVICE, "the service forgets its 0 when the same vehicle gets to basic charging again",
     "\tif (slac == CURRENT_LIMIT_SLAC_UNMATCHED || slac == CURRENT_LIMIT_SLAC_NONE)\n\t\tforget_control(limit);\n\tleave_gate(limit);",
     "\tforget_control(limit);"),
]

# Of the processor: a survivor looks at everything, which takes its time, and longer on a machine with other work.
ALARM_S = 240


def name(number):
    return f"pilot_mutant_{number:03}"


def mutated(root, number, mutant):
    path, what, old, new = mutant
    source = (root / path).read_text(encoding="utf-8")
    found = source.count(old)
    if found != 1:
        sys.exit(f"mutant {number} ({what}) applies {found} times to {path}, not once")
    return f"/* {what} */\n{source.replace(old, new)}"


def write(root, directory):
    directory.mkdir(parents=True, exist_ok=True)
    for number, mutant in enumerate(MUTANTS, 1):
        path = directory / f"{name(number)}.c"
        text = mutated(root, number, mutant)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def run(directory, number):
    """What the mutant was caught by, None where it survived."""
    done = subprocess.run([directory / name(number)], capture_output=True, text=True, check=False)
    if done.returncode == -signal.SIGXCPU:
        return "it hangs"
    if done.returncode == -signal.SIGABRT:
        return "an assertion"
    return done.stdout.strip() if done.returncode == 0 else None


def run_all(directory):
    survivors = 0
    start = time.monotonic()
    resource.setrlimit(resource.RLIMIT_CPU, (ALARM_S, ALARM_S + 1))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = pool.map(lambda number: run(directory, number), range(1, len(MUTANTS) + 1))
        for (path, what, _, _), by in zip(MUTANTS, results):
            survivors += by is None
            print(f"{what:80} {'SURVIVED' if by is None else by}", flush=True)
    print(f"{len(MUTANTS)} mutants, {survivors} survived, {time.monotonic() - start:.0f} s")
    return 1 if survivors else 0


def main(arguments):
    if arguments == ["--names"]:
        print(";".join(name(number) for number in range(1, len(MUTANTS) + 1)), end="")
    elif arguments[0] == "--write":
        write(pathlib.Path(arguments[1]), pathlib.Path(arguments[2]))
    else:
        sys.exit(run_all(pathlib.Path(arguments[1])))


main(sys.argv[1:])
