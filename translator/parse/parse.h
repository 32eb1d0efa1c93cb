/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What others call of pass 1 beside pass_parse() and parse_text(). */
#ifndef STAPX_PARSE_H
#define STAPX_PARSE_H

#include "session.h"

/* The -p1 output: the script, with -v also every library file. */
void parse_dump(struct session *s, FILE *out);

/* --dump-probe-aliases: what the library offers, sorted; names that begin
 * with '_' only with -v. */
void parse_list_aliases(struct session *s, FILE *out);
/* Each line once, in order; lines is sorted. */
void print_sorted_lines(FILE *out, struct str_vec *lines);

/* The words of the print family: the i-th, NULL behind the last. */
const char *print_word(size_t i);

#endif
