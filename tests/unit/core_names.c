// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shows that numbers get their names by each form of table, that what has none
 * shows as a number, that a broken table ends, and that text is cut to its room.
 */
#include "runtime/core/names.h"
#include "tests/unit/core_test.h"

#define OPEN "&3=0:RDONLY=1:WRONLY=2:RDWR|0x40:CREAT|0x101000:SYNC|0x1000:DSYNC"

static const struct {
	const char *table;
	stp_i64 value;
	const char *text;
} cases[] = {
	{ "|4:R_OK|2:W_OK|1:X_OK", 0, "0" },
	{ "|4:R_OK|2:W_OK|1:X_OK", 5, "R_OK|X_OK" },
	{ "|4:R_OK|2:W_OK|1:X_OK", 0x1f, "R_OK|W_OK|X_OK|0x18" },
	{ "|4:R_OK|2:W_OK|1:X_OK", 8, "0x8" },
	{ "|0x80000000:TOP", -1, "TOP|0xffffffff7fffffff" },
	{ "=0:SET=1:CUR=-1:CHILDREN", 1, "CUR" },
	{ "=0:SET=1:CUR=-1:CHILDREN", -1, "CHILDREN" },
	{ "=0:SET=1:CUR=-1:CHILDREN", 7, "7" },
	{ "=0:SET=1:CUR=-1:CHILDREN", -7, "-7" },
	{ OPEN, 0, "RDONLY" },
	{ OPEN, 0x42, "RDWR|CREAT" },
	{ OPEN, 3, "3" },
	{ OPEN, 0x43, "3|CREAT" },
	{ OPEN, 0x101001, "WRONLY|SYNC" },
	{ OPEN, 0x1001, "WRONLY|DSYNC" },
	{ OPEN, 0x800000, "RDONLY" },
	/* What follows a table is another's. */
	{ "=1:ONE 20d=2:TWO", 2, "2" },
	{ "|1:A 20d|2:B", 3, "A|0x2" },
	/* Broken ones. */
	{ "", 5, "0x5" },
	{ "x", 5, "0x5" },
	{ "|", 5, "0x5" },
	{ "=5", 5, "" },
	{ "&", 5, "0x5" },
};

static void names(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char got[128];
		struct stp_out o = { got, sizeof(got), 0 };

		stp_out_names(&o, cases[i].table, cases[i].value);
		stp_out_end(&o);
		if (strcmp(cases[i].text, got))
			printf("of %s:\n", cases[i].table);
		SAYS(cases[i].text, got);
	}
}

static void cut(void)
{
	char got[8] = "1234567";
	struct stp_out o = { got, 6, 0 };

	stp_out_names(&o, "|4:R_OK|2:W_OK", 6);
	stp_out_end(&o);
	SAYS("R_OK|", got);
	IS('7', got[6]);
}

static void numbers(void)
{
	static const stp_u64 values[] = { 0, 1, 7, 8, 10, 255, 1ULL << 32,
					  ~0ULL };
	static const struct { unsigned int base; const char *format; } as[] = {
		{ 8, "%#llo" }, { 10, "%llu" }, { 16, "%#llx" },
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		for (size_t k = 0; k < sizeof(as) / sizeof(as[0]); k++) {
			char got[64], want[64];
			struct stp_out o = { got, sizeof(got), 0 };

			stp_out_unsigned(&o, values[i], as[k].base);
			stp_out_end(&o);
			snprintf(want, sizeof(want), as[k].format, values[i]);
			SAYS(want, got);
		}
}

int main(void)
{
	names();
	cut();
	numbers();
	return check_report();
}
