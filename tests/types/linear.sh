#!/bin/bash
# Pass 2 takes time in proportion to the script: eight thousand of each of
# these were seconds where anything was looked for among all others.
set -u
STAP=${STAP:-$STAPX_BUILD/stap}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
bad=0
n=8000
limit=4	# seconds of CPU; an idle machine takes under half of one

make_script() { # NAME AWK
	awk -v n=$n "BEGIN { $2 }" >"$tmp/$1.stp"
}
make_script probes 'for (i = 0; i < n; i++) printf "probe timer.s(%d) { x%d = %d; println(x%d) }\n", i + 1, i, i, i'
make_script points 'printf "probe timer.s(1)"; for (i = 1; i < n; i++) printf ", timer.s(%d)", i + 1; print " { println(pp()) }"'
make_script globals 'for (i = 0; i < n; i++) printf "global g%d probe timer.s(%d) { g%d = 1; println(g%d) }\n", i, i + 1, i, i'
make_script aliases 'for (i = 0; i < n; i++) printf "probe a.n%d = timer.s(%d) { x = 1 } probe a.n%d { println(x) }\n", i, i + 1, i'
make_script functions 'for (i = 0; i < n; i++) printf "function f%d(x) { return f%d(x) }\n", i, i + 1; printf "function f%d(x) { return x . \"\" } probe begin { println(f0(\"\")) }\n", n'
make_script chain 'print "probe begin {"; for (i = 0; i < n; i++) printf "v%d = v%d\n", i, i + 1; printf "v%d = \"\" println(v0) }\n", n'
make_script loops 'print "global a function f(x) { return x } probe begin { a[1] = 1"; for (i = 0; i < n; i++) print "foreach (k in a) println(k, f(k))"; print "}"'

for f in "$tmp"/*.stp; do
	(ulimit -t $limit; "$STAP" --runtime=user -p2 -w "$f" >"$tmp/out" 2>"$tmp/err") ||
		{ echo "$(basename "$f"): not within $limit s, or refused"; head -5 "$tmp/err"; bad=1; }
	[ -s "$tmp/out" ] || { echo "$(basename "$f"): nothing listed"; bad=1; }
done
exit $bad
