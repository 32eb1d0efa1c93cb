// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tree as script text: every operand in parentheses, every statement
 * with its semicolon, macros and conditions long resolved.  What is printed
 * parses again to an equal tree.  Nodes that only pass 2 makes are printed
 * as calls with names no script can write.  quote.c prints literals.
 */
#include "ast/ast.h"
#include "ast/quote.h"

static void print_list(FILE *out, const struct expr_vec *list)
{
	vec_for(i, list) {
		if (i)
			fputs(", ", out);
		if (list->v[i])
			ast_print_expr(out, list->v[i]);
		else
			fputc('*', out);
	}
}

static void print_operand(FILE *out, const struct expr *e)
{
	fputc('(', out);
	ast_print_expr(out, e);
	fputc(')', out);
}

static void print_infix(FILE *out, enum op op, const struct expr *a,
			const struct expr *b)
{
	print_operand(out, a);
	fprintf(out, " %s ", op_text(op));
	/* What stands there is a literal, and never anything else. */
	if (op == OP_MATCH || op == OP_NMATCH)
		ast_print_expr(out, b);
	else
		print_operand(out, b);
}

static void print_comps(FILE *out, const struct comp_vec *comps)
{
	vec_for(i, comps) {
		const struct component *c = &comps->v[i];

		switch (c->kind) {
		case COMP_MEMBER:
			fprintf(out, "->%s", c->member);
			break;
		case COMP_INDEX:
			fputc('[', out);
			ast_print_expr(out, c->index);
			fputc(']', out);
			break;
		case COMP_PRETTY:
			fputc('$', out);
			break;
		case COMP_PRETTY_DEEP:
			fputs("$$", out);
			break;
		}
	}
}

static void print_module_arg(FILE *out, const char *module)
{
	if (module) {
		fputs(", ", out);
		quote_text(out, module, strlen(module));
	}
	fputc(')', out);
}

static void print_target(FILE *out, const struct expr *e)
{
	if (e->target.address_of)
		fputc('&', out);
	switch (e->target.kind) {
	case TARGET_VAR:
		fputs(e->target.name, out);
		break;
	case TARGET_CAST:
		fputs("@cast(", out);
		ast_print_expr(out, e->target.base);
		fputs(", ", out);
		quote_text(out, e->target.type_name,
			   strlen(e->target.type_name));
		print_module_arg(out, e->target.module);
		break;
	case TARGET_GLOBAL:
		fputs("@var(", out);
		quote_text(out, e->target.name, strlen(e->target.name));
		print_module_arg(out, e->target.module);
		break;
	case TARGET_AUTOCAST:
		print_operand(out, e->target.base);
		break;
	}
	print_comps(out, &e->target.comps);
}

static void print_print(FILE *out, const struct expr *e)
{
	bool first = false;

	fprintf(out, "%s(", e->print.name);
	if (e->print.has_format)
		quote_format(out, &e->print.format);
	else if (e->print.delimited)
		quote_text(out, e->print.delimiter,
			   strlen(e->print.delimiter));
	else
		first = true;
	if (!first && e->print.args.n)
		fputs(", ", out);
	print_list(out, &e->print.args);
	fputc(')', out);
}

static void print_stat(FILE *out, const struct expr *e)
{
	static const char *const names[] = {
		[STAT_COUNT] = "count", [STAT_SUM] = "sum",
		[STAT_MIN] = "min",	[STAT_MAX] = "max",
		[STAT_AVG] = "avg",	[STAT_VARIANCE] = "variance",
	};

	fprintf(out, "@%s(", names[e->stat.op]);
	ast_print_expr(out, e->stat.stat);
	if (e->stat.has_param)
		fprintf(out, ", %lld", (long long)e->stat.param);
	fputc(')', out);
}

static void print_hist(FILE *out, const struct expr *e)
{
	if (e->hist.kind == HIST_LOG) {
		fputs("@hist_log(", out);
		ast_print_expr(out, e->hist.stat);
		fputc(')', out);
		return;
	}
	fputs("@hist_linear(", out);
	ast_print_expr(out, e->hist.stat);
	fprintf(out, ", %lld, %lld, %lld)", (long long)e->hist.low,
		(long long)e->hist.high, (long long)e->hist.step);
}

static void print_raw(FILE *out, const struct expr *e)
{
	static const char *const names[] = {
		[RAW_KDEREF] = "kderef",
		[RAW_UDEREF] = "uderef",
		[RAW_KREGISTER] = "kregister",
		[RAW_UREGISTER] = "uregister",
	};

	fprintf(out, "@%s(", names[e->raw.kind]);
	if (e->raw.size) {
		ast_print_expr(out, e->raw.size);
		fputs(", ", out);
	}
	ast_print_expr(out, e->raw.arg);
	fputc(')', out);
}

static void print_at(FILE *out, const char *name, const struct expr *e)
{
	fprintf(out, "@%s(", name);
	ast_print_expr(out, e);
	fputc(')', out);
}

static void print_quoted_at(FILE *out, const char *name, const char *text)
{
	fprintf(out, "@%s(", name);
	quote_text(out, text, strlen(text));
	fputc(')', out);
}

