/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/monitor/monitor_answer.h"

#include <string.h>

static void add_header(struct evhttp_request *request, const char *name, const char *value)
{
	evhttp_add_header(evhttp_request_get_output_headers(request), name, value);
}

void monitor_answer_headers(struct evhttp_request *request, const char *policy)
{
	add_header(request, "Content-Security-Policy", policy);
	add_header(request, "X-Content-Type-Options", "nosniff");
	add_header(request, "Referrer-Policy", "no-referrer");
	add_header(request, "Cross-Origin-Resource-Policy", "same-origin");
	add_header(request, "Cache-Control", "no-store");
}

void monitor_answer(struct evhttp_request *request, const char *type, struct evbuffer *body)
{
	add_header(request, "Content-Type", type);
	evhttp_send_reply(request, HTTP_OK, "OK", body);
}

void monitor_answer_refusal(struct evhttp_request *request, int code, const char *reason, const char *why)
{
	struct evbuffer *body = evbuffer_new();

	if (body != NULL)
		evbuffer_add_printf(body, "%s\n", why);
	add_header(request, "Content-Type", "text/plain; charset=utf-8");
	evhttp_send_reply(request, code, reason, body);
	if (body != NULL)
		evbuffer_free(body);
}

const struct monitor_page *monitor_page_find(const char *name)
{
	for (size_t i = 0; i < monitor_page_count; i++)
		if (strcmp(monitor_pages[i].name, name) == 0)
			return &monitor_pages[i];
	return NULL;
}

const char *monitor_page_type(const struct monitor_page *page)
{
	static const struct {
		const char *ending, *type;
	} types[] = {{".html", "text/html; charset=utf-8"},
		     {".css", "text/css; charset=utf-8"},
		     {".js", "text/javascript; charset=utf-8"}};
	const char *type = types[0].type;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(strrchr(page->name, '.'), types[i].ending) == 0)
			type = types[i].type;
	return type;
}
