// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Frames between host and target: bytes from the other side, in pieces, go
 * through every decoder; a frame that was taken lies within the bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "remote/wire/wire.h"

static void decode(const struct wire_frame *f)
{
	static struct wire_run run;
	struct wire_hello hello;
	struct wire_file file;
	struct wire_status status;
	enum wire_stop stop;
	char text[64];
	int level;

	wire_get_hello(f, &hello);
	if (!wire_get_file(f, &file) && !wire_name_valid(file.name))
		abort();
	wire_get_log(f, &level, text, sizeof(text));
	wire_get_error(f, text, sizeof(text));
	wire_get_stop(f, &stop);
	wire_get_status(f, &status);
	if (wire_get_run(f, &run))
		return;
	for (size_t i = 0; i < run.n; i++)
		if (strlen(run.options[i].key) > WIRE_STRING_MAX)
			abort();
	wire_run_get(&run, "module");
	wire_run_free(&run);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct wire_frame f, whole = { .payload = p, .n = n };
	size_t at = 0;
	ssize_t took;

	while ((took = wire_take(p + at, n - at, &f)) > 0) {
		if (f.payload + f.n > p + n)
			abort();
		decode(&f);
		at += took;
	}
	decode(&whole);
	return 0;
}
