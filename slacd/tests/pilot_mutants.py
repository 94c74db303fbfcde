#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Wrong copies of a C file, to show that the exploration can fail.

usage: pilot_mutants.py --names                     the C files that will be written
       pilot_mutants.py SOURCE DIRECTORY            writes them, and the table pilot_mutants.c

Each mutant is one textual change that must apply exactly once, so that a mutant never becomes a copy of the
original unnoticed. Its public functions get the mutant's prefix, so that all of them fit into one program.
"""
import pathlib
import sys

PUBLIC = ("control_pilot_defaults", "control_pilot_init", "control_pilot_input", "control_pilot_deadline",
          "control_pilot_phase_text", "pilot_request_text")

# (what is wrong, what is replaced, by what)
MUTANTS = [
    ("the cap on the limit is ignored",
     "pilot->config.nominal_current_da < current_da)", "false)"),
    ("the larger of limit and cap is offered",
     "pilot->config.nominal_current_da < current_da)", "pilot->config.nominal_current_da > current_da)"),
    ("currents above 80 A are offered",
     "if (current_da > PILOT_CURRENT_MAX)", "if (false)"),
    ("currents below 6 A are offered",
     "!permitted || current_da < PILOT_CURRENT_MIN", "!permitted"),
    ("6 A itself is not offered",
     "current_da < PILOT_CURRENT_MIN", "current_da <= PILOT_CURRENT_MIN"),
    ("a changed limit is not passed on",
     "if (pilot->phase == CONTROL_PILOT_BASIC)\n\t\t\toffer_basic_charging(pilot, out);", ";"),
    ("a changed limit is not remembered",
     "pilot->limit_da = input->limit_da;", ";"),
    ("X2 already while X1 lasts when the limit changes",
     "pilot->limit_da = input->limit_da;\n\t\tif (pilot->phase == CONTROL_PILOT_BASIC)",
     "pilot->limit_da = input->limit_da;\n\t\tif (pilot->phase >= CONTROL_PILOT_X1_STEP)"),
    ("basic charging on a DC-only outlet after the window",
     "if (!pilot->config.has_ac) {", "if (false) {"),
    ("basic charging by EIM on a DC-only outlet",
     "pilot->config.basic_charging_on_eim && pilot->config.has_ac &&", "pilot->config.basic_charging_on_eim &&"),
    ("an unplug does not return to 5 %",
     "\t\task_hlc(pilot, out);\n\tbegin_hlc(pilot, out);", "\t\task_hlc(pilot, out);"),
    ("5 % on an outlet out of service after an unplug",
     "if (pilot->phase == CONTROL_PILOT_UNAVAILABLE)\n\t\treturn;\n\t/* Also where", "/* Also where"),
    ("an unplug does not end the session",
     "say(out, CONTROL_PILOT_VEHICLE_LEFT);\n\tpilot->session_open = false;\n\tpilot->hlc_asked_again",
     "say(out, CONTROL_PILOT_VEHICLE_LEFT);\n\tpilot->hlc_asked_again"),
    ("an unplug is not said",
     "if (pilot->session_open)\n\t\tsay(out, CONTROL_PILOT_VEHICLE_LEFT);\n\tpilot->session_open = false;\n\tpilot->hlc_asked_again",
     "pilot->session_open = false;\n\tpilot->hlc_asked_again"),
    ("an authorization outlives its vehicle",
     "if (had_vehicle)\n\t\tpilot->authorized = false;", ""),
    ("a 15118 session outlives its vehicle",
     "pilot->faulted = false;\n\tpilot->hlc_charging = false;", "pilot->faulted = false;"),
    ("the deadline of F is forgotten",
     "enter(pilot, phase, after_ms(now_us, pilot->config.step_f_ms));", "enter(pilot, phase, CONTROL_PILOT_NEVER);"),
    ("F lasts a little longer with each call",
     "if (pilot->deadline_us > now_us)\n\t\treturn;",
     "if (pilot->deadline_us > now_us) {\n\t\tif (pilot->phase == CONTROL_PILOT_F_STEP)\n"
     "\t\t\tpilot->deadline_us = after_ms(now_us, pilot->config.step_f_ms);\n\t\treturn;\n\t}"),
    ("F is over a microsecond early",
     "if (pilot->deadline_us > now_us)", "if (pilot->deadline_us > now_us + 1)"),
    ("the deadline of X1 is forgotten",
     "enter(pilot, CONTROL_PILOT_X1_STEP, after_ms(now_us, duration_ms));",
     "enter(pilot, CONTROL_PILOT_X1_STEP, CONTROL_PILOT_NEVER);"),
    ("the end of a pulse does nothing",
     "case CONTROL_PILOT_PULSE:\n\t\tend_pulse(pilot, now_us, out);\n\t\tbreak;", "case CONTROL_PILOT_PULSE:"),
    ("X1 between F and X2 is skipped",
     "case CONTROL_PILOT_F_STEP:\n\t\tbegin_x1_step(pilot, pilot->config.step_x1_ms, now_us, out);",
     "case CONTROL_PILOT_F_STEP:\n\t\tbegin_basic(pilot, out);"),
    ("X1 of a running match is as short as the one after F",
     "begin_x1_step(pilot, pilot->config.step_x1_hlc_ms, now_us, out);",
     "begin_x1_step(pilot, pilot->config.step_x1_ms, now_us, out);"),
    ("the echo of our own F is a fault, any other F is not",
     "!(pilot->state == CP_STATE_F && pilot->f_expected)", "!(pilot->state == CP_STATE_F && !pilot->f_expected)"),
    ("an E is taken for the echo of our own F",
     "!(pilot->state == CP_STATE_F && pilot->f_expected)", "!pilot->f_expected"),
    ("an F stays expected for ever",
     "if (!cp_state_is_fault(state) && pilot->requested.kind != PILOT_F)", "if (false)"),
    ("the echo of an F is expected no longer than the F",
     "if (!cp_state_is_fault(state) && pilot->requested.kind != PILOT_F)", "if (pilot->requested.kind != PILOT_F)"),
    ("a fault is not noted",
     "pilot->faulted = true;", ""),
    ("what was offered stays through a fault",
     "\t/* Whatever was offered must not come back by itself when the station recovers. */\n\tbegin_hlc(pilot, out);", ""),
    ("no session after a fault",
     "if (!pilot->session_open || pilot->faulted)\n\t\topen_session", "if (!pilot->session_open)\n\t\topen_session"),
    ("pulses are not counted",
     "pilot->pulses_sent++;", ""),
    ("one pulse too few",
     "if (pilot->pulses_sent < pilot->config.init_retries)", "if (pilot->pulses_sent + 1 < pilot->config.init_retries)"),
    ("pulses of the last vehicle count",
     "pilot->pulses_sent = 0;\n\tpilot->failed_pulses_sent = 0;\n\tpilot->slac", "pilot->slac"),
    ("a match does not reset the retries",
     "if (slac == CONTROL_PILOT_SLAC_MATCHED)", "if (false)"),
    ("pulses after a failure are not counted",
     "pilot->failed_pulses_sent++;", ""),
    ("no pulse after a failure",
     "pilot->failed_pulses_sent >= pilot->config.failed_pulses", "true"),
    ("F once more after the pulses",
     "if (pilot->config.init_retries == 0) {", "if (true) {"),
    ("X1 without F when there are no retries",
     "if (pilot->config.init_retries == 0) {", "if (false) {"),
    ("basic charging is not reported",
     "\tsay(out, CONTROL_PILOT_BASIC_CHARGING);\n", ""),
    ("no new window after a pulse",
     "begin_hlc(pilot, out);\n\tsay(out, CONTROL_PILOT_LISTEN);", "begin_hlc(pilot, out);"),
    ("a pulse leaves F on the pilot",
     "begin_hlc(pilot, out);\n\tsay(out, CONTROL_PILOT_LISTEN);",
     "enter(pilot, CONTROL_PILOT_HLC, CONTROL_PILOT_NEVER);\n\tsay(out, CONTROL_PILOT_LISTEN);"),
    ("CM_SLAC_PARM.REQ is answered in F",
     "\tsay(out, CONTROL_PILOT_PAUSE_LISTENING);\n\task(pilot", "\task(pilot"),
    ("CM_SLAC_PARM.REQ is answered in X1 after the pulses",
     "\tsay(out, CONTROL_PILOT_PAUSE_LISTENING);\n\tbegin_x1_step", "\tbegin_x1_step"),
    ("EIM cuts a running match by F",
     "if (pilot->slac != CONTROL_PILOT_SLAC_IDLE) {\n\t\t/* [V2G3", "if (false) {\n\t\t/* [V2G3"),
    ("EIM without a match goes without F",
     "if (pilot->slac != CONTROL_PILOT_SLAC_IDLE) {\n\t\t/* [V2G3", "if (true) {\n\t\t/* [V2G3"),
    ("EIM is acted upon where the option is off",
     "return pilot->config.basic_charging_on_eim &&", "return"),
    ("EIM cuts a 15118 session",
     "pilot->authorized && !pilot->hlc_charging;", "pilot->authorized;"),
    ("EIM after plug-in does nothing",
     "pilot->authorized = input->active;\n\t\tact_on_eim(pilot, now_us, out);", "pilot->authorized = input->active;"),
    ("EIM that was accepted during a 15118 session is forgotten",
     "act_on_eim(pilot, now_us, out); /* accepted while", "/* accepted while"),
    ("nominal duty without EIM where it needs EIM",
     "(pilot->authorized || !pilot->config.nominal_needs_eim)", "true"),
    ("nominal duty needs EIM where nobody said so",
     "(pilot->authorized || !pilot->config.nominal_needs_eim)", "pilot->authorized"),
    ("EIM in basic charging does not lead to nominal duty",
     "if (pilot->phase == CONTROL_PILOT_BASIC)\n\t\toffer_basic_charging(pilot, out);\n\tif (!eim_is_wanted", "if (!eim_is_wanted"),
    ("EIM during a pulse is forgotten",
     "if (eim_is_wanted(pilot)) {\n\t\t/* Authorized in", "if (false) {\n\t\t/* Authorized in"),
    ("EIM before plug-in: no CM_SLAC_PARM.REQ is answered",
     "\tsay(out, CONTROL_PILOT_VEHICLE_CONNECTED);\n\tsay(out, CONTROL_PILOT_BASIC_CHARGING_EIM);",
     "\tsay(out, CONTROL_PILOT_BASIC_CHARGING_EIM);"),
    ("the fallback cuts a 15118 session",
     "if (pilot->hlc_charging) {\n\t\tsay(out, CONTROL_PILOT_LISTEN); /* a", "if (false) {\n\t\tsay(out, CONTROL_PILOT_LISTEN); /* a"),
    ("no new window while a 15118 session runs",
     "say(out, CONTROL_PILOT_LISTEN); /* a running", "/* a running"),
    ("a pulse after a failure cuts a 15118 session",
     "!waits_for_car(pilot) || pilot->hlc_charging ||", "!waits_for_car(pilot) ||"),
    ("a match that ended is still running for EIM",
     "static void on_failed(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)\n{\n"
     "\tpilot->slac = CONTROL_PILOT_SLAC_IDLE;",
     "static void on_failed(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)\n{\n"),
    ("no pulse after a lost link",
     "if (pilot->config.pulse_on_link_loss && waits_for_car(pilot)", "if (false && waits_for_car(pilot)"),
    ("a pulse after a lost link where it is not wanted",
     "if (pilot->config.pulse_on_link_loss && waits_for_car(pilot)", "if (waits_for_car(pilot)"),
    ("a pulse after a lost link cuts a 15118 session",
     "waits_for_car(pilot) && !pilot->hlc_charging)\n\t\tbegin_f_phase", "waits_for_car(pilot))\n\t\tbegin_f_phase"),
    ("a match whose link was lost is still running for EIM",
     "static void on_link_lost(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)\n{\n"
     "\tpilot->slac = CONTROL_PILOT_SLAC_IDLE;",
     "static void on_link_lost(struct control_pilot *pilot, uint64_t now_us, struct control_pilot_outputs *out)\n{\n"),
    ("availability is not restored",
     "on_ready(pilot, out);\n\t\treturn;", "return;"),
    ("a ready station in E begins a session",
     "if (pilot->vehicle_present && !is_fault(pilot)) {", "if (pilot->vehicle_present) {"),
    ("a ready station does not get 5 % back",
     "pilot->faulted = pilot->session_open;\n\tbegin_hlc(pilot, out);", "pilot->faulted = pilot->session_open;"),
    ("X1 and F of an outlet out of service are mixed up",
     "for_now ? PILOT_X1 : PILOT_F", "for_now ? PILOT_F : PILOT_X1"),
    ("matching goes on although the outlet is out of service",
     "say(out, CONTROL_PILOT_STOPPED);", ";"),
    ("a vehicle on an outlet out of service begins a session",
     "pilot->vehicle_present = true;\n\tif (pilot->phase == CONTROL_PILOT_UNAVAILABLE)\n\t\treturn;",
     "pilot->vehicle_present = true;"),
    ("every change of availability counts, also none",
     "if (!changed ||", "if ("),
    ("a reset leaves the session as it is",
     "\tif (pilot->session_open)\n\t\tsay(out, CONTROL_PILOT_VEHICLE_LEFT);\n\tpilot->leaving",
     "\tpilot->leaving"),
    ("a reset forgets the vehicle",
     "begin_hlc(pilot, out);\n\tif (pilot->vehicle_present && !is_fault(pilot))", "begin_hlc(pilot, out);\n\tif (false)"),
    ("a reset keeps the authorization",
     "pilot->hlc_charging = false;\n\tpilot->authorized = false;\n\tif", "pilot->hlc_charging = false;\n\tif"),
    ("a window that ends with a reset counts for the new session",
     "pilot->leaving = pilot->session_open;", ""),
    ("after a reset no window ever ends",
     "pilot->leaving = pilot->leaving && slac != CONTROL_PILOT_SLAC_IDLE;", ""),
    ("a station without PWM is asked again and again",
     "pilot->hlc_asked_again = true;", ""),
    ("X2 is asked for again and again of a station without PWM",
     "pilot->pwm_seen = false;\n\t\task(", "ask("),
    ("X2 is asked for again although the station never showed PWM",
     "pilot->requested.kind == PILOT_X2 && pilot->pwm_seen)", "pilot->requested.kind == PILOT_X2)"),
]


def file_name(number):
    return f"pilot_mutant_{number:02}.c"


def mutated(source, number, mutant):
    what, old, new = mutant
    found = source.count(old)
    if found != 1:
        sys.exit(f"mutant {number} ({what}) applies {found} times, not once")
    names = "".join(f"#define {name} pilot_mutant_{number:02}_{name}\n" for name in PUBLIC)
    return f"/* {what} */\n{names}{source.replace(old, new)}"


def table():
    lines = ['#include "slacd/tests/pilot_mutants.h"']
    for number in range(1, len(MUTANTS) + 1):
        prefix = f"pilot_mutant_{number:02}_control_pilot"
        lines += [f"void {prefix}_init(struct control_pilot *pilot, const struct control_pilot_config *config);",
                  f"void {prefix}_input(struct control_pilot *pilot, const struct control_pilot_input *input,",
                  "\t\tuint64_t now_us, struct control_pilot_outputs *out);",
                  f"uint64_t {prefix}_deadline(const struct control_pilot *pilot);"]
    lines.append("const struct pilot_mutant pilot_mutants[] = {")
    for number, (what, _, _) in enumerate(MUTANTS, 1):
        prefix = f"pilot_mutant_{number:02}_control_pilot"
        lines.append(f'\t{{"{what}", {{{prefix}_init, {prefix}_input, {prefix}_deadline}}}},')
    lines += ["};", "const size_t pilot_mutants_count = sizeof(pilot_mutants) / sizeof(pilot_mutants[0]);"]
    return "\n".join(lines) + "\n"


def main(arguments):
    if arguments == ["--names"]:
        print(";".join([file_name(i) for i in range(1, len(MUTANTS) + 1)] + ["pilot_mutants.c"]), end="")
        return
    source = pathlib.Path(arguments[0]).read_text(encoding="utf-8")
    directory = pathlib.Path(arguments[1])
    directory.mkdir(parents=True, exist_ok=True)
    for number, mutant in enumerate(MUTANTS, 1):
        (directory / file_name(number)).write_text(mutated(source, number, mutant), encoding="utf-8")
    (directory / "pilot_mutants.c").write_text(table(), encoding="utf-8")


main(sys.argv[1:])
