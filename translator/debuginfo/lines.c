// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Addresses and source lines.  In: an address, or an instance and lines.  Out:
 * from the unit's line table, which libdw reads for the units asked about.
 */
#include "debuginfo/internal.h"

#include <stdlib.h>

static const char *line_file(struct debuginfo *di, Dwarf_Die *cu,
			     Dwarf_Line *line)
{
	const struct file_table *t = debuginfo_files(di, cu);
	Dwarf_Files *files;
	size_t n;

	if (dwarf_line_file(line, &files, &n) || n >= t->files.n)
		return "";
	return t->files.v[n];
}

bool debuginfo_line_at(struct debuginfo *di, uint64_t addr, const char **file,
		       unsigned *line)
{
	struct dbg_func f;
	struct dbg_inst inst;
	Dwarf_Die die, cu;
	Dwarf_Line *l;
	int no;

	if (!debuginfo_func_at(di, addr, false, &f, &inst) ||
	    !debuginfo_die(di, inst.die, &die) ||
	    !dwarf_diecu(&die, &cu, NULL, NULL))
		return false;
	l = dwarf_getsrc_die(&cu, inst_code_pc(&inst, &die, addr));
	if (!l || dwarf_lineno(l, &no))
		return false;
	*file = line_file(di, &cu, l);
	*line = no;
	return true;
}

struct lines {
	const struct dbg_range *ranges;
	size_t nranges;
	const char *file; /* glob or NULL */
	unsigned first, last;
};

/* A row that starts a statement inside the ranges, of the right file. */
static bool row_fits(struct debuginfo *di, Dwarf_Die *cu, Dwarf_Line *row,
		     const struct lines *want, uint64_t *addr, unsigned *line)
{
	bool starts, ends;
	int no;

	if (dwarf_linebeginstatement(row, &starts) || !starts ||
	    dwarf_lineendsequence(row, &ends) || ends ||
	    dwarf_lineno(row, &no) || no <= 0 || dwarf_lineaddr(row, addr))
		return false;
	for (size_t i = 0; i < want->nranges; i++) {
		if (*addr < want->ranges[i].lo || *addr >= want->ranges[i].hi)
			continue;
		*line = no;
		return !want->file ||
		       file_glob(want->file, line_file(di, cu, row));
	}
	return false;
}

/* The first line at or after first that has code; false when none has. */
static bool nearest_line(struct debuginfo *di, Dwarf_Die *cu,
			 Dwarf_Lines *rows, size_t n, struct lines *want)
{
	unsigned best = UINT32_MAX, line;
	uint64_t addr;

	for (size_t i = 0; i < n; i++)
		if (row_fits(di, cu, dwarf_onesrcline(rows, i), want, &addr,
			     &line) &&
		    line >= want->first)
			best = MIN(best, line);
	want->first = want->last = best;
	return best != UINT32_MAX;
}

static int by_value(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;

	return a < b ? -1 : a > b;
}

size_t dbg_inst_statements(struct debuginfo *di, const struct dbg_inst *inst,
			   const char *file, unsigned line, unsigned line2,
			   bool nearest, const uint64_t **out)
{
	struct lines want = {.file = file, .first = line,
			     .last = MAX(line, line2)};
	VEC(uint64_t) v = {0};
	unsigned before = 0, no;
	Dwarf_Die die, cu;
	Dwarf_Lines *rows;
	uint64_t addr;
	size_t n;

	*out = NULL;
	want.nranges = dbg_inst_ranges(di, inst, &want.ranges);
	if (!debuginfo_die(di, inst->die, &die) ||
	    !dwarf_diecu(&die, &cu, NULL, NULL) ||
	    dwarf_getsrclines(&cu, &rows, &n) ||
	    (nearest && !nearest_line(di, &cu, rows, n, &want)))
		return 0;
	for (size_t i = 0; i < n; i++) {
		bool fits = row_fits(di, &cu, dwarf_onesrcline(rows, i), &want,
				     &addr, &no) &&
			    no >= want.first && no <= want.last;

		/* Of rows one after another for a line, the first. */
		if (fits && no != before &&
		    (!v.n || v.v[v.n - 1] != addr))
			vec_push(di->a, &v, addr);
		before = fits ? no : 0;
	}
	if (v.n)
		qsort(v.v, v.n, sizeof *v.v, by_value);
	*out = v.v;
	return v.n;
}
