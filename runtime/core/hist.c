// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The drawing of a histogram: bars of '@' over at most 50 columns, up to two
 * empty rows around what was counted, longer empty stretches cut to "~";
 * -D HIST_WIDTH and HIST_ELISION change both numbers.
 */
#include "port.h"
#include "render.h"

#define BAR_WIDTH 50
#define ELISION 2		/* empty rows kept at each end of a stretch */
#define LOG_ZERO 64		/* the bucket of value 0 */

struct drawing {
	const struct stp_stat_desc *d;
	const stp_i64 *bucket;
	int n;
	int width, keep;	/* columns; empty rows around what was counted */
	int first, last;	/* rows drawn; first > last: none */
	stp_i64 scale;		/* counts for one '@' */
	int label_width, count_width;
};

static void put_label(struct stp_out *o, const struct drawing *w, int i)
{
	stp_u64 low = (stp_u64)w->d->low;

	if (w->d->hist == STP_HIST_LOG) {
		if (i == LOG_ZERO)
			stp_out_number(o, 0);
		else if (i > LOG_ZERO)
			stp_out_number(o, (stp_i64)(1ULL << ((i - 65) & 63)));
		else
			stp_out_number(o, (stp_i64)-(1ULL << ((63 - i) & 63)));
	} else if (i == 0) {
		stp_out_char(o, '<');
		stp_out_number(o, w->d->low);
	} else if (i == w->n - 1) {
		stp_out_char(o, '>');
		stp_out_number(o, w->d->high);
	} else {
		stp_out_number(o, (stp_i64)(low + (stp_u64)(i - 1) *
						  (stp_u64)w->d->step));
	}
}

static int label_length(const struct drawing *w, int i)
{
	struct stp_out count = { 0, 0, 0 };

	put_label(&count, w, i);
	return (int)count.len;
}

/* Which rows there are: what was counted and a margin, but no empty rows for
 * what lies outside a linear histogram, nor below 0 when nothing is. */
static void choose_rows(struct drawing *w)
{
	int low = 0, high = w->n - 1;

	for (w->first = 0; w->first < w->n && !w->bucket[w->first]; w->first++)
		;
	if (w->first == w->n) {
		w->last = -1;
		return;
	}
	for (w->last = w->n - 1; !w->bucket[w->last]; w->last--)
		;
	if (w->d->hist == STP_HIST_LOG) {
		if (w->first >= LOG_ZERO)
			low = LOG_ZERO;
	} else {
		low = w->first > 0;
		high -= w->last < high;
	}
	w->first = w->first - w->keep < low ? low : w->first - w->keep;
	w->last = w->last + w->keep > high ? high : w->last + w->keep;
}

static void measure(struct drawing *w)
{
	struct stp_out count = { 0, 0, 0 };
	stp_i64 max = 0;
	int i, len;

	w->label_width = 5;	/* "value" */
	for (i = w->first; i <= w->last; i++) {
		if (w->bucket[i] > max)
			max = w->bucket[i];
		len = label_length(w, i);
		if (len > w->label_width)
			w->label_width = len;
	}
	stp_out_number(&count, max);
	w->count_width = (int)count.len;
	w->scale = max > w->width ? (max - 1) / w->width + 1 : 1;
}

static void put_row(struct stp_out *o, const struct drawing *w, int i)
{
	struct stp_out digits = { 0, 0, 0 };
	stp_i64 n = w->bucket[i], bar = n > 0 ? n / w->scale : 0;

	stp_out_fill(o, ' ', w->label_width - label_length(w, i));
	put_label(o, w, i);
	stp_out_bytes(o, " |", 2);
	stp_out_fill(o, '@', bar);
	stp_out_fill(o, ' ', w->width - bar + 1);
	stp_out_number(&digits, n);
	stp_out_fill(o, ' ', w->count_width - (stp_i64)digits.len);
	stp_out_number(o, n);
	stp_out_char(o, '\n');
}

/* Row behind the empty ones that begin at i. */
static int empty_until(const struct drawing *w, int i)
{
	while (i <= w->last && !w->bucket[i])
		i++;
	return i;
}

void stp_hist_render(struct stp_out *o, const struct stp_hist *h)
{
	struct drawing w = { .d = h->desc };
	int i, kept, end;

	w.width = h->desc->width ? h->desc->width : BAR_WIDTH;
	w.keep = ELISION;
	if (h->desc->elision && h->desc->elision != STP_HIST_ALL)
		w.keep = h->desc->elision - 1;
	w.n = h->stat ? (int)h->desc->buckets : 0;
	w.bucket = h->stat ? h->stat->bucket : 0;
	choose_rows(&w);
	measure(&w);
	stp_out_fill(o, ' ', w.label_width - 5);
	stp_out_bytes(o, "value |", 7);
	stp_out_fill(o, '-', w.width);
	stp_out_bytes(o, " count\n", 7);
	for (i = w.first; i <= w.last; i++) {
		end = empty_until(&w, i);
		if (end - i > 2 * w.keep && h->desc->elision != STP_HIST_ALL) {
			for (kept = 0; kept < w.keep; kept++)
				put_row(o, &w, i + kept);
			stp_out_fill(o, ' ', w.label_width + 1);
			stp_out_bytes(o, "~\n", 2);
			i = end - w.keep;
		}
		if (i <= w.last)
			put_row(o, &w, i);
	}
}
