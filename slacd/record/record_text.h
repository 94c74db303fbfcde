/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an outlet is given and does, as one line of text that a person and a program can read: "cp_status state=B2
 * duty=500". The words are those of the log and the status. Pure.
 */
#ifndef SLACD_RECORD_RECORD_TEXT_H
#define SLACD_RECORD_RECORD_TEXT_H

#include "slacd/outlet/outlet.h"

#define RECORD_TEXT_MAX 512

/* An input; of a frame only that it is one. Writes into out and returns it. */
const char *record_input_text(const struct outlet_input *input, char out[RECORD_TEXT_MAX]);
/* The input that such a line says; no frame. False: it says none. */
bool record_input_read(const char *text, struct outlet_input *input);

/* An effect; of a frame only that it is sent. */
const char *record_effect_text(const struct outlet_effect *effect, char out[RECORD_TEXT_MAX]);

#endif
