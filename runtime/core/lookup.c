// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finding an entry of a hash table by its keys: what every use of a map at a
 * hit costs.  In: keys as the script has them.  Out: their hash and lengths,
 * which an insertion needs too, and the entry's number.
 */
#include "table.h"
#include "words.h"

#define HASH_MULTIPLIER 0x9e3779b97f4a7c15ULL

static inline stp_u64 mix(stp_u64 h, stp_u64 w)
{
	h = (h ^ w) * HASH_MULTIPLIER;
	return h ^ (h >> 29);
}

/* The word at s, which is n bytes into a string of at most limit bytes: *used
 * is how many of its bytes belong to the string, below 8 at the end. */
static STP_OVERREAD stp_u64 word_slow(const char *s, stp_u32 n, stp_u32 limit,
				      stp_u32 *used)
{
	stp_u64 w = 0;
	stp_u32 i;

	for (i = 0; i < 8 && n + i < limit && s[i]; i++)
		w |= (stp_u64)(stp_u8)s[i] << (8 * i);
	*used = i;
	return w;
}

/* Hashes s and returns its length; what is behind limit does not count. */
static inline STP_OVERREAD stp_u32 hash_string(const char *s, stp_u32 limit,
					       stp_u64 *h)
{
	stp_u32 n = 0, used;
	stp_u64 w, zero;

	for (;;) {
		if (stp_unlikely(!stp_word_safe(s + n) || n + 8 > limit)) {
			w = word_slow(s + n, n, limit, &used);
			*h = mix(*h, w);
			n += used;
			if (used < 8)
				return n;
			continue;
		}
		w = stp_word_load(s + n);
		zero = stp_word_zero(w);
		if (stp_likely(zero)) {
			used = (stp_u32)__builtin_ctzll(zero) >> 3;
			w &= ((zero - 1) & ~zero) >> 7;
			*h = mix(*h, w);
			return n + used;
		}
		*h = mix(*h, w);
		n += 8;
	}
}

static inline void hash_keys(const struct stp_table *t, const union stp_val *k,
			     struct stp_probe_key *key)
{
	const struct stp_map_desc *d = t->desc;
	stp_u64 h = HASH_MULTIPLIER;
	stp_u32 i;

	for (i = 0; i < d->nkeys; i++) {
		if (d->key[i] == STP_STRING)
			key->len[i] = hash_string(k[i].s, t->text_limit, &h);
		else
			h = mix(h, (stp_u64)k[i].n);
	}
	key->hash = (stp_u32)(h >> 32);
}

/* a is padded with zeros; b has len bytes. */
static inline STP_OVERREAD int text_equal(const char *a, const char *b,
					  stp_u32 len)
{
	stp_u32 n;

	for (n = 0; n + 8 <= len; n += 8)
		if (stp_word_load(a + n) != stp_word_load(b + n))
			return 0;
	return n == len ||
	       stp_word_load(a + n) == stp_word_first(b + n, len - n);
}

static inline int keys_equal(const struct stp_table *t,
			     const struct stp_entry *e,
			     const union stp_val *k,
			     const struct stp_probe_key *key)
{
	const struct stp_map_desc *d = t->desc;
	stp_u32 i;

	for (i = 0; i < d->nkeys; i++) {
		if (d->key[i] != STP_STRING) {
			if (e->key[i].n != k[i].n)
				return 0;
		} else if (e->key[i].s.len != key->len[i] ||
			   !text_equal(stp_table_text(t, &e->key[i]), k[i].s,
				       key->len[i])) {
			return 0;
		}
	}
	return 1;
}

static inline stp_u32 find(const struct stp_table *t, const union stp_val *k,
			   const struct stp_probe_key *key)
{
	stp_u32 i = t->heads[key->hash >> t->shift];
	struct stp_entry *e;

	while (i) {
		e = stp_table_entry(t, i);
		if (e->hash == key->hash &&
		    stp_likely(keys_equal(t, e, k, key)))
			return i;
		i = e->chain;
	}
	return 0;
}

void stp_table_hash(const struct stp_table *t, const union stp_val *k,
		    struct stp_probe_key *key)
{
	hash_keys(t, k, key);
}

stp_u32 stp_table_find(const struct stp_table *t, const union stp_val *k,
		       const struct stp_probe_key *key)
{
	return find(t, k, key);
}

/* Not inline, so that the short ways below need no stack. */
static __attribute__((__noinline__)) stp_u32
lookup_any(const struct stp_table *t, const union stp_val *k,
	   struct stp_probe_key *key)
{
	hash_keys(t, k, key);
	return find(t, k, key);
}

static inline stp_u32 lookup_long(const struct stp_table *t, stp_i64 n,
				  struct stp_probe_key *key)
{
	struct stp_entry *e;
	stp_u32 i;

	key->hash = (stp_u32)(mix(HASH_MULTIPLIER, (stp_u64)n) >> 32);
	for (i = t->heads[key->hash >> t->shift]; i; i = e->chain) {
		e = stp_table_entry(t, i);
		if (e->key[0].n == n)
			break;
	}
	return i;
}

/* w: the whole string, len < 8 bytes. */
static inline stp_u32 lookup_word(const struct stp_table *t, stp_u64 w,
				  stp_u32 len, struct stp_probe_key *key)
{
	struct stp_entry *e;
	stp_u32 i;

	key->hash = (stp_u32)(mix(HASH_MULTIPLIER, w) >> 32);
	key->len[0] = len;
	for (i = t->heads[key->hash >> t->shift]; i; i = e->chain) {
		e = stp_table_entry(t, i);
		if (e->hash == key->hash && e->key[0].s.len == len &&
		    stp_word_load(stp_table_text(t, &e->key[0])) == w)
			break;
	}
	return i;
}

STP_OVERREAD stp_u32 stp_table_lookup(const struct stp_table *t,
				      const union stp_val *k,
				      struct stp_probe_key *key)
{
	stp_u64 w, zero;

	if (t->desc->nkeys != 1)
		return lookup_any(t, k, key);
	if (t->desc->key[0] != STP_STRING)
		return lookup_long(t, k[0].n, key);
	if (stp_unlikely(!stp_word_safe(k[0].s)))
		return lookup_any(t, k, key);
	w = stp_word_load(k[0].s);
	zero = stp_word_zero(w);
	if (!zero)
		return lookup_any(t, k, key);
	return lookup_word(t, w & ((zero - 1) & ~zero) >> 7,
			   (stp_u32)__builtin_ctzll(zero) >> 3, key);
}
