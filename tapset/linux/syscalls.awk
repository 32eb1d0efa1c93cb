# Makes syscalls-calls.stp of syscalls.tbl, which says what its lines mean; with
# -v tp=1 syscalls-tp.stp, the same by a tracepoint, of syscall-names.tbl and it.
# SPDX-License-Identifier: GPL-2.0-or-later

BEGIN {
	print "// Made by syscalls.awk from syscalls.tbl: change those."
	print "// SPDX-License-Identifier: GPL-2.0-or-later"
	print ""
	reader["d"] = reader["f"] = "__sysarg_int"
	reader["U"] = reader["x"] = "__sysarg_uint"
	reader["l"] = "__sysarg_long"
	reader["L"] = "__sysarg_wide"
	reader["u"] = reader["p"] = reader["o"] = reader["m"] = "__sysarg"
	reader["s"] = reader["S"] = reader["n"] = reader["b"] = "__sysarg"
	reader["a"] = reader["e"] = "__sysarg"
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

# ---- tables: text that runtime/core/names.c reads ----

# "X" or, where the CPUs differ, what is X on each.
function by_cpu(x86, arm)
{
	return x86 == arm ? x86 : "%( arch == \"arm64\" %? " arm " %: " x86 " %)"
}

# One CPU's: 1 x86_64, 2 arm64.
function table(cpu,	i, at, v, n, both, sort, text)
{
	sort = $1 == "%bits" ? "|" : "="
	if ($1 == "%mixed")
		text = "&" $3
	for (i = $1 == "%mixed" ? 4 : 3; i <= NF; i++) {
		if ($i == "|") {
			sort = "|"
			continue
		}
		at = index($i, "=")
		n = split(substr($i, 1, at - 1), both, "/")
		v = both[n < cpu ? n : cpu]
		if (at < 2 || v !~ /^(-?[0-9]+|0x[0-9a-f]+)$/)
			fail("'" $i "' is not a number and a name")
		text = text sort v ":" substr($i, at + 1)
	}
	return text
}
/^%(bits|enum|mixed) / {
	names[$2] = by_cpu("\"" table(1) "\"", "\"" table(2) "\"")
	print "@define sys_" $2 " %( " names[$2] " %)"
	next
}

# ---- calls ----

function say(text) { body = body "\t" text "\n" }

# N[/M][;C[/D]], of argument n: where it stands, on arm64; of a 32-bit program,
# there.
function places(text, n,	part, native, compat, a, b)
{
	split(text, part, ";")
	split(part[1] == "" ? n : part[1], native, "/")
	split(part[2] == "" ? 0 : part[2], compat, "/")
	for (a = 1; a <= 2; a++) {
		b = compat[compat[2] == "" ? 1 : a]
		place[a] = native[native[2] == "" ? 1 : a] + 0
		digits[a] = place[a] b
		place[a] += 16 * b
	}
}

# VARIABLE:KIND[=TABLE|!][@PLACE]
function argument(text, n,	v, k, t, at, r, what)
{
	at = index(text, "@")
	places(at ? substr(text, at + 1) : "", n)
	if (at)
		text = substr(text, 1, at - 1)
	at = index(text, ":")
	v = substr(text, 1, at - 1)
	k = substr(text, at + 1, 1)
	t = substr(text, at + 2)
	if (!(k in reader))
		fail("no kind '" k "' of '" v "'")
	if (t ~ /^=/ && !(substr(t, 2) in names))
		fail("no table '" substr(t, 2) "' for '" v "'")
	r = reader[k] "(" by_cpu(place[1], place[2]) ")"
	what = (k == "S" || k == "n" ? "s" : k) (t == "!" ? t : "")
	what = by_cpu("\"" digits[1] what "\"", "\"" digits[2] what "\"")
	if (t ~ /^=/)
		what = what " @sys_" substr(t, 2)
	if (k == "s" || k == "S") {
		if (k == "S")
			say(v "_uaddr = " r)
		say(v " = __sysargs(" what ")")
		say(v "_unquoted = user_string(" r ", \"<unknown>\")")
	} else if (k == "n" || k == "b") {
		say(v "_uaddr = " r)
		say(v "_str = __sysargs(" what ")")
	} else if (k == "a" || k == "e") {
		say(v " = __sysargs(" what ")")
	} else {
		say(v " = " r (k == "o" || k == "m" ? " & 0xffff" : ""))
		if (k == "f" || t != "")
			say(v "_str = __sysargs(" what ")")
	}
	# Of the environment argstr has nothing.
	if (k != "e")
		shown[++nshown] = what
}

# ---- points ----

function put_body(	i, text)
{
	text = shown[1]
	for (i = 2; i <= nshown; i++)
		text = text " \" \" " shown[i]
	# Literals side by side are one.
	gsub(/" " " "/, " ", text)
	gsub(/ " " "/, " \" ", text)
	text = nshown ? "__sysargs(" text ")" : "\"\""
	printf "\tname = \"%s\"\n%s\targstr = %s\n}\n", called, body, text
}

# The functions that serve it: native programs', 32-bit ones', and what more
# there is; those that a kernel has not are passed over.
function wrappers(native, compat,	list, i, n, part)
{
	if (kernel != "-") {
		list = native "sys_" kernel
		if (!alone && compat != native)
			list = list "," compat "sys_" kernel
		if (!alone)
			list = list "," compat "compat_sys_" kernel
	}
	n = split(more, part, ",")
	for (i = 1; i <= n; i++)
		list = list (list == "" ? "" : ",") compat part[i]
	return list ~ /,/ ? "\"{" list "}\"" : "\"" list "\""
}

function put_wrapper(	where)
{
	where = by_cpu(wrappers("__x64_", "__ia32_"), wrappers("__arm64_", "__arm64_"))
	printf "\nprobe syscall.%s = kprobe.function(%s).call\n{\n", name, where
	put_body()
	printf "probe syscall.%s.return = kprobe.function(%s).return\n", name, where
	printf "{\n\tname = \"%s\"\n\tretval = returnval()\n\tretstr = returnstr(%d)\n}\n", called, result
	# .return goes along.
	printf "probe nd_syscall.%s = syscall.%s { }\n", name, name
}

# The number of this call in a column of syscall-names.tbl; names tells how it is
# called there, where that is neither the point nor the function.
function number_of(column, names,	i, keys)
{
	keys[1] = names
	keys[2] = name
	keys[3] = kernel
	for (i = 1; i <= (names == "" ? 3 : 1); i++)
		if ((keys[i], column) in number && number[keys[i], column] != "-")
			return number[keys[i], column]
	return -1
}

# Whether nr is not this call's: [NATIVE][/COMPAT[+COMPAT]].
function other_number(nr, native,	part, compat, n, i, v, test)
{
	split(named, part, "/")
	n = split(part[2] == "" ? part[1] : part[2], compat, "+")
	test = "!__is_syscall(" nr ", " number_of(native, part[1]) ", " \
		number_of(native + 1, compat[1]) ")"
	for (i = 2; i <= n; i++) {
		v = number_of(native + 1, compat[i])
		if (v >= 0)
			test = test " && !__is_syscall(" nr ", -1, " v ")"
	}
	return test
}

function put_points()
{
	printf "probe tp_syscall.%s = kernel.trace(\"raw_syscalls:sys_enter\")\n", name
	printf "{\n\tif (%s) next\n", test_of("$id")
	put_body()
	printf "probe tp_syscall.%s.return = kernel.trace(\"raw_syscalls:sys_exit\")\n", name
	printf "{\n\tif (%s) next\n", test_of("__syscall_nr()")
	printf "\tname = \"%s\"\n\tretval = $ret\n\tretstr = return_str(%d, $ret)\n}\n", called, result
}

function has_number(native) { return other_number("", native) ~ /, [0-9]/ }

function test_of(nr)
{
	if (!on_x86 || !on_arm)
		return other_number(nr, on_x86 ? 2 : 4)
	return by_cpu(other_number(nr, 2), other_number(nr, 4))
}

function put_tracepoint()
{
	if (named == "-")
		return
	on_x86 = has_number(2)
	on_arm = has_number(4)
	if (!on_x86 && !on_arm)
		fail("\"" name "\" has no number in syscall-names.tbl")
	print ""
	if (!on_x86 || !on_arm)
		print "%( arch == \"" (on_x86 ? "x86_64" : "arm64") "\" %?"
	put_points()
	if (!on_x86 || !on_arm)
		print "%)"
}

{
	split($1 "===", part, "=")
	name = part[1]
	kernel = part[2] == "" ? name : part[2]
	named = part[3]
	called = part[4] == "" ? name : part[4]
	if (seen[name]++)
		fail("'" name "' is there twice")
	body = more = ""
	nshown = nth = alone = 0
	result = 1
	for (i = 2; i <= NF; i++)
		if ($i == "~-")
			alone = 1
		else if ($i ~ /^~/)
			more = substr($i, 2)
		else if ($i ~ /^@/)
			result = substr($i, 2)
		else
			argument($i, ++nth)
	if (kernel == "-" && more == "")
		fail("no function serves '" name "'")
	if (tp)
		put_tracepoint()
	else
		put_wrapper()
}

END { exit failed }
