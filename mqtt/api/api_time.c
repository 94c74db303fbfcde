/* SPDX-License-Identifier: Apache-2.0 */
#include "mqtt/api/api_time.h"

#include <stdio.h>
#include <string.h>

#define SECONDS_OF_DAY 86400

struct date {
	int year, month, day;
};

/* Days since 1970-01-01; a year begins with March here, so that the leap day is its last one. */
static int64_t days_of(const struct date *date)
{
	const int year = date->month > 2 ? date->year : date->year - 1;
	const int month = (date->month + 9) % 12;

	return 365 * (int64_t)year + year / 4 - year / 100 + year / 400 + (month * 306 + 5) / 10 + date->day - 1 -
	       719468;
}

static bool is_date(const struct date *date)
{
	const bool is_leap = date->year % 4 == 0 && (date->year % 100 != 0 || date->year % 400 == 0);
	const int days[] = {31, is_leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return date->year >= 1970 && date->month >= 1 && date->month <= 12 && date->day >= 1 &&
	       date->day <= days[date->month - 1];
}

/* Takes `count` digits, and `after` behind them unless that is NUL. */
static bool take(const char **text, int count, char after, int *out)
{
	int value = 0;

	for (; count > 0; count--, (*text)++) {
		if (**text < '0' || **text > '9')
			return false;
		value = value * 10 + (**text - '0');
	}
	*out = value;
	if (after != '\0' && **text != after)
		return false;
	*text += after != '\0';
	return true;
}

static bool take_one_of(const char **text, const char *octets)
{
	if (**text == '\0' || strchr(octets, **text) == NULL)
		return false;
	(*text)++;
	return true;
}

/* "Z", or how far the local time is ahead. */
static bool take_offset(const char **text, int64_t *ahead_s)
{
	const char sign = **text;
	int hours, minutes;

	*ahead_s = 0;
	if (take_one_of(text, "Zz"))
		return true;
	if (!take_one_of(text, "+-") || !take(text, 2, ':', &hours) || !take(text, 2, '\0', &minutes) || hours > 23 ||
	    minutes > 59)
		return false;
	*ahead_s = (sign == '-' ? -60 : 60) * (hours * 60 + minutes);
	return true;
}

static bool take_fraction(const char **text, int *ms)
{
	int weight = 100;

	*ms = 0;
	if (**text != '.')
		return true;
	(*text)++;
	const size_t digits = strspn(*text, "0123456789");
	for (size_t i = 0; i < digits; i++, weight /= 10)
		*ms += weight * ((*text)[i] - '0');
	*text += digits;
	return digits > 0;
}

static bool read_time(const char *text, int64_t *out, int *ms)
{
	struct date date;
	int hour, minute, second;
	int64_t ahead_s;

	if (!take(&text, 4, '-', &date.year) || !take(&text, 2, '-', &date.month) || !take(&text, 2, '\0', &date.day) ||
	    !is_date(&date) || !take_one_of(&text, "Tt ") || !take(&text, 2, ':', &hour) ||
	    !take(&text, 2, ':', &minute) || !take(&text, 2, '\0', &second) || !take_fraction(&text, ms) ||
	    !take_offset(&text, &ahead_s) || *text != '\0')
		return false;
	/* Second 60 is a leap second, which the clock of a computer does not have. */
	if (hour > 23 || minute > 59 || second > 60)
		return false;
	*out = days_of(&date) * SECONDS_OF_DAY + hour * 3600 + minute * 60 + second - ahead_s;
	return true;
}

bool api_time_read(const char *text, int64_t *out)
{
	int ms;

	return read_time(text, out, &ms);
}

bool api_time_read_ms(const char *text, int64_t *out)
{
	int64_t seconds;
	int ms;

	if (!read_time(text, &seconds, &ms))
		return false;
	*out = seconds * 1000 + ms;
	return true;
}

static struct date date_of(int64_t days)
{
	const int64_t shifted = days + 719468;
	const int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	const int day_of_era = (int)(shifted - era * 146097);
	const int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	const int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	const int month = (5 * day_of_year + 2) / 153;
	struct date date = {.day = day_of_year - (153 * month + 2) / 5 + 1,
			    .month = month < 10 ? month + 3 : month - 9};

	date.year = (int)(era * 400) + year_of_era + (date.month <= 2 ? 1 : 0);
	return date;
}

void api_time_write(int64_t seconds, char out[API_TIME_SIZE])
{
	const int64_t days = (seconds - (seconds % SECONDS_OF_DAY < 0 ? SECONDS_OF_DAY - 1 : 0)) / SECONDS_OF_DAY;
	const int rest = (int)(seconds - days * SECONDS_OF_DAY);
	const struct date date = date_of(days);

	snprintf(out, API_TIME_SIZE, "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)date.year % 10000,
		 (unsigned)date.month % 100, (unsigned)date.day % 100, (unsigned)rest / 3600 % 100,
		 (unsigned)rest / 60 % 60, (unsigned)rest % 60);
}

void api_time_write_ms(int64_t ms, char out[API_TIME_MS_SIZE])
{
	const int rest = (int)((ms % 1000 + 1000) % 1000);
	char time[API_TIME_SIZE];

	api_time_write((ms - rest) / 1000, time);
	snprintf(out, API_TIME_MS_SIZE, "%.19s.%03dZ", time, rest);
}