static void print_incdec(FILE *out, const struct expr *e)
{
	if (e->incdec.prefix)
		fputs(op_text(e->incdec.op), out);
	print_operand(out, e->incdec.a);
	if (!e->incdec.prefix)
		fputs(op_text(e->incdec.op), out);
}

static void print_index(FILE *out, const char *name,
			const struct expr_vec *keys)
{
	fprintf(out, "%s[", name);
	print_list(out, keys);
	fputc(']', out);
}

/* What only pass 2 makes. */
static void print_lowered(FILE *out, const struct expr *e)
{
	if (e->kind == EXPR_LOAD) {
		fprintf(out, "%%load%s%d(", e->load.user ? "_user" : "",
			e->load.size);
		ast_print_expr(out, e->load.addr);
		fputc(')', out);
	} else if (e->kind == EXPR_STORE) {
		fprintf(out, "%%store%s%d(", e->store.user ? "_user" : "",
			e->store.size);
		ast_print_expr(out, e->store.addr);
		fputs(", ", out);
		ast_print_expr(out, e->store.value);
		fputc(')', out);
	} else if (e->kind == EXPR_REGISTER) {
		fprintf(out, "%%register(%d)", e->reg.dwarf_reg);
	} else if (e->kind == EXPR_ADDRESS) {
		fprintf(out, "%%address(\"%s\", %#llx)", e->address.module,
			(unsigned long long)e->address.addr);
	} else if (e->kind == EXPR_SAVED) {
		fprintf(out, "%%saved(%d)", e->saved.slot);
	} else if (e->callctx.what == CALLCTX_ARGUMENT) {
		fprintf(out, "%%argument(%d)", e->callctx.n);
	} else if (e->callctx.what == CALLCTX_CALLER) {
		fprintf(out, "%%caller(%d)", e->callctx.n);
	} else {
		fputs("%retval()", out);
	}
}

void ast_print_expr(FILE *out, const struct expr *e)
{
	switch (e->kind) {
	case EXPR_NUMBER:
		quote_number(out, e->number.value, e->number.hex);
		return;
	case EXPR_STRING:
		quote_text(out, e->string.s, e->string.len);
		return;
	case EXPR_SYMBOL:
		fputs(e->symbol.name, out);
		return;
	case EXPR_INDEX:
		print_index(out, e->index.name, &e->index.keys);
		return;
	case EXPR_TARGET:
		print_target(out, e);
		return;
	case EXPR_UNARY:
		fputs(op_text(e->unary.op), out);
		print_operand(out, e->unary.a);
		return;
	case EXPR_BINARY:
		print_infix(out, e->binary.op, e->binary.a, e->binary.b);
		return;
	case EXPR_LOGICAL:
		print_infix(out, e->logical.op, e->logical.a, e->logical.b);
		return;
	case EXPR_TERNARY:
		print_operand(out, e->ternary.cond);
		fputs(" ? ", out);
		print_operand(out, e->ternary.a);
		fputs(" : ", out);
		print_operand(out, e->ternary.b);
		return;
	case EXPR_ASSIGN:
		print_infix(out, e->assign.op, e->assign.lhs, e->assign.rhs);
		return;
	case EXPR_INCDEC:
		print_incdec(out, e);
		return;
	case EXPR_IN:
		print_index(out, "", &e->in.keys);
		fprintf(out, " in %s", e->in.array);
		return;
	case EXPR_CALL:
		fprintf(out, "%s(", e->call.name);
		print_list(out, &e->call.args);
		fputc(')', out);
		return;
	case EXPR_PRINT:
		print_print(out, e);
		return;
	case EXPR_STAT:
		print_stat(out, e);
		return;
	case EXPR_HIST:
		print_hist(out, e);
		return;
	case EXPR_HIST_BUCKET:
		ast_print_expr(out, e->bucket.hist);
		fputc('[', out);
		ast_print_expr(out, e->bucket.index);
		fputc(']', out);
		return;
	case EXPR_DEFINED:
		print_at(out, e->defined.probewrite ? "probewrite" : "defined",
			 e->defined.e);
		return;
	case EXPR_ENTRY:
		print_at(out, "entry", e->entry.e);
		return;
	case EXPR_EMBEDDED:
		fprintf(out, "%%{%.*s%%}", (int)e->embedded.len,
			e->embedded.code);
		return;
	case EXPR_RAW:
		print_raw(out, e);
		return;
	case EXPR_CONST:
		print_quoted_at(out,
				e->constant.kind == CONST_C ? "const" : "enum",
				e->constant.text);
		return;
	case EXPR_PERF:
		print_quoted_at(out, "perf", e->perf.counter);
		return;
	case EXPR_LOAD:
	case EXPR_STORE:
	case EXPR_REGISTER:
	case EXPR_ADDRESS:
	case EXPR_SAVED:
	case EXPR_CALLCTX:
		print_lowered(out, e);
		return;
	}
}

/* ---- statements ---- */

static void print_indent(FILE *out, int indent)
{
	fprintf(out, "%*s", indent * 2, "");
}

