// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The print family.  Every call becomes a format and its arguments: the print
 * ones write a record with the format's number, the sprint ones render into a
 * string at once.  What is constant in the script goes into the format, so
 * that a record carries only what varies.
 *
 * A histogram takes a %s like a string; its argument letter is h.
 */
#include <inttypes.h>

#include "emit/emit.h"
#include "runtime/record.h"

#define PRINT_ARGS_MAX 64 /* STP_ARGS_MAX of runtime/core/render.h */

/* What %m reads: so many bytes, or as many as the argument before says; '#':
 * of user space. */
struct memory {
	int64_t bytes;
	bool bytes_arg, user;
};

struct message {
	bool record;		/* for the reader, not rendered on the target */
	struct buf text, letters;
	struct expr_vec args;
		VEC(struct memory) memory; /* of each %m and %M */
};

static void put_literal(struct message *m, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_putc(&m->text, s[i]);
		if (s[i] == '%')
			buf_putc(&m->text, '%');
	}
}

static void put_arg(struct fn *f, struct message *m, struct expr *e, char letter)
{
	buf_putc(&m->letters, letter);
	vec_push(f->e->arena, &m->args, e);
}

static void put_contents(struct fn *f, struct message *m,
			 const struct expr *e);

/*
 * sprintf("%d", x) in the place of a %s: its text may as well be rendered
 * with the rest, when it is sure not to be cut at MAXSTRINGLEN.
 */
#define NUMBER_MAX 32	/* characters of a number, prefix and sign included */

static size_t conversion_bound(const struct format_part *p,
			       const struct expr *arg)
{
	size_t n = NUMBER_MAX + (size_t)MAX(p->width, 0) +
		   (size_t)MAX(p->precision, 0);

	if (!p->conv)
		return p->len;
	if (p->width_arg || p->precision_arg || !strchr("diuxXopc", p->conv))
		return SIZE_MAX / 2;
	return arg ? n : SIZE_MAX / 2;
}

static size_t format_bound(const struct expr *e)
{
	size_t n = 0, next = 0;

	vec_for(i, &e->print.format) {
		const struct format_part *p = &e->print.format.v[i];
		const struct expr *arg = next < e->print.args.n ?
					 e->print.args.v[next] : NULL;

		n = MIN(n + conversion_bound(p, arg), SIZE_MAX / 4);
		next += p->conv && p->conv != '%';
	}
	return n;
}

static size_t values_bound(const struct expr *e)
{
	size_t n = 1, delimiter = e->print.delimiter ?
				  strlen(e->print.delimiter) : 0;

	vec_for(i, &e->print.args) {
		const struct expr *a = e->print.args.v[i];

		if (a->kind == EXPR_STRING)
			n += a->string.len + delimiter;
		else if (a->type == TYPE_LONG && a->kind != EXPR_HIST)
			n += NUMBER_MAX + delimiter;
		else
			return SIZE_MAX / 4;
	}
	return n;
}

static bool may_join(const struct fn *f, const struct message *m,
		     const struct expr *e)
{
	if (e->kind != EXPR_PRINT || !e->print.to_string ||
	    m->args.n + e->print.args.n > PRINT_ARGS_MAX / 2)
		return false;
	return (e->print.has_format ? format_bound(e) : values_bound(e)) <
	       (size_t)f->e->strlen_max;
}

/*
 * symname(x), usymname(x) and the like in a record: the address goes there,
 * the reader knows its name.  "pragma:address:a" in the function's C says which
 * of its forms is meant.  0: it is another expression.
 */
static char address_letter(const struct message *m, const struct expr *e)
{
	static const char mark[] = "/* pragma:address:";
	const char *at;

	if (!m->record || e->kind != EXPR_CALL || !e->call.func->builtin ||
	    e->call.args.n != 1 || !e->call.func->code)
		return 0;
	at = strstr(e->call.func->code, mark);
	return at ? at[strlen(mark)] : 0;
}

static void put_string(struct fn *f, struct message *m, struct expr *e)
{
	char letter = address_letter(m, e);

	if (letter)
		put_arg(f, m, e->call.args.v[0], letter);
	else
		put_arg(f, m, e, 's');
}

/* One value in its natural form. */
static void put_value(struct fn *f, struct message *m, struct expr *e)
{
	if (may_join(f, m, e)) {
		put_contents(f, m, e);
	} else if (e->kind == EXPR_STRING) {
		put_literal(m, e->string.s, e->string.len);
	} else if (e->kind == EXPR_NUMBER) {
		buf_printf(&m->text, "%" PRId64, e->number.value);
	} else if (e->kind == EXPR_HIST) {
		buf_puts(&m->text, "%s");
		put_arg(f, m, e, 'h');
	} else {
		bool text = e->type == TYPE_STRING;

		buf_puts(&m->text, text ? "%s" : "%d");
		if (text)
			put_string(f, m, e);
		else
			put_arg(f, m, e, 'd');
	}
}

