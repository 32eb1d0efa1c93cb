// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hash tables of fixed size, in memory allocated when the session starts.
 *
 * Key strings lie in one text area of the table, in units that a bitmap
 * counts: a key takes as many neighbouring units as it needs, all within one
 * word of the bitmap, so that finding room is a few shifts a word.  The area
 * holds every key at its longest when the table is small, and else 128 bytes
 * a string; what does not fit then is the same error as a full table.
 * Strings are padded with zeros to 8 bytes, so that words compare.
 */
#include "table.h"
#include "words.h"

#define TEXT_UNITS_WORD 64
#define TEXT_MEAN 128		/* bytes a key string, where tables are large */
#define TEXT_FULL 65536		/* bytes up to which every key fits */
#define EVICT_MAX 64		/* entries given up for one long key */

static stp_u32 key_strings(const struct stp_map_desc *d)
{
	stp_u32 i, n = 0;

	for (i = 0; i < d->nkeys; i++)
		n += d->key[i] == STP_STRING;
	return n;
}

static stp_size value_size(const struct stp_map_desc *d, stp_u32 maxstringlen)
{
	if (d->value == STP_STATS)
		return stp_stat_size(d->stat);
	return d->value == STP_STRING ? maxstringlen : sizeof(stp_i64);
}

/* Words of the bitmap, a unit's size already being settled. */
static stp_u32 text_words(const struct stp_table *t, stp_size strings)
{
	stp_u32 units = (t->text_limit >> t->unit_shift) + 1;
	stp_size word = (stp_size)TEXT_UNITS_WORD << t->unit_shift;
	stp_size each = TEXT_UNITS_WORD / units;
	stp_size full = (strings + each - 1) / each;
	stp_size mean = (strings * TEXT_MEAN + word - 1) / word;

	if (mean < TEXT_FULL / word)
		mean = TEXT_FULL / word;
	return (stp_u32)(full < mean ? full : mean);
}

static int text_new(struct stp_table *t, stp_u32 maxstringlen)
{
	stp_size strings = (stp_size)key_strings(t->desc) * t->max;

	t->text_limit = maxstringlen - 1;
	t->unit_shift = 4;
	while ((t->text_limit >> t->unit_shift) + 1 > TEXT_UNITS_WORD)
		t->unit_shift++;
	if (!strings)
		return 1;
	t->nwords = text_words(t, strings);
	t->used = stp_session_alloc(t->nwords * sizeof(*t->used));
	t->text = stp_session_alloc((stp_size)t->nwords * TEXT_UNITS_WORD
				    << t->unit_shift);
	return t->used && t->text;
}

struct stp_table *stp_table_new(const struct stp_map_desc *d)
{
	stp_u32 maxstringlen = (stp_u32)stp_session.script->limits.maxstringlen;
	struct stp_table *t = stp_session_alloc(sizeof(*t));
	stp_u32 bits = 1;

	if (!t)
		return 0;
	t->desc = d;
	t->max = d->max_entries ? d->max_entries : 1;
	while (bits < 31 && (1u << bits) < t->max)
		bits++;
	t->shift = 32 - bits;
	t->value_at = (stp_u32)(sizeof(struct stp_entry) +
				d->nkeys * sizeof(union stp_key));
	t->stride = (stp_u32)((t->value_at + value_size(d, maxstringlen) + 7) &
			      ~(stp_size)7);
	t->heads = stp_session_alloc(sizeof(*t->heads) << bits);
	t->entries = stp_session_alloc((stp_size)t->stride * t->max);
	if (!t->heads || !t->entries || !text_new(t, maxstringlen))
		return 0;
	return t;
}

void stp_table_clear(struct stp_table *t)
{
	memset(t->heads, 0, sizeof(*t->heads) << (32 - t->shift));
	if (t->nwords)
		memset(t->used, 0, t->nwords * sizeof(*t->used));
	t->count = t->fresh = t->free = t->first = t->last = t->rotor = 0;
}

/* ---- entries that a slice wants ---- */

int stp_table_matches(const struct stp_table *t, const struct stp_entry *e,
		      const union stp_val *k, stp_u32 any)
{
	const struct stp_map_desc *d = t->desc;
	stp_u32 i;

	for (i = 0; i < d->nkeys; i++) {
		if (any & (1u << i))
			continue;
		if (d->key[i] == STP_STRING
			    ? stp_strcmp(stp_table_text(t, &e->key[i]), k[i].s)
			    : e->key[i].n != k[i].n)
			return 0;
	}
	return 1;
}

/* ---- text ---- */

/* Bits at which a run of n set bits begins. */
static stp_u64 runs(stp_u64 bits, stp_u32 n)
{
	stp_u32 have = 1, step;

	while (have < n && bits) {
		step = n - have < have ? n - have : have;
		bits &= bits >> step;
		have += step;
	}
	return bits;
}

static stp_u32 text_units(const struct stp_table *t, stp_u32 len)
{
	return (len >> t->unit_shift) + 1;
}

static stp_u64 unit_mask(stp_u32 n, stp_u32 bit)
{
	return (~0ULL >> (64 - n)) << bit;
}

