/* SPDX-License-Identifier: Apache-2.0 */
/* Any capture file or session record: it is read, its sessions are found, judged and printed. */
#include "tools/trace/trace_html.h"
#include "tools/trace/trace_record_html.h"
#include "tools/trace/trace_record_report.h"
#include "tools/trace/trace_report.h"

#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static FILE *nowhere;

static void on_session(void *context, const struct trace_session *session)
{
	struct trace_verdict verdict;

	(void)context;
	trace_judge(session, &verdict);
	trace_report_text(nowhere, session, &verdict, session->first_us, 1);
	trace_report_line(nowhere, session, &verdict, session->first_us, "fuzz");
	trace_report_json(nowhere, session, &verdict, session->first_us, "fuzz");
	trace_html_session(nowhere, session, &verdict, session->first_us, "fuzz", 1);
}

static void read_file(const char *path)
{
	char error[TRACE_ERROR_SIZE];
	struct trace_file *file = trace_file_open(path, error);
	struct trace_sessions *sessions = trace_sessions_new(on_session, NULL);
	struct trace_frame frame;

	while (file != NULL && sessions != NULL && trace_file_next(file, &frame) == TRACE_FILE_FRAME)
		trace_sessions_take(sessions, &frame);
	if (file != NULL && sessions != NULL)
		trace_sessions_end(sessions, trace_file_end_us(file));
	trace_sessions_free(sessions);
	trace_file_close(file);
}

static void read_record(const uint8_t *octets, size_t len)
{
	char error[RECORD_ERROR_MAX] = "";
	struct trace_record record;

	if (!trace_record_read(&record, octets, len, error) && error[0] == '\0')
		abort();
	trace_record_text(nowhere, &record, 1);
	trace_record_line(nowhere, &record, "fuzz");
	trace_record_json(nowhere, &record, "fuzz");
	trace_record_html(nowhere, &record, "fuzz", 1);
	trace_record_free(&record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[] = "/tmp/slacd-fuzz-trace-XXXXXX";
	int fd = mkstemp(path);

	if (nowhere == NULL)
		nowhere = fopen("/dev/null", "we");
	if (fd < 0 || nowhere == NULL)
		abort();
	if (record_file_is_one(data, size))
		read_record(data, size);
	if (write(fd, data, size) == (ssize_t)size)
		read_file(path);
	close(fd);
	unlink(path);
	return 0;
}
