// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Operators as tables made from ops.def, and names of types.
 */
#include "ast/ast.h"

static const struct {
	const char *text;
	int precedence;
	bool right;
} ops[OP_COUNT] = {
#define OP(id, text, prec, right) [OP_##id] = { text, prec, right },
#include "ast/ops.def"
#undef OP
};

const char *op_text(enum op op)
{
	return ops[op].text;
}

int op_precedence(enum op op)
{
	return ops[op].precedence;
}

bool op_right_assoc(enum op op)
{
	return ops[op].right;
}

const char *type_text(enum type t)
{
	switch (t) {
	case TYPE_LONG:
		return "long";
	case TYPE_STRING:
		return "string";
	case TYPE_STATS:
		return "stats";
	case TYPE_VOID:
	case TYPE_UNKNOWN:
		break;
	}
	return "unknown";
}
