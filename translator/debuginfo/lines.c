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

struct row {
	struct dbg_stmt at;
	bool starts;		/* a statement, says the compiler */
};
typedef VEC(struct row) row_vec;

struct lines {
	const struct dbg_range *ranges;
	size_t nranges;
	const char *file; /* glob or NULL */
	unsigned first, last;
};

/* A row inside the ranges, of the right file. */
static bool row_fits(struct debuginfo *di, Dwarf_Die *cu, Dwarf_Line *row,
		     const struct lines *want, struct row *out)
{
	bool ends;
	int no;

	if (dwarf_linebeginstatement(row, &out->starts) ||
	    dwarf_lineendsequence(row, &ends) || ends ||
	    dwarf_lineno(row, &no) || no <= 0 ||
	    dwarf_lineaddr(row, &out->at.pc))
		return false;
	out->at.line = (unsigned)no;
	for (size_t i = 0; i < want->nranges; i++)
		if (out->at.pc >= want->ranges[i].lo &&
		    out->at.pc < want->ranges[i].hi)
			return !want->file ||
			       file_glob(want->file, line_file(di, cu, row));
	return false;
}

/* The first line at or after first that has code; false when none has. */
static bool nearest_line(struct debuginfo *di, Dwarf_Die *cu,
			 Dwarf_Lines *rows, size_t n, struct lines *want)
{
	unsigned best = UINT32_MAX;
	struct row r;

	for (size_t i = 0; i < n; i++)
		if (row_fits(di, cu, dwarf_onesrcline(rows, i), want, &r) &&
		    r.starts && r.at.line >= want->first)
			best = MIN(best, r.at.line);
	want->first = want->last = best;
	return best != UINT32_MAX;
}

static int by_line(const void *x, const void *y)
{
	const struct row *a = x, *b = y;

	if (a->at.line != b->at.line)
		return a->at.line < b->at.line ? -1 : 1;
	if (a->starts != b->starts)
		return a->starts ? -1 : 1;
	return a->at.pc < b->at.pc ? -1 : a->at.pc > b->at.pc;
}

static int by_place(const void *x, const void *y)
{
	const struct dbg_stmt *a = x, *b = y;

	if (a->pc != b->pc)
		return a->pc < b->pc ? -1 : 1;
	return a->line < b->line ? -1 : a->line > b->line;
}

/* Of rows one after another for a line, the first. */
static void take_rows(struct debuginfo *di, Dwarf_Die *cu, Dwarf_Lines *rows,
		      size_t n, const struct lines *want, row_vec *out)
{
	unsigned before = 0;

	for (size_t i = 0; i < n; i++) {
		struct row r;
		bool fits = row_fits(di, cu, dwarf_onesrcline(rows, i), want,
				     &r) &&
			    r.at.line >= want->first &&
			    r.at.line <= want->last;

		if (fits && (r.starts ? r.at.line != before : true))
			vec_push(di->a, out, r);
		before = fits && r.starts ? r.at.line : 0;
	}
}

/* A line no statement starts on has only code that was moved: its lowest. */
static size_t settle_rows(struct debuginfo *di, row_vec *rows,
			  const struct dbg_stmt **out)
{
	VEC(struct dbg_stmt) v = {0};
	size_t kept = 0;

	if (rows->n)
		qsort(rows->v, rows->n, sizeof *rows->v, by_line);
	vec_for(i, rows)
		if (rows->v[i].starts || !i ||
		    rows->v[i - 1].at.line != rows->v[i].at.line)
			vec_push(di->a, &v, rows->v[i].at);
	if (v.n)
		qsort(v.v, v.n, sizeof *v.v, by_place);
	vec_for(i, &v)
		if (!i || by_place(&v.v[i - 1], &v.v[i]))
			v.v[kept++] = v.v[i];
	*out = v.v;
	return kept;
}

size_t dbg_inst_statements(struct debuginfo *di, const struct dbg_inst *inst,
			   const char *file, unsigned line, unsigned line2,
			   bool nearest, const struct dbg_stmt **out)
{
	struct lines want = {.file = file, .first = line,
			     .last = MAX(line, line2)};
	row_vec fit = {0};
	Dwarf_Die die, cu;
	Dwarf_Lines *rows;
	size_t n;

	*out = NULL;
	want.nranges = dbg_inst_ranges(di, inst, &want.ranges);
	if (!debuginfo_die(di, inst->die, &die) ||
	    !dwarf_diecu(&die, &cu, NULL, NULL) ||
	    dwarf_getsrclines(&cu, &rows, &n) ||
	    (nearest && !nearest_line(di, &cu, rows, n, &want)))
		return 0;
	take_rows(di, &cu, rows, n, &want, &fit);
	return settle_rows(di, &fit, out);
}