static void put_flags(struct message *m, const struct format_part *p)
{
	buf_putc(&m->text, '%');
	if (p->minus)
		buf_putc(&m->text, '-');
	if (p->plus)
		buf_putc(&m->text, '+');
	if (p->space)
		buf_putc(&m->text, ' ');
	if (p->alt)
		buf_putc(&m->text, '#');
	if (p->zero)
		buf_putc(&m->text, '0');
}

static bool is_plain(const struct format_part *p)
{
	return !p->minus && !p->plus && !p->space && !p->alt && !p->zero &&
	       p->width < 0 && p->precision < 0 && !p->width_arg &&
	       !p->precision_arg;
}

/* A conversion; takes its arguments from next on, returns how many. */
static size_t put_conversion(struct fn *f, struct message *m,
			     const struct format_part *p,
			     const struct expr_vec *args, size_t next)
{
	size_t at = next;

	put_flags(m, p);
	if (p->width_arg && at < args->n) {
		buf_putc(&m->text, '*');
		put_arg(f, m, args->v[at++], 'd');
	} else if (p->width >= 0) {
		buf_printf(&m->text, "%d", p->width);
	}
	if (p->precision_arg && at < args->n) {
		buf_puts(&m->text, ".*");
		put_arg(f, m, args->v[at++], 'd');
	} else if (p->precision >= 0) {
		buf_printf(&m->text, ".%d", p->precision);
	}
	buf_putc(&m->text, p->conv == 'i' ? 'd' : p->conv);
	if (at < args->n && (p->conv == 'm' || p->conv == 'M'))
		vec_push(f->e->arena, &m->memory, ((struct memory){
			 p->precision > 0 ? p->precision : 1,
			 p->precision_arg, p->alt }));
	if (at < args->n) {
		if (p->conv == 'm' || p->conv == 'M')
			put_arg(f, m, args->v[at], 'm');
		else if (args->v[at]->type == TYPE_STRING)
			put_string(f, m, args->v[at]);
		else
			put_arg(f, m, args->v[at], 'd');
		at++;
	}
	return at - next;
}

static void put_format(struct fn *f, struct message *m, const struct expr *e)
{
	const struct expr_vec *args = &e->print.args;
	size_t next = 0;

	vec_for(i, &e->print.format) {
		const struct format_part *p = &e->print.format.v[i];

		if (!p->conv) {
			put_literal(m, p->text, p->len);
		} else if (p->conv == '%') {
			put_literal(m, "%", 1);
		} else if ((p->conv == 's' || p->conv == 'd') && is_plain(p) &&
			   next < args->n) {
			put_value(f, m, args->v[next++]);
		} else {
			next += put_conversion(f, m, p, args, next);
		}
	}
}

static void put_contents(struct fn *f, struct message *m,
			 const struct expr *e)
{
	if (e->print.has_format) {
		put_format(f, m, e);
	} else if (e->print.is_char) {
		buf_puts(&m->text, "%c");
		put_arg(f, m, e->print.args.v[0], 'd');
	} else {
		vec_for(i, &e->print.args) {
			if (i && e->print.delimited && e->print.delimiter)
				put_literal(m, e->print.delimiter,
					    strlen(e->print.delimiter));
			put_value(f, m, e->print.args.v[i]);
		}
	}
	if (e->print.newline)
		put_literal(m, "\n", 1);
}

static void put_message(struct fn *f, struct message *m, const struct expr *e)
{
	put_contents(f, m, e);
	if (m->args.n > PRINT_ARGS_MAX)
		diag_semantic(&f->e->s->diag, e->loc, e->token,
			      "%zu arguments in one print, at most %d are "
			      "possible: print in two steps", m->args.n,
			      PRINT_ARGS_MAX);
}

/* %m: what is at the address, read now; n is a C expression. */
static struct val read_bytes(struct fn *f, const struct expr *e,
			     const char *n, bool user)
{
	struct val addr = emit_expr(f, e);
	const char *buf = temp_new(f, TEMP_BUF), *q = temp_new(f, TEMP_PTR);

	line(f, "%s = stp_memory(c, %s, MAXSTRINGLEN, (stp_u64)%s, %s, %d, "
	     "%s);", q, buf, as_number(f, addr), n, user, expr_site(f, e));
	check_error(f);
	return val_temp(q);
}

