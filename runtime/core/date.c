// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ctime(): seconds since 1970 as a date, in UTC.
 */
#include "core.h"
#include "render.h"

/* Years begin in March, so that the leap day is the last of a year. */
#define DAYS_400_YEARS 146097
#define DAYS_BEFORE_1970 719468	/* from March 1 of year 0 */

struct date {
	stp_i64 year;
	int month, day;		/* from 0 (January), from 1 */
};

static struct date date_of(stp_i64 days_since_1970)
{
	stp_i64 days = days_since_1970 + DAYS_BEFORE_1970;
	stp_i64 era = days / DAYS_400_YEARS;
	int day = (int)(days % DAYS_400_YEARS), year, month;
	struct date d;

	year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	day -= 365 * year + year / 4 - year / 100;
	month = (5 * day + 2) / 153;	/* from March */
	d.day = day - (153 * month + 2) / 5 + 1;
	d.month = (month + 2) % 12;
	d.year = era * 400 + year + (d.month < 2);
	return d;
}

#define CTIME_FIRST (-2147483648LL)
#define CTIME_LAST 253402300799LL	/* of year 9999 */

void stp_ctime(struct stp_ctx *c, char *dst, stp_i64 seconds)
{
	static const char days[] = "ThuFriSatSunMonTueWed";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	stp_i64 day, rest;
	struct date d;
	union stp_val v[7];

	*dst = 0;
	if (seconds < CTIME_FIRST || seconds > CTIME_LAST) {
		stp_failf(c, 0, "ctime: %lld is not in the years 1901 to 9999",
			  seconds);
		return;
	}
	rest = (seconds % 86400 + 86400) % 86400;
	day = (seconds - rest) / 86400;
	d = date_of(day);
	v[0].s = days + 3 * ((day % 7 + 7) % 7);
	v[1].s = months + 3 * d.month;
	v[2].n = d.day;
	v[3].n = rest / 3600;
	v[4].n = rest / 60 % 60;
	v[5].n = rest % 60;
	v[6].n = d.year;
	stp_format_render(dst, (stp_size)stp_session.script->limits.maxstringlen,
			  "%.3s %.3s %2d %02d:%02d:%02d %d", "ssddddd", v);
}