/* A statement on lines of its own below "if (…)" and the like. */
static void print_body(FILE *out, const struct stmt *s, int indent)
{
	bool block = s->kind == STMT_BLOCK;

	ast_print_stmt(out, s, block ? indent : indent + 1);
}

static void print_if(FILE *out, const struct stmt *s, int indent)
{
	fputs("if (", out);
	ast_print_expr(out, s->if_.cond);
	fputs(")\n", out);
	print_body(out, s->if_.then, indent);
	if (s->if_.otherwise) {
		print_indent(out, indent);
		fputs("else\n", out);
		print_body(out, s->if_.otherwise, indent);
	}
}

static void print_for(FILE *out, const struct stmt *s, int indent)
{
	fputs("for (", out);
	if (s->loop.init)
		ast_print_expr(out, s->loop.init);
	fputs("; ", out);
	if (s->loop.cond)
		ast_print_expr(out, s->loop.cond);
	fputs("; ", out);
	if (s->loop.step)
		ast_print_expr(out, s->loop.step);
	fputs(")\n", out);
	print_body(out, s->loop.body, indent);
}

static void print_sort(FILE *out, const struct stmt *s, int key)
{
	const struct sort_order *o = &s->foreach.order;
	static const char *const stats[] = {
		[STAT_COUNT] = "@count", [STAT_SUM] = "@sum",
		[STAT_MIN] = "@min",	 [STAT_MAX] = "@max",
		[STAT_AVG] = "@avg",	 [STAT_VARIANCE] = "@variance",
	};

	if (!o->direction || o->key != key)
		return;
	if (o->by_stat)
		fprintf(out, " %s ", stats[o->stat]);
	fputc(o->direction > 0 ? '+' : '-', out);
}

static void print_foreach(FILE *out, const struct stmt *s, int indent)
{
	fputs("foreach (", out);
	if (s->foreach.value) {
		ast_print_expr(out, s->foreach.value);
		fputs(" = ", out);
	}
	fputc('[', out);
	vec_for(i, &s->foreach.keys) {
		fputs(i ? ", " : "", out);
		ast_print_expr(out, s->foreach.keys.v[i]);
		print_sort(out, s, (int)i + 1);
	}
	fputs("] in ", out);
	if (s->foreach.hist)
		ast_print_expr(out, s->foreach.hist);
	else if (s->foreach.slice.n)
		print_index(out, s->foreach.array, &s->foreach.slice);
	else
		fputs(s->foreach.array, out);
	print_sort(out, s, 0);
	if (s->foreach.limit) {
		fputs(" limit ", out);
		print_operand(out, s->foreach.limit);
	}
	fputs(")\n", out);
	print_body(out, s->foreach.body, indent);
}

static void print_try(FILE *out, const struct stmt *s, int indent)
{
	fputs("try\n", out);
	print_body(out, s->try_.body, indent);
	print_indent(out, indent);
	fputs("catch", out);
	if (s->try_.msg) {
		fputs(" (", out);
		ast_print_expr(out, s->try_.msg);
		fputc(')', out);
	}
	fputc('\n', out);
	print_body(out, s->try_.handler, indent);
}

static void print_block(FILE *out, const struct stmt *s, int indent)
{
	fputs("{\n", out);
	vec_for(i, &s->block.stmts)
		ast_print_stmt(out, s->block.stmts.v[i], indent + 1);
	print_indent(out, indent);
	fputs("}\n", out);
}

static void print_keyword(FILE *out, const char *word, const struct expr *e)
{
	fputs(word, out);
	if (e) {
		fputc(' ', out);
		ast_print_expr(out, e);
	}
	fputs(";\n", out);
}

void ast_print_stmt(FILE *out, const struct stmt *s, int indent)
{
	print_indent(out, indent);
	switch (s->kind) {
	case STMT_NULL:
		fputs(";\n", out);
		return;
	case STMT_BLOCK:
		print_block(out, s, indent);
		return;
	case STMT_EXPR:
		ast_print_expr(out, s->expr.e);
		fputs(";\n", out);
		return;
	case STMT_IF:
		print_if(out, s, indent);
		return;
	case STMT_WHILE:
		fputs("while (", out);
		ast_print_expr(out, s->loop.cond);
		fputs(")\n", out);
		print_body(out, s->loop.body, indent);
		return;
	case STMT_FOR:
		print_for(out, s, indent);
		return;
	case STMT_FOREACH:
		print_foreach(out, s, indent);
		return;
	case STMT_RETURN:
		print_keyword(out, "return", s->expr.e);
		return;
	case STMT_NEXT:
		print_keyword(out, "next", NULL);
		return;
	case STMT_BREAK:
		print_keyword(out, "break", NULL);
		return;
	case STMT_CONTINUE:
		print_keyword(out, "continue", NULL);
		return;
	case STMT_DELETE:
		print_keyword(out, "delete", s->expr.e);
		return;
	case STMT_TRY:
		print_try(out, s, indent);
		return;
	case STMT_EMBEDDED:
		fprintf(out, "%%{%.*s%%}\n", (int)s->embedded.len,
			s->embedded.code);
		return;
	}
}