/* An address of user space, and where it lies. */
static struct val read_place(struct fn *f, const struct expr *e)
{
	struct val addr = emit_expr(f, e);
	const char *buf = temp_new(f, TEMP_BUF), *q = temp_new(f, TEMP_PTR);

	line(f, "%s = stp_uplace(c, %s, MAXSTRINGLEN, %s);", q, buf, as_number(f, addr));
	return val_temp(q);
}

static bool is_place(char letter)
{
	return strchr(STP_PLACES, letter);
}

/* The arguments' values as one literal, "0" when there are none. */
static const char *message_args(struct fn *f, struct message *m)
{
	struct val *v = arena_array(f->e->arena, m->args.n + 1, struct val);
	struct buf b = { 0 };
	const char *text;
	size_t nth = 0;

	if (!m->args.n)
		return "0";
	vec_for(i, &m->args) {
		const struct expr *e = m->args.v[i];

		if (e->kind == EXPR_HIST) {
			v[i] = val_text(emit_hist(f, e), 0);
			continue;
		}
		if (m->letters.s[i] == 'm') {
			const struct memory *want = &m->memory.v[nth++];

			v[i] = read_bytes(f, e, want->bytes_arg && i ?
					  as_number(f, v[i - 1]) :
					  c_number(f->e->arena, want->bytes),
					  want->user);
			continue;
		}
		if (is_place(m->letters.s[i])) {
			v[i] = read_place(f, e);
			continue;
		}
		v[i] = emit_expr(f, e);
		if (i + 1 < m->args.n && m->letters.s[i + 1] == 'm') {
			v[i] = hold(f, v[i], e->type);
			continue;
		}
		v[i] = hold_from(f, v[i], e->type,
				 effects_after(&m->args, i + 1));
	}
	buf_puts(&b, "(union stp_val[]){");
	vec_for(i, &m->args)
		buf_printf(&b, "%s{ .%s = %s }", i ? ", " : "",
			   m->letters.s[i] == 's' ||
			   m->letters.s[i] == 'm' ||
			   is_place(m->letters.s[i]) ? "s" :
			   m->letters.s[i] == 'h' ? "hist" : "n", v[i].text);
	buf_puts(&b, "}");
	text = arena_strdup(f->e->arena, buf_str(&b));
	buf_free(&b);
	return text;
}

static size_t format_id(struct emit *e, const struct message *m)
{
	const char *key = arena_printf(e->arena, "%s\001%s",
				       buf_str(&m->letters),
				       buf_str(&m->text));
	size_t id = (size_t)(uintptr_t)map_get(&e->format_ids, key);

	if (!id) {
		struct print_format pf = {
			.text = arena_strdup(e->arena, buf_str(&m->text)),
			.args = arena_strdup(e->arena, buf_str(&m->letters)),
		};

		vec_push(e->arena, &e->p->formats, pf);
		id = e->p->formats.n;
		map_set(e->arena, &e->format_ids, key, (void *)(uintptr_t)id);
	}
	return id - 1;
}

static const char *render_into(struct fn *f, const struct expr *e,
			       const struct message *m, const char *args,
			       const char *dst)
{
	struct arena *a = f->e->arena;

	if (!dst)
		dst = temp_new(f, TEMP_BUF);
	line(f, "stp_sprint(c, %s, MAXSTRINGLEN, %s, %s, %s, %s);", dst,
	     c_string(a, buf_str(&m->text), m->text.n),
	     c_string(a, buf_str(&m->letters), m->letters.n), args,
	     expr_site(f, e));
	check_error(f);
	return dst;
}

struct val emit_print(struct fn *f, const struct expr *e, const char *dst,
		      bool want)
{
	struct message m = { .record = !e->print.to_string };
	struct val r = val_number(f, 0);
	const char *args;

	put_message(f, &m, e);
	args = message_args(f, &m);
	if (e->print.to_string && (want || dst))
		r = val_temp(render_into(f, e, &m, args, dst));
	else if (!e->print.to_string && m.text.n)
		line(f, "stp_print(c, %zu, %s);", format_id(f->e, &m), args);
	buf_free(&m.text);
	buf_free(&m.letters);
	return r;
}

void emit_formats(struct emit *e, struct buf *out)
{
	if (!e->p->formats.n)
		return;
	buf_puts(out, "static const struct stp_format formats[] = {\n");
	vec_for(i, &e->p->formats) {
		const struct print_format *pf = &e->p->formats.v[i];

		buf_printf(out, "\t{ %s, %s },\n",
			   c_string(e->arena, pf->text, strlen(pf->text)),
			   c_string(e->arena, pf->args, strlen(pf->args)));
	}
	buf_puts(out, "};\n\n");
}
