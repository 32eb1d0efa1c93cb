# Makes syscall-names.stp of syscall-names.tbl.
# SPDX-License-Identifier: GPL-2.0-or-later

/^#/ || !NF { next }
NF != 5 || $0 !~ /^[a-z0-9_]+( ([0-9]+|-))+$/ {
	print "syscall-names.tbl:" NR ": not a name and four numbers" >"/dev/stderr"
	failed = 1
	exit 1
}
{
	n++
	name[n] = $1
	for (i = 2; i <= 5; i++)
		number[n, i] = $i
}

# Where each name of a CPU starts in its text, by number, and the text.
function tables(native,	i, at, text, rows, col) {
	at = 1
	for (i = 1; i <= n; i++) {
		if (number[i, native] == "-" && number[i, native + 1] == "-")
			continue
		text = text "\n\t\t\"" name[i] "\\0\""
		for (col = native; col <= native + 1; col++)
			if (number[i, col] != "-")
				rows[col] = rows[col] ((++in_row[col] - 1) % 8 ? " " : "\n\t\t") \
					"[" number[i, col] "] = " at ","
		at += length(name[i]) + 1
	}
	in_row[native] = in_row[native + 1] = 0
	print "\tstatic const char text[] = \"\\0\"" text ";"
	print "\tstatic const stp_u16 native[] = {" rows[native] "\n\t};"
	print "\tstatic const stp_u16 compat[] = {" rows[native + 1] "\n\t};"
	print "\tint is_compat = stp_is_compat();"
	print "\tconst stp_u16 *at = is_compat ? compat : native;"
	print "\tstp_size n = is_compat ? sizeof(compat) / sizeof(compat[0]) :"
	print "\t\t\t\tsizeof(native) / sizeof(native[0]);"
}

function functions(native) {
	print "/** syscall_name(num): the name of a system call of the current process, 32-bit"
	print " * ones have others; the number where it has none. */"
	print "function syscall_name:string (num:long)"
	print "%{ /* pure */"
	tables(native)
	print "\tstp_size size = (stp_size)stp_script.limits.maxstringlen;"
	print "\tunion stp_val v = { .n = STAP_ARG_num };"
	print ""
	print "\tif (STAP_ARG_num >= 0 && (stp_u64)STAP_ARG_num < n && at[STAP_ARG_num])"
	print "\t\tstp_strcpy(STAP_RETVALUE, text + at[STAP_ARG_num], size);"
	print "\telse"
	print "\t\tstp_sprint(CONTEXT, STAP_RETVALUE, size, \"%d\", \"d\", &v, CONTEXT->site);"
	print "%}"
	print "/** syscall_num(name): the number of a system call, the other way round; -1. */"
	print "function syscall_num:long (name:string)"
	print "%{ /* pure */"
	tables(native)
	print "\tstp_size i;"
	print ""
	print "\tSTAP_RETVALUE = -1;"
	print "\tfor (i = 0; i < n; i++)"
	print "\t\tif (at[i] && !stp_strcmp(text + at[i], STAP_ARG_name)) {"
	print "\t\t\tSTAP_RETVALUE = (stp_i64)i;"
	print "\t\t\tbreak;"
	print "\t\t}"
	print "%}"
}

END {
	if (failed)
		exit 1
	print "// Made by syscall-names.awk from syscall-names.tbl: change those."
	print "// SPDX-License-Identifier: GPL-2.0-or-later"
	print ""
	print "%( arch == \"arm64\" %?"
	functions(4)
	print "%:"
	functions(2)
	print "%)"
}
