# SPDX-License-Identifier: GPL-2.0-or-later
# From truth.spec to a script, and from the script's output to a verdict.
#
# -v mode=script -v module=PATH truth.c truth.spec: the script on stdout.  Each
# value is printed as "number of the expression TAB value", "?" for one that is
# said to be unavailable.
# -v mode=check truth.c truth.spec OUTPUT: every difference, then the counts;
# the exit status says whether all was right.
# -v only=REGEX: those kinds of probes alone (call, return, inline, line,
# trace).
# -v drop=REGEX: without the probes and the expressions that match.
BEGIN {
	FS = "\t"
	caller_unknown = "^error: what '.*' was when .* was entered is not known for this caller"
}

FILENAME ~ /truth\.c$/ {
	if (match($0, /\/\* @ [a-z_0-9]+ \*\//)) {
		name = substr($0, RSTART + 5, RLENGTH - 8)
		line[name] = FNR
	}
	next
}

FILENAME ~ /truth\.spec$/ {
	if ($0 ~ /^#/ || $0 == "")
		next
	if ($0 ~ /^(call|return|inline|exported|exported[.]return|line|trace) /) {
		begin_probe()
		next
	}
	if (skip || (drop != "" && $1 ~ drop))
		next
	n++
	expr[n] = $1
	want[n] = $2
	may_miss[n] = $3 == "?"
	where[n] = probe
	if (mode == "script")
		put_expr()
	next
}

{
	if ($1 in got)
		got[$1] = got[$1] " | " $2
	else
		got[$1] = $2
}

function begin_probe(   w)
{
	split($0, w, " ")
	probe = $0
	skip = (only != "" && w[1] !~ only) || (drop != "" && $0 ~ drop)
	if (mode != "script" || skip)
		return
	if (begun++)
		print "}"
	if (w[1] == "line") {
		if (!(w[3] in line)) {
			print "no line " w[3] " in truth.c" >"/dev/stderr"
			exit 2
		}
		printf "probe module(\"%s\").statement(\"%s@truth.c:%d\")\n{\n",
		       module, w[2], line[w[3]]
	} else if (w[1] == "trace") {
		printf "probe module(\"%s\").trace(\"%s\")\n{\n", module, w[2]
	} else {
		printf "probe module(\"%s\").function(\"%s\").%s\n{\n",
		       module, w[2], w[1]
	}
}

# Every target variable in the expression must be there.
function guard(text,   all, rest, one)
{
	if (text ~ /^@defined/)
		return ""
	rest = text
	while (match(rest, /&?[$]+[a-z_][a-z_0-9]*((->[a-z_0-9]+)|(\[[0-9]+\]))*[$]*/)) {
		one = substr(rest, RSTART, RLENGTH)
		if (one !~ /^[$][$]/)
			all = all (all == "" ? "" : " && ") "@defined(" one ")"
		rest = substr(rest, RSTART + RLENGTH)
	}
	return all
}

function put_expr(   conv, test, show)
{
	conv = want[n] ~ /^"/ ? "\\\"%s\\\"" : want[n] ~ /^0x/ ? "%#x" : "%d"
	show = "printf(\"" n "\\t" conv "\\n\", " expr[n] ")"
	test = guard(expr[n])
	if (test != "")
		show = "if (" test ") " show " else println(\"" n "\\t?\")"
	print "\ttry { " show " }"
	print "\tcatch (why) { println(\"" n "\\terror: \", why) }"
}

# Each value is the one wanted, or said to be unavailable.
function compare_all(i,   g, w, n_got, n_want, k, miss)
{
	n_got = split(got[i], g, / [|] /)
	n_want = split(want[i], w, / [|] /)
	if (n_got != n_want)
		return "wrong"
	for (k = 1; k <= n_got; k++) {
		if (g[k] == w[k])
			continue
		if (g[k] != "?" && g[k] !~ caller_unknown)
			return "wrong"
		miss++
	}
	return miss ? "missing" : "right"
}

function judge(   i, verdict)
{
	for (i = 1; i <= n; i++) {
		tried++
		verdict = compare_all(i)
		if (verdict == "missing" && may_miss[i]) {
			print "unavailable: " where[i] ": " expr[i]
			missing++
			continue
		}
		if (verdict == "right") {
			right++
			continue
		}
		wrong++
		printf "WRONG: %s: %s is\n\t%s\nnot\n\t%s\n", where[i],
		       expr[i], got[i], want[i]
	}
	printf "tried %d, right %d, said unavailable %d, wrong %d\n", tried,
	       right, missing, wrong
	exit wrong > 0
}

END {
	if (mode == "script")
		print "}"
	else
		judge()
}
