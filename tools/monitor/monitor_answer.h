/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of slac-monitor's HTTP server, with the headers that all of them have. */
#ifndef TOOLS_MONITOR_MONITOR_ANSWER_H
#define TOOLS_MONITOR_MONITOR_ANSWER_H

#include "tools/monitor/monitor_pages.h"

#include <event2/buffer.h>
#include <event2/http.h>

/* Nothing but what this server itself has, and no script and no style in the page. */
#define MONITOR_PAGE_POLICY                                                                                            \
	"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "          \
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/* To each answer, before it is given. */
void monitor_answer_headers(struct evhttp_request *request, const char *policy);
/* 200 with this body. */
void monitor_answer(struct evhttp_request *request, const char *type, struct evbuffer *body);
/* Another code, with one line of text. */
void monitor_answer_refusal(struct evhttp_request *request, int code, const char *reason, const char *why);

/* The file of page/ by its name, or NULL. */
const struct monitor_page *monitor_page_find(const char *name);
/* The type of its content. */
const char *monitor_page_type(const struct monitor_page *page);

#endif
