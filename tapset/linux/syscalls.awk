# Makes syscalls-calls.stp of syscalls.tbl, which says what its lines mean.
# SPDX-License-Identifier: GPL-2.0-or-later

BEGIN {
	print "// Made by syscalls.awk from syscalls.tbl: change those."
	print "// SPDX-License-Identifier: GPL-2.0-or-later"
	print ""
	print "@define sys_prefix %("
	print "\t%( arch == \"x86_64\" %? \"__x64_sys_\" %: \"__arm64_sys_\" %)"
	print "%)"
	format["d"] = format["l"] = "%d"
	format["u"] = format["U"] = "%u"
	format["x"] = format["p"] = "%#x"
	format["o"] = "%#o"
	reader["d"] = "__sysarg_int"
	reader["U"] = reader["x"] = "__sysarg_uint"
}

function fail(text)
{
	print "syscalls.tbl:" NR ": " text >"/dev/stderr"
	failed = 1
	exit 1
}

/^#/ || !NF { next }

# ---- tables ----

function table(kind,	i, at, v)
{
	printf "\nfunction _sys_%s_str:string (v:long)\n{\n", $2
	if (kind == "%bits")
		print "\tt = \"\"\n\tleft = v"
	for (i = 3; i <= NF; i++) {
		at = index($i, "=")
		v = substr($i, 1, at - 1)
		if (kind == "%enum") {
			printf "\tif (v == %s) return \"%s\"\n", v, substr($i, at + 1)
			continue
		}
		printf "\tif ((v & %s) == %s) { t .= (t == \"\" ? \"\" : \"|\") . \"%s\"; left &= ~%s }\n", \
			v, v, substr($i, at + 1), v
	}
	if (kind == "%enum")
		print "\treturn sprintf(\"%d\", v)"
	else
		print "\treturn left || t == \"\" ? t . (t == \"\" ? \"\" : \"|\") . sprintf(\"%#x\", left) : t"
	print "}"
}
/^%(bits|enum) / { table($1); next }

# ---- calls ----

function say(text) { body = body "\t" text "\n" }
function shown(f, value)
{
	formats = formats (formats == "" ? "" : ", ") f
	values = values ", " value
}

# VARIABLE:KIND[=TABLE|!][@PLACE[/PLACE]]
function argument(text, n,	v, k, t, at, r)
{
	at = index(text, "@")
	if (at) {
		n = substr(text, at + 1)
		text = substr(text, 1, at - 1)
		at = index(n, "/")
		if (at)
			n = "%( arch == \"arm64\" %? " substr(n, at + 1) " %: " \
				substr(n, 1, at - 1) " %)"
	}
	at = index(text, ":")
	v = substr(text, 1, at - 1)
	k = substr(text, at + 1, 1)
	t = substr(text, at + 2)
	r = (k in reader ? reader[k] : "__sysarg") "(" n ")"
	if (k == "s" || k == "S") {
		if (k == "S")
			say(v "_uaddr = " r)
		say(v " = user_string_quoted(" r ")")
		say(v "_unquoted = user_string(" r ", \"<unknown>\")")
		shown("%s", "user_string_quoted(" r ")")
	} else if (k == "n") {
		say(v "_uaddr = " r)
		say(v "_str = user_string_quoted(" r ")")
		shown("%s", "user_string_quoted(" r ")")
	} else if (k == "b") {
		say(v "_uaddr = " r)
		r = "user_string_n_quoted(" r ", __sysarg(" n + 1 "))"
		say(v "_str = " r)
		shown("%s", r)
	} else if (k == "f") {
		say(v " = __sysarg_int(" n ")")
		say(v "_str = _dfd_str(__sysarg_int(" n "))")
		shown("%s", "_dfd_str(__sysarg_int(" n "))")
	} else if (k == "a") {
		say(v " = __user_argv(" r ")")
		shown("%s", "__user_argv(" r ")")
	} else if (k == "e") {
		# No part of argstr: what it holds is another story.
		say(v " = __user_envp(" r ")")
	} else if (k == "o" || k == "m") {
		r = "__sysarg_uint(" n ") & 0xffff"
		say(v " = " r)
		if (k == "o")
			shown("%#o", "(" r ")")
		else	# nothing without O_CREAT
			optional = "__sysarg_int(" n - 1 ") & 0100 ? sprintf(\", %#o\", " r ") : \"\""
	} else if (k in format) {
		say(v " = " r)
		if (t == "") {
			shown(format[k], r)
		} else {
			t = t == "!" ? "sprintf(\"%#x\", " r ")" : "_sys_" substr(t, 2) "_str(" r ")"
			say(v "_str = " t)
			shown("%s", t)
		}
	} else {
		fail("no kind '" k "' of '" v "'")
	}
}

{
	at = index($1, "=")
	name = at ? substr($1, 1, at - 1) : $1
	kernel = at ? substr($1, at + 1) : $1
	if (seen[name]++)
		fail("'" name "' is there twice")
	body = formats = values = optional = ""
	result = 1
	for (i = 2; i <= NF; i++)
		if ($i ~ /^@/)
			result = substr($i, 2)
		else
			argument($i, i - 1)
	printf "\nprobe syscall.%s = kprobe.function(@sys_prefix \"%s\").call\n{\n", name, kernel
	printf "\tname = \"%s\"\n%s", name, body
	if (formats == "")
		print "\targstr = \"\""
	else
		printf "\targstr = sprintf(\"%s\"%s)%s\n", formats, values, optional == "" ? "" : "\n\t\t. (" optional ")"
	print "}"
	printf "probe syscall.%s.return = kprobe.function(@sys_prefix \"%s\").return\n", name, kernel
	printf "{\n\tname = \"%s\"\n\tretval = returnval()\n\tretstr = returnstr(%d)\n}\n", name, result
	# .return goes along.
	printf "probe nd_syscall.%s = syscall.%s { }\n", name, name
}

END { exit failed }
