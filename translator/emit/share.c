// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The texts of handlers, each once.  In: texts from the parameter list on.
 * Out: functions in e->code.  Two that are the same are one; SHARED_MIN or more
 * that differ in string literals and places for messages alone become one
 * function, which finds what differs by the probe that was hit
 * (c->probe->own): a wildcard over hundreds of aliases is one body so.
 */
#include "emit/emit.h"

#define SHARED_MIN 8

struct handler {
	const char *prefix, *type;	/* of the function's head */
	const struct probe *probe;	/* the first of those it serves */
	const char *text;
	VEC(const char *) tokens;	/* what may differ, in order */
	struct handler_ref ref;
};

struct family { VEC(struct handler *) list; };

struct handlers {
	struct map same;	/* text → struct handler */
	struct map families;	/* text without its tokens → struct family */
	VEC(struct family *) order;
};

/* The literal or place that text begins with; 0: neither. */
static size_t token_length(const char *text)
{
	size_t n = 1;

	if (str_starts(text, "&site[")) {
		const char *end = strchr(text, ']');

		return end ? (size_t)(end - text) + 1 : 0;
	}
	if (*text != '"')
		return 0;
	for (; text[n] && text[n] != '"'; n++)
		n += text[n] == '\\' && text[n + 1];
	return text[n] ? n + 1 : 0;
}

/* Fills h->tokens; the text with a mark for each of them. */
static const char *outline(struct arena *a, struct handler *h)
{
	struct buf b = { 0 };
	const char *text;

	buf_printf(&b, "%s%s", h->prefix, h->type);
	for (const char *p = h->text; *p;) {
		size_t n = token_length(p);

		if (n) {
			vec_push(a, &h->tokens, arena_strndup(a, p, n));
			buf_putc(&b, *p == '"' ? '\001' : '\002');
			p += n;
		} else {
			buf_putc(&b, *p++);
		}
	}
	text = arena_strdup(a, buf_str(&b));
	buf_free(&b);
	return text;
}

const struct handler_ref *handler_place(struct emit *e, const char *prefix,
					const char *type, const struct probe *p,
					struct buf *text)
{
	struct arena *a = e->arena;
	const char *key = arena_strdup(a, buf_str(text));
	struct handler *h;
	struct family *f;

	buf_free(text);
	if (!e->handlers)
		e->handlers = arena_new(a, struct handlers);
	h = map_get(&e->handlers->same, key);
	if (h)
		return &h->ref;
	h = arena_new(a, struct handler);
	h->prefix = prefix;
	h->type = type;
	h->probe = p;
	h->text = key;
	h->ref.name = arena_printf(a, "%s_%d", prefix, p->id);
	map_set(a, &e->handlers->same, key, h);
	key = outline(a, h);
	f = map_get(&e->handlers->families, key);
	if (!f) {
		f = arena_new(a, struct family);
		map_set(a, &e->handlers->families, key, f);
		vec_push(a, &e->handlers->order, f);
	}
	vec_push(a, &f->list, h);
	return &h->ref;
}

/* ---- functions ---- */
static void put_head(struct emit *e, const struct handler *h, size_t others)
{
	const char *at = h->probe->loc.src ?
			 loc_str(e->arena, h->probe->loc) : NULL;

	buf_printf(&e->code, "/* %s%s%s", c_comment(e->arena, h->probe->point),
		   at ? " at " : "", at ? c_comment(e->arena, at) : "");
	if (others)
		buf_printf(&e->code, ", and %zu like it", others);
	buf_printf(&e->code, " */\nstatic %s%s", h->type, h->ref.name);
}

static bool differs(const struct family *f, size_t token)
{
	vec_for(i, &f->list)
		if (strcmp(f->list.v[i]->tokens.v[token],
			   f->list.v[0]->tokens.v[token]))
			return true;
	return false;
}

/* The first handler's text with what differs taken from `own`. */
static void put_shared(struct emit *e, const struct family *f,
		       const bool *varies)
{
	const struct handler *h = f->list.v[0];
	const char *body = strstr(h->text, "{\n") + 2;
	size_t nth = 0;

	put_head(e, h, f->list.n - 1);
	buf_printf(&e->code, "%.*s\tconst struct own_%d *own = "
		   "c->probe->own;\n", (int)(body - h->text), h->text,
		   h->probe->id);
	while (*body) {
		size_t n = token_length(body);

		if (!n)
			buf_putc(&e->code, *body++);
		else if (!varies[nth])
			buf_write(&e->code, body, n);
		else if (*body == '"')
			buf_printf(&e->code, "own->s%zu", nth);
		else
			buf_printf(&e->code, "&site[own->n%zu]", nth);
		nth += n > 0;
		body += n;
	}
}

static void put_own(struct emit *e, const struct family *f, const bool *varies)
{
	const struct handler *first = f->list.v[0];
	int id = first->probe->id;

	buf_printf(&e->code, "struct own_%d {\n", id);
	vec_for(t, &first->tokens)
		if (varies[t])
			buf_printf(&e->code, first->tokens.v[t][0] == '"' ?
				   "\tconst char *s%zu;\n" :
				   "\tstp_u32 n%zu;\n", t);
	buf_printf(&e->code, "};\nstatic const struct own_%d own_%d[] = {\n",
		   id, id);
	vec_for(i, &f->list) {
		const struct handler *h = f->list.v[i];

		buf_puts(&e->code, "\t{");
		vec_for(t, &h->tokens)
			if (varies[t] && h->tokens.v[t][0] == '"')
				buf_printf(&e->code, " %s,", h->tokens.v[t]);
			else if (varies[t])
				/* Of "&site[n]" the number. */
				buf_printf(&e->code, " %.*s,",
					   (int)strcspn(h->tokens.v[t] + 6, "]"),
					   h->tokens.v[t] + 6);
		buf_puts(&e->code, " },\n");
	}
	buf_puts(&e->code, "};\n\n");
}

static void put_family(struct emit *e, struct family *f)
{
	struct handler *first = f->list.v[0];
	bool *varies = arena_array(e->arena, first->tokens.n + 1, bool);

	if (f->list.n < SHARED_MIN) {
		vec_for(i, &f->list) {
			put_head(e, f->list.v[i], 0);
			buf_puts(&e->code, f->list.v[i]->text);
		}
		return;
	}
	vec_for(t, &first->tokens)
		varies[t] = differs(f, t);
	put_own(e, f, varies);
	put_shared(e, f, varies);
	vec_for(i, &f->list) {
		f->list.v[i]->ref.own = arena_printf(e->arena, "&own_%d[%zu]",
						     first->probe->id, i);
		f->list.v[i]->ref.name = first->ref.name;
	}
}

void handlers_write(struct emit *e)
{
	if (!e->handlers)
		return;
	vec_for(i, &e->handlers->order)
		put_family(e, e->handlers->order.v[i]);
}