/* n units; 1 with the first one's number, or 0. */
static int text_take(struct stp_table *t, stp_u32 n, stp_u32 *at)
{
	stp_u32 i, w = t->rotor, bit;
	stp_u64 r;

	for (i = 0; i < t->nwords; i++) {
		r = runs(~t->used[w], n);
		if (r) {
			bit = (stp_u32)__builtin_ctzll(r);
			t->used[w] |= unit_mask(n, bit);
			t->rotor = w;
			*at = w * TEXT_UNITS_WORD + bit;
			return 1;
		}
		if (++w == t->nwords)
			w = 0;
	}
	return 0;
}

static void text_give(struct stp_table *t, const union stp_key *k)
{
	stp_u32 at = k->s.at;

	t->used[at / TEXT_UNITS_WORD] &= ~unit_mask(
		text_units(t, k->s.len), at % TEXT_UNITS_WORD);
}

static STP_OVERREAD void text_copy(char *to, const char *from, stp_u32 len)
{
	stp_u32 n;

	for (n = 0; n + 8 <= len; n += 8)
		stp_word_store(to + n, stp_word_load(from + n));
	stp_word_store(to + n,
		       n < len ? stp_word_first(from + n, len - n) : 0);
}

/* Copies the strings into e; 0: no room, and nothing is kept. */
static int keys_store(struct stp_table *t, struct stp_entry *e,
		      const union stp_val *k, const struct stp_probe_key *key)
{
	const struct stp_map_desc *d = t->desc;
	stp_u32 i;

	for (i = 0; i < d->nkeys; i++) {
		if (d->key[i] != STP_STRING) {
			e->key[i].n = k[i].n;
			continue;
		}
		if (!text_take(t, text_units(t, key->len[i]),
			       &e->key[i].s.at))
			break;
		e->key[i].s.len = key->len[i];
		text_copy((char *)stp_table_text(t, &e->key[i]), k[i].s,
			  key->len[i]);
	}
	if (i == d->nkeys)
		return 1;
	while (i-- > 0)
		if (d->key[i] == STP_STRING)
			text_give(t, &e->key[i]);
	return 0;
}

/* ---- entries ---- */

static stp_u32 entry_take(struct stp_table *t)
{
	stp_u32 i = t->free;

	if (i)
		t->free = stp_table_entry(t, i)->chain;
	else if (t->fresh < t->max)
		i = ++t->fresh;
	return i;
}

static void entry_give(struct stp_table *t, stp_u32 i)
{
	stp_table_entry(t, i)->chain = t->free;
	t->free = i;
}

static void value_reset(struct stp_table *t, struct stp_entry *e)
{
	void *v = stp_table_value(t, e);

	switch ((enum stp_value)t->desc->value) {
	case STP_LONG:
		*(stp_i64 *)v = 0;
		break;
	case STP_STRING:
		*(char *)v = 0;
		break;
	case STP_STATS:
		stp_stat_clear(v, t->desc->stat);
		break;
	}
}

static void entry_link(struct stp_table *t, stp_u32 i, stp_u32 hash)
{
	struct stp_entry *e = stp_table_entry(t, i);
	stp_u32 *head = &t->heads[hash >> t->shift];

	e->hash = hash;
	e->chain = *head;
	*head = i;
	e->next = 0;
	e->prev = t->last;
	if (t->last)
		stp_table_entry(t, t->last)->next = i;
	else
		t->first = i;
	t->last = i;
	t->count++;
}

void stp_table_remove(struct stp_table *t, stp_u32 i)
{
	struct stp_entry *e = stp_table_entry(t, i);
	stp_u32 *p = &t->heads[e->hash >> t->shift];
	stp_u32 k;

	while (*p != i)
		p = &stp_table_entry(t, *p)->chain;
	*p = e->chain;
	if (e->prev)
		stp_table_entry(t, e->prev)->next = e->next;
	else
		t->first = e->next;
	if (e->next)
		stp_table_entry(t, e->next)->prev = e->prev;
	else
		t->last = e->prev;
	for (k = 0; k < t->desc->nkeys; k++)
		if (t->desc->key[k] == STP_STRING)
			text_give(t, &e->key[k]);
	entry_give(t, i);
	t->count--;
}

stp_u32 stp_table_insert(struct stp_table *t, const union stp_val *k,
			 const struct stp_probe_key *key, const char **what)
{
	stp_u32 i = entry_take(t), given_up;

	if (!i && t->desc->wrap) {
		stp_table_remove(t, t->first);
		i = entry_take(t);
	}
	if (!i) {
		*what = "Array overflow, check MAXMAPENTRIES";
		return 0;
	}
	for (given_up = 0; !keys_store(t, stp_table_entry(t, i), k, key);
	     given_up++) {
		if (!t->desc->wrap || !t->first || given_up == EVICT_MAX) {
			entry_give(t, i);
			*what = "Array overflow by long keys, check MAXMAPENTRIES";
			return 0;
		}
		stp_table_remove(t, t->first);
	}
	entry_link(t, i, key->hash);
	value_reset(t, stp_table_entry(t, i));
	return i;
}
