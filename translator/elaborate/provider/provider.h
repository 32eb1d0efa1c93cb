/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Probe families.  Each is one file with a const vtable at its foot and a
 * line in list.c; nothing else in pass 2 knows their names.
 */
#ifndef STAPX_PROVIDER_H
#define STAPX_PROVIDER_H

#include "elaborate/elab.h"

struct located;
struct dbg_type;
struct place;
struct place_op;

/* A form of point: "kernel.function(string).maxactive(number)". */
struct pattern {
	const char *text;
	int tag;		/* the provider's own */
};

#define MATCH_COMPS_MAX 12
struct match {
	const struct provider *provider;
	const struct pattern *pattern;
	const struct probe_point *point;
};
/* The argument of a component of the point; NULL, false: there is none. */
const char *match_string(const struct match *m, const char *comp);
bool match_number(const struct match *m, const char *comp, int64_t *n);
struct loc match_loc(const struct match *m, const char *comp);

struct target_name {
	const char *name;	/* without '$' */
	bool is_param;
	const char *type;	/* "struct file*", for -L */
};
struct target_names { struct target_name *v; size_t n, cap; };

struct provider {
	const char *name;
	const struct pattern *patterns;
	size_t npatterns;
	bool unprivileged;	/* --privilege=stapusr may use them */
	/* Makes the probes (or, with e->listing, the lines) of a point. */
	void (*derive)(const struct derivation *d, const struct match *m);
	/* Where $name is; false with l->why.  NULL: the family has none.
	 * at is the expression that asks, for messages. */
	bool (*variable)(struct lower *l, const struct expr *at,
			 const char *name, struct located *out);
	/* What $$name, a text, is; NULL: unknown.  The call: there is none. */
	const char *(*text)(const struct probe *p, const char *name);
	/* Those there are, for $$vars, -L and messages. */
	void (*variables)(struct lower *l, struct target_names *out);
	/* What $return is; NULL: there is none. */
	bool (*result)(struct lower *l, const struct expr *at,
		       struct located *out);
	/* The module that @cast and @var look in when none is named. */
	const char *(*module)(const struct probe *p);
	/* What a register or parameter held at the entry of the function that
	 * the probe is in, told by its caller; NULL with l->why.  NULL: the
	 * family cannot tell. */
	struct expr *(*from_caller)(struct lower *l, const struct expr *at,
				    const struct place_op *what);
	/* What a PLACE_POINTER of a variable points to, of that type; false
	 * with l->why. */
	bool (*pointee)(struct lower *l, const struct expr *at,
			const struct place *pointer,
			const struct dbg_type *type, struct located *out);
	/* "file:line" of the nearest statement that has $name, or NULL. */
	const char *(*nearest)(struct lower *l, const char *name);
	/* Expressions of a .return probe are evaluated at the entry. */
	bool (*is_return)(const struct probe *p);
};

/* locate.c: for those who do not look inside. */
struct located *located_new(struct arena *a);
const char *located_type(const struct located *x);

/* list.c */
extern const struct provider *const providers[];
extern const size_t nproviders;

extern const struct provider provider_sequence, provider_timer, provider_dwarf,
	provider_kprobe, provider_tracepoint, provider_data;

#endif
