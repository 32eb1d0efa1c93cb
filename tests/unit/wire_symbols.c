// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shows what staprun tells of the addresses in records: each once and before
 * its record, again when the kernel has another name for it, not those that
 * the host can name, and nothing of records that are cut short.
 */
#include <errno.h>

#include "remote/target/symbols.c"
#include "tests/unit/check.h"

#define ANCHOR 0x1000000ull

/* ---- the module's word ---- */
static bool knows = true;
static int64_t now;
static const char *module = "loaded";

int device_symbol(struct device *d, struct stp_symbol *s)
{
	if (!knows)
		return -ENOTTY;
	if (!s->addr) {
		s->addr = ANCHOR;
		strcpy(s->text, "anchor");
	} else if (s->addr >= 0x9000) {
		snprintf(s->text, sizeof(s->text), "f+0x%llx/0x10 [%s]",
			 s->addr - 0x9000, module);
	} else {
		snprintf(s->text, sizeof(s->text), "0x%llx", s->addr);
	}
	return 0;
}

/* Places are another file's; it is asked for each. */
static uint64_t places[8];
static size_t nplaces;

int places_define(struct places_told *t, struct device *d,
		  const struct stream_writer *out, uint64_t where)
{
	if (nplaces < 8)
		places[nplaces++] = where;
	return 0;
}

void places_told_free(struct places_told *t)
{
}

int64_t now_ms(void)
{
	return now;
}

/* ---- what is told ---- */
static unsigned char made[65536];
static size_t nmade;
static char told[4096];

static int add(void *arg, const void *p, size_t n)
{
	memcpy(made + nmade, p, n);
	nmade += n;
	return 0;
}

static void take_blocks(void)
{
	size_t at = 0;

	told[0] = '\0';
	while (at < nmade) {
		struct stream_block b;
		char *to = told + strlen(told);
		uint64_t addr;

		memcpy(&b, made + at, sizeof(b));
		memcpy(&addr, made + at + sizeof(b), 8);
		if (b.type == STREAM_SYMBOL)
			sprintf(to, "%llx=%.*s;", (unsigned long long)addr,
				(int)b.size - 8,
				(char *)made + at + sizeof(b) + 8);
		else
			sprintf(to, "block %u;", b.type);
		at += sizeof(b) + (b.size + 7) / 8 * 8;
	}
	nmade = 0;
}

static const char defs[] = "\4\0\0\0%s\n\0a\0%d\n\0d\0%d %s %s %s\n\0dshb\0"
			   "%s %s\n\0sa\0";
static const struct stream_writer writer = { .write = add };
static struct symbols symbols;
static struct device device;

static int begin(const char *image)
{
	char *copy = malloc(sizeof(defs));
	int err;

	symbols_free(&symbols);
	memcpy(copy, defs, sizeof(defs) - 1);
	nmade = 0;
	err = symbols_init(&symbols, &device, &writer, copy, sizeof(defs) - 1,
			   image);
	take_blocks();
	return err;
}

static unsigned char args[4096];
static size_t nargs;

static void put(uint64_t v, size_t n)
{
	memcpy(args + nargs, &v, n);
	nargs += n;
}

static const char *record(int type, int format)
{
	struct stp_record r = { .type = type, .format = format,
				.len = sizeof(r) + nargs };
	unsigned char rec[sizeof(r) + sizeof(args)];

	memcpy(rec, &r, sizeof(r));
	memcpy(rec + sizeof(r), args, nargs);
	nargs = 0;
	IS(0, symbols_record(&symbols, rec, r.len));
	take_blocks();
	return told;
}

static const char *address(uint64_t addr)
{
	put(addr, 8);
	return record(STP_REC_PRINT, 0);
}

static void once(void)
{
	IS(0, begin(NULL));
	SAYS("block 10;", told);
	IS(1, symbols.on);
	SAYS("9001=f+0x1/0x10 [loaded];", address(0x9001));
	SAYS("", address(0x9001));
	SAYS("", address(5));		/* a number says it as well */
	SAYS("", address(0));
	put(0x9001, 8);
	put(0x9002, 8);
	put(0x9003, 8);
	SAYS("9002=f+0x2/0x10 [loaded];9003=f+0x3/0x10 [loaded];",
	     record(STP_REC_STACK, 0));
	put(0x9007, 8);
	SAYS("", record(STP_REC_PRINT, 1));	/* a number, no address */
	put(0x9007, 8);
	SAYS("", record(STP_REC_TEXT, 0));
}

/* Behind a number, a string and a histogram. */
static void among_others(void)
{
	begin(NULL);
	put(7, 8);
	put(3, 2);
	put('a' | 'b' << 8 | 'c' << 16, 3);
	put(1 | 2 << 16, 4);
	put(0, 8);
	put(0, 8);
	put(1, 8);
	put(0x9009, 8);
	put(0x900a, 8);
	put(0x9004, 8);
	put(0, 3);
	SAYS("9004=f+0x4/0x10 [loaded];", record(STP_REC_PRINT, 2));
	put(0xffff, 2);			/* a string of more than there is */
	put(0x9005, 8);
	SAYS("", record(STP_REC_PRINT, 3));
	put(0, 2);
	put(0x90, 4);			/* an address that is cut off */
	SAYS("", record(STP_REC_PRINT, 3));
	put(0x9005, 8);
	SAYS("", record(STP_REC_PRINT, 9999));
}

/* A module goes, and another comes to its place. */
static void changed(void)
{
	begin(NULL);
	now = 10000;
	SAYS("9001=f+0x1/0x10 [loaded];", address(0x9001));
	module = "next";
	SAYS("", address(0x9001));
	now += FRESH_MS;
	SAYS("9001=f+0x1/0x10 [next];", address(0x9001));
	now += FRESH_MS;
	SAYS("", address(0x9001));
	module = "loaded";
}

/* Each number is so far from the anchor. */
static void host_names_image(void)
{
	IS(0, begin("fffffffffffff000-2000"));
	SAYS("", address(ANCHOR - 0x1000));
	SAYS("", address(ANCHOR + 0x1fff));
	SAYS("1002000=f+0xff9000/0x10 [loaded];", address(ANCHOR + 0x2000));
	SAYS("fff000=f+0xff6000/0x10 [loaded];",
	     (begin("nonsense"), address(ANCHOR - 0x1000)));
}

static void none_wanted(void)
{
	knows = false;
	IS(0, begin(NULL));
	SAYS("", told);
	IS(0, symbols.on);
	knows = true;
}

static void damaged_formats(void)
{
	static const char bad[3][8] = { "\2\0\0\0%s\0", "\1\0\0\0%sab",
					"\377\377\377\377a\0a" };

	for (size_t i = 0; i < 3; i++) {
		char *copy = strdup("0123456789abcdef");

		memcpy(copy, bad[i], 8);
		symbols_free(&symbols);
		IS(-EPROTO, symbols_init(&symbols, &device, &writer, copy, 8,
					 NULL));
	}
	symbols_free(&symbols);
}

int main(void)
{
	once();
	among_others();
	changed();
	host_names_image();
	none_wanted();
	damaged_formats();
	return check_report();
}
