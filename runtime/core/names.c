// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Numbers that have names, by a table that is text:
 *
 *	|4:R_OK|2:W_OK		bits; what is left over in hexadecimal
 *	=0:SEEK_SET=1:SEEK_CUR	one of them, or the number
 *	&3=0:O_RDONLY|64:O_CREAT	one of them by the bits of 3, then bits; what
 *				is left over is not shown
 *
 * Numbers are decimal, or hexadecimal after 0x.  A table ends at a space or with
 * the text.  Each byte of it is looked at once.  Any context.
 */
#include "names.h"

static int digit(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	return ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : 16;
}

static stp_u64 number(const char **at)
{
	int minus = **at == '-', base = 10;
	stp_u64 v = 0;

	*at += minus;
	if ((*at)[0] == '0' && (*at)[1] == 'x') {
		base = 16;
		*at += 2;
	}
	for (; digit(**at) < base; (*at)++)
		v = v * (stp_u64)base + (stp_u64)digit(**at);
	return minus ? 0 - v : v;
}

void stp_out_unsigned(struct stp_out *o, stp_u64 v, unsigned int base)
{
	char digits[24];
	int n = sizeof(digits);

	if (v && base != 10)
		stp_out_bytes(o, "0x", base == 16 ? 2 : 1);
	do {
		digits[--n] = "0123456789abcdef"[v % base];
		v /= base;
	} while (v);
	stp_out_bytes(o, digits + n, sizeof(digits) - (stp_size)n);
}

static void put_name(struct stp_out *o, int *said, const char *name,
		     stp_size n)
{
	if ((*said)++)
		stp_out_char(o, '|');
	stp_out_bytes(o, name, n);
}

static int ends(char ch)
{
	return !ch || ch == ' ';
}

void stp_out_names(struct stp_out *o, const char *at, stp_i64 value)
{
	stp_u64 v = (stp_u64)value, mask = ~0ULL, left = v, n;
	int said = 0, masked = *at == '&', one_of = 0;
	const char *name;
	char sort;

	if (masked) {
		at++;
		mask = number(&at);
		left &= ~mask;
	}
	while (!ends(*at)) {
		sort = *at++;
		n = number(&at);
		name = *at == ':' ? ++at : at;
		while (!ends(*at) && *at != '|' && *at != '=')
			at++;
		if (sort == '|' && one_of && !said++)
			stp_out_number(o, (stp_i64)(v & mask));
		if (sort == '=') {
			one_of = 1;
			if (!said && (v & mask) == n)
				put_name(o, &said, name, (stp_size)(at - name));
		} else if (n && (left & n) == n) {
			put_name(o, &said, name, (stp_size)(at - name));
			left &= ~n;
		}
	}
	if (one_of && !said)
		stp_out_number(o, (stp_i64)(v & mask));
	else if (!one_of && (left || !said)) {
		put_name(o, &said, "", 0);
		stp_out_unsigned(o, left, 16);
	}
}
