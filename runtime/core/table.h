/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hash table of fixed size: what maps are made of.  Everything lies in
 * memory that was allocated with it.  Entries are named by number, from 1;
 * 0 is none.  The callers lock.
 */
#ifndef STAPX_TABLE_H
#define STAPX_TABLE_H

#include "core.h"

union stp_key {
	stp_i64 n;
	struct {
		stp_u32 at;	/* unit in the table's text */
		stp_u32 len;
	} s;
};

struct stp_entry {
	stp_u32 chain;		/* next in its bucket, or next free */
	stp_u32 hash;
	stp_u32 prev, next;	/* order of insertion */
	union stp_key key[];	/* desc->nkeys, then the value */
};

struct stp_table {
	int lock;
	const struct stp_map_desc *desc;
	stp_u32 count, max;
	stp_u32 shift;		/* bucket of a hash: hash >> shift */
	stp_u32 stride;		/* bytes from one entry to the next */
	stp_u32 value_at;	/* bytes from an entry to its value */
	stp_u32 fresh;		/* entries that were used at least once */
	stp_u32 free;		/* of those, the unused ones */
	stp_u32 first, last;	/* order of insertion */
	stp_u32 text_limit;	/* longest key string */
	stp_u32 unit_shift;	/* log2 of the bytes of a unit of text */
	stp_u32 nwords, rotor;
	stp_u32 *heads;
	char *entries;
	stp_u64 *used;		/* a bit per unit of text */
	char *text;
};

/* The keys of one operation, hashed. */
struct stp_probe_key {
	stp_u32 hash;
	stp_u32 len[STP_KEYS_MAX];	/* of strings */
};

struct stp_table *stp_table_new(const struct stp_map_desc *d);
void stp_table_clear(struct stp_table *t);
void stp_table_hash(const struct stp_table *t, const union stp_val *k,
		    struct stp_probe_key *key);
stp_u32 stp_table_find(const struct stp_table *t, const union stp_val *k,
		       const struct stp_probe_key *key);
/* Both in one. */
stp_u32 stp_table_lookup(const struct stp_table *t, const union stp_val *k,
			 struct stp_probe_key *key);
/* The key is not in the table.  Its value is zero, "" or an empty statistic.
 * 0: no room (what: a message). */
stp_u32 stp_table_insert(struct stp_table *t, const union stp_val *k,
			 const struct stp_probe_key *key, const char **what);
void stp_table_remove(struct stp_table *t, stp_u32 entry);
/* Keys whose bit in any is clear are equal to k's. */
int stp_table_matches(const struct stp_table *t, const struct stp_entry *e,
		      const union stp_val *k, stp_u32 any);

static inline struct stp_entry *stp_table_entry(const struct stp_table *t,
						stp_u32 i)
{
	return (struct stp_entry *)(t->entries +
				    (stp_size)t->stride * (i - 1));
}

static inline void *stp_table_value(const struct stp_table *t,
				    struct stp_entry *e)
{
	return (char *)e + t->value_at;
}

static inline const char *stp_table_text(const struct stp_table *t,
					 const union stp_key *k)
{
	return t->text + ((stp_size)k->s.at << t->unit_shift);
}

#endif
