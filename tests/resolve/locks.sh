#!/bin/bash
# Which globals a probe locks, through the functions it calls, and how deep
# calls may nest: as -vv tells them.
set -u
stap=${STAPX_BUILD:?}/stap
out=$("$stap" --runtime=user -vv -p2 -e '
global never = 1, r, w, m, s, t, c, k
function reads() { return r + never }
function deep(n) { w = n; return reads() }
function even(n) { return n ? odd(n - 1) : 1 }
function odd(n) { return n ? even(n - 1) : 0 }
probe timer.ms(1) { println(deep(1)) }
probe timer.ms(2) { r++; m["a"] = r }
probe timer.ms(3) { s <<< 1; t["x"] <<< 2 }
probe timer.ms(4) { println(@count(s)); foreach (i in t) println(i) }
probe timer.ms(5) { foreach (i in m) println(i, m[i]); delete m["a"]; println(w) }
probe timer.ms(6) if (c) { c = 0; println(even(3)) }
probe timer.ms(7) { foreach (k in m limit 1) println("one"); println(k, "a" in m) }
' 2>&1)
bad=0
wanted() {
	grep -qxF -- "$1" <<<"$out" && return
	echo "wanted: $1"
	bad=1
}
wanted 'locks of timer.ms(1): r(read) w(write)'
wanted 'locks of timer.ms(2): r(write) m(write)'
wanted 'locks of timer.ms(4): s(write) t(write)'
wanted 'locks of timer.ms(5): w(read) m(write)'
wanted 'locks of timer.ms(6): c(write)'
wanted 'locks of timer.ms(7): m(read) k(write)'
wanted 'calls nest 3 deep, and recurse'
if grep -q 'locks of timer.ms(3)' <<<"$out"; then
	echo "<<< took a lock"
	bad=1
fi
[ $bad = 0 ] || grep -E '^(locks|calls|semantic)' <<<"$out"
exit $bad
