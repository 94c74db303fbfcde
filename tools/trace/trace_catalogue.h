/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What slac-trace knows of each word of enum slac_reason that can be a verdict: with whom the cause lies, what to do, and
 * for the finer causes of a capture which of slacd's own words they refine. doc/trace.md lists it.
 */
#ifndef TOOLS_TRACE_TRACE_CATALOGUE_H
#define TOOLS_TRACE_TRACE_CATALOGUE_H

#include "homeplug/slac/slac_reason.h"

#include <stdbool.h>

/* Where the cause lies, as far as it can be told. */
enum trace_fault { TRACE_FAULT_NONE, TRACE_FAULT_CAR, TRACE_FAULT_STATION, TRACE_FAULT_LINE, TRACE_FAULT_UNKNOWN };

/* False for words that are no verdict: SLAC_REASON_NONE, and why a single message was refused by its field. */
bool trace_catalogue_has(enum slac_reason word);
/* What to do, one sentence. Never NULL. */
const char *trace_remedy(enum slac_reason word);
enum trace_fault trace_fault_of(enum slac_reason word);
const char *trace_fault_text(enum trace_fault fault);
/*
 * slacd's word: the reason of its status and its log. Of slacd's own words the word itself; SLAC_REASON_NONE for a finer
 * cause that slacd says nothing of.
 */
enum slac_reason trace_daemon_word(enum slac_reason word);
/* The car was matched, whatever there is to be said about it. */
bool trace_word_is_match(enum slac_reason word);

#endif
