// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * String functions of the script library.  In: terminated strings from the
 * script.  Out: a string of at most MAXSTRINGLEN - 1 bytes in dst, which may
 * be one of the inputs only where it is said.
 */
#include "core.h"
#include "render.h"

static stp_size limit(void)
{
	return (stp_size)stp_session.script->limits.maxstringlen;
}

stp_i64 stp_strlen(const char *s)
{
	return (stp_i64)strlen(s);
}

/* dst may be s. */
void stp_substr(struct stp_ctx *c, char *dst, const char *s, stp_i64 start,
		stp_i64 len)
{
	stp_size size = limit(), n = strlen(s);

	(void)c;
	if (start < 0 || len <= 0 || (stp_u64)start >= n) {
		*dst = 0;
		return;
	}
	if ((stp_u64)len < size)
		size = (stp_size)len + 1;
	stp_strcpy(dst, s + start, size);
}

stp_i64 stp_stringat(struct stp_ctx *c, const char *s, stp_i64 pos, int strict)
{
	if (pos >= 0 && (stp_u64)pos < strlen(s))
		return (stp_u8)s[pos];
	if (strict)
		stp_failf(c, 0, "string index %lld out of bounds", pos);
	return 0;
}

stp_i64 stp_strpos(const char *s, const char *part)
{
	stp_size n = strlen(s), m = strlen(part), i;

	for (i = 0; m <= n && i <= n - m; i++)
		if (!memcmp(s + i, part, m))
			return (stp_i64)i;
	return -1;
}

int stp_isinstr(const char *s, const char *part)
{
	return stp_strpos(s, part) >= 0;
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 10;
	return 99;
}

static int is_hex_prefix(const char *s)
{
	return s[0] == '0' && (s[1] == 'x' || s[1] == 'X') &&
	       digit_value(s[2]) < 16;
}

/* As many digits as fit the base; base 0: by the prefix, as in C. */
stp_i64 stp_strtol(const char *s, stp_i64 base)
{
	int negative = *s == '-';
	stp_u64 n = 0;

	s += negative;
	if (base == 0)
		base = is_hex_prefix(s) ? 16 : *s == '0' ? 8 : 10;
	if (base < 2 || base > 36)
		return 0;
	if (base == 16 && is_hex_prefix(s))
		s += 2;
	for (; digit_value(*s) < base; s++)
		n = n * (stp_u64)base + (stp_u64)digit_value(*s);
	return (stp_i64)(negative ? -n : n);
}

void stp_str_replace(struct stp_ctx *c, char *dst, const char *s,
		     const char *what, const char *with)
{
	struct stp_out o = { dst, limit(), 0 };
	stp_size n = strlen(what), m = strlen(with);

	(void)c;
	while (*s && o.len + 1 < o.size) {
		if (n && *s == *what && !strncmp(s, what, n)) {
			stp_out_bytes(&o, with, m);
			s += n;
		} else {
			stp_out_char(&o, *s++);
		}
	}
	stp_out_end(&o);
}

static int is_one_of(char c, const char *set)
{
	for (; *set; set++)
		if (c == *set)
			return 1;
	return 0;
}

/* dst may be s.  The rest is kept for this CPU. */
void stp_tokenize(struct stp_ctx *c, char *dst, const char *s,
		  const char *delim)
{
	struct stp_cpu *t = stp_this(c);
	const char *from;
	stp_size n;

	if (*s) {
		stp_strcpy(t->tokens, s, limit());
		t->token_at = t->tokens;
	}
	while (*t->token_at && is_one_of(*t->token_at, delim))
		t->token_at++;
	from = t->token_at;
	while (*t->token_at && !is_one_of(*t->token_at, delim))
		t->token_at++;
	n = (stp_size)(t->token_at - from);
	t->token_at += *t->token_at != 0;	/* the one that ended it */
	memcpy(dst, from, n);
	dst[n] = 0;
}

void stp_text_str(struct stp_ctx *c, char *dst, const char *s, stp_i64 len,
		  int quoted)
{
	/* What follows the text: the quote and, where it was cut, dots. */
	stp_size tail = quoted ? 4 : 0;
	struct stp_out o = { dst, limit(), 0 };
	char bytes[4];
	int n;

	(void)c;
	if (len <= 0)
		len = (stp_i64)o.size;
	if (quoted)
		stp_out_char(&o, '"');
	for (; *s && len > 0; s++, len--) {
		n = stp_escape_quoted(bytes, (stp_u8)*s);
		if (o.len + (stp_size)n + tail >= o.size)
			break;
		stp_out_bytes(&o, bytes, (stp_size)n);
	}
	if (quoted)
		stp_out_bytes(&o, "\"...", *s ? 4 : 1);
	stp_out_end(&o);
}

/* ---- the rest ---- */

stp_i64 stp_randint(struct stp_ctx *c, stp_i64 below)
{
	(void)c;
	if (below <= 0)
		return 0;
	if (below > 0xffffffffLL)
		below = 0xffffffffLL;
	return (stp_i64)((stp_u64)stp_port_random() * (stp_u64)below >> 32);
}

void stp_error(struct stp_ctx *c, const char *msg)
{
	struct stp_cpu *t = stp_this(c);

	if (c->error)
		return;
	stp_strcpy(t->message, msg, sizeof(t->message));
	stp_fail(c, t->message, 0);
}
