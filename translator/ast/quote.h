/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Literals and declarations as script text; used by print.c. */
#ifndef STAPX_QUOTE_H
#define STAPX_QUOTE_H

#include "ast/ast.h"

/* "text" with the escapes the lexer undoes. */
void quote_text(FILE *out, const char *s, size_t n);
void quote_number(FILE *out, int64_t value, bool hex);
/* A print format as one string literal. */
void quote_format(FILE *out, const struct format_vec *parts);

#endif
