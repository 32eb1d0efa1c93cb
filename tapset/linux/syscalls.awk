# Makes syscalls-calls.stp of syscalls.tbl, which says what its lines mean; with
# -v tp=1 syscalls-tp.stp, the same by a tracepoint, of syscall-names.tbl and it.
# SPDX-License-Identifier: GPL-2.0-or-later

BEGIN {
	print "// Made by syscalls.awk from syscalls.tbl: change those."
	print "// SPDX-License-Identifier: GPL-2.0-or-later"
	print ""
	if (!tp) {
		print "@define sys_prefix %("
		print "\t%( arch == \"x86_64\" %? \"__x64_sys_\" %: \"__arm64_sys_\" %)"
		print "%)"
	}
	format["d"] = format["l"] = "%d"
	format["u"] = format["U"] = "%u"
	format["x"] = format["p"] = "%#x"
	format["o"] = "%#o"
	reader["d"] = "__sysarg_int"
	reader["U"] = reader["x"] = "__sysarg_uint"
}

function fail(text)
{
	print "syscalls.tbl:" FNR ": " text >"/dev/stderr"
	failed = 1
	exit 1
}

/^#/ || !NF { next }

FILENAME ~ /names.tbl$/ {
	for (i = 2; i <= 5; i++)
		number[$1, i] = $i
	next
}

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
/^%(bits|enum) / { if (!tp) table($1); next }

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

# ---- points ----

function put_body()
{
	printf "\tname = \"%s\"\n%s", name, body
	if (formats == "")
		print "\targstr = \"\""
	else
		printf "\targstr = sprintf(\"%s\"%s)%s\n", formats, values, optional == "" ? "" : "\n\t\t. (" optional ")"
	print "}"
}

function put_wrapper()
{
	printf "\nprobe syscall.%s = kprobe.function(@sys_prefix \"%s\").call\n{\n", name, kernel
	put_body()
	printf "probe syscall.%s.return = kprobe.function(@sys_prefix \"%s\").return\n", name, kernel
	printf "{\n\tname = \"%s\"\n\tretval = returnval()\n\tretstr = returnstr(%d)\n}\n", name, result
	# .return goes along.
	printf "probe nd_syscall.%s = syscall.%s { }\n", name, name
}

# The number of this call in a column of syscall-names.tbl.
function number_of(column,	i, keys)
{
	keys[1] = named
	keys[2] = name
	keys[3] = kernel
	for (i = 1; i <= 3; i++)
		if ((keys[i], column) in number && number[keys[i], column] != "-")
			return number[keys[i], column]
	return -1
}

function numbers(native) { return number_of(native) ", " number_of(native + 1) }

function put_points(test)
{
	printf "probe tp_syscall.%s = kernel.trace(\"raw_syscalls:sys_enter\")\n", name
	printf "{\n\tif (!__is_syscall($id, %s)) next\n", test
	put_body()
	printf "probe tp_syscall.%s.return = kernel.trace(\"raw_syscalls:sys_exit\")\n", name
	printf "{\n\tif (!__is_syscall(__syscall_nr(), %s)) next\n", test
	printf "\tname = \"%s\"\n\tretval = $ret\n\tretstr = return_str(%d, $ret)\n}\n", name, result
}

function put_tracepoint(	x86, arm)
{
	if (named == "-")
		return
	x86 = number_of(2) >= 0 || number_of(3) >= 0
	arm = number_of(4) >= 0 || number_of(5) >= 0
	if (!x86 && !arm)
		fail("\"" name "\" has no number in syscall-names.tbl")
	print ""
	if (!x86 || !arm)
		print "%( arch == \"" (x86 ? "x86_64" : "arm64") "\" %?"
	put_points(!arm ? numbers(2) : !x86 ? numbers(4) : \
		"%( arch == \"arm64\" %? " numbers(4) " %: " numbers(2) " %)")
	if (!x86 || !arm)
		print "%)"
}

{
	split($1 "==", part, "=")
	name = part[1]
	kernel = part[2] == "" ? name : part[2]
	named = part[3]
	if (seen[name]++)
		fail("'" name "' is there twice")
	body = formats = values = optional = ""
	result = 1
	for (i = 2; i <= NF; i++)
		if ($i ~ /^@/)
			result = substr($i, 2)
		else
			argument($i, i - 1)
	if (tp)
		put_tracepoint()
	else
		put_wrapper()
}

END { exit failed }
