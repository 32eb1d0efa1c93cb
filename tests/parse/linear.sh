#!/bin/bash
# Passes 1 to 3 take time and memory in proportion to the script's size, up to
# a megabyte; what nests ten thousand deep, whatever it is, is an error and
# neither a crash nor a wait.
set -u
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export SYSTEMTAP_DIR=$tmp/state
mkdir "$SYSTEMTAP_DIR"
bad=0

# ---- time: three sizes, each twice the one before ----

functions() { # HOW-MANY
	awk -v n="$1" 'BEGIN {
		print "global a, s"
		for (i = 0; i < n; i++) printf "function f%d(x, y) {\n\t# comment\n\tif (x > %d && y != \"text %d\") { a[x, y] += x * 2 - (x %% 7); s <<< x }\n\telse foreach ([k, v] in a- limit 5) { printf(\"%%d %%s %%d\\n\", k, v, a[k, v]) }\n\treturn x + %d\n}\n", i, i, i, i
		print "probe begin {"
		for (i = 0; i < n; i++) printf "\tprintln(f%d(%d, sprint(%d)))\n", i, i, i
		print "println(@count(s)) }" }'
}
# Probes that lead to all of so many functions, each by way of the others.
probes() { # HOW-MANY
	awk -v n="$1" 'BEGIN {
		print "global a, h"
		for (i = 0; i < n; i++) printf "function f%d() {\n\ta[%d] = h + %d\n\tif (a[%d] > 3) h++; else h--\n%s\treturn h\n}\n", i, i, i, i, i + 1 < n ? "\tf" (i + 1) "()\n" : ""
		for (i = 0; i < n; i++) printf "probe timer.s(%d) { println(f0()) }\n", i + 1 }'
}
# CPU milliseconds and kB of the best of three.
cost() { # SCRIPT
	for _ in 1 2 3; do
		/usr/bin/time -f '%U %S %M' "$STAP" -p3 --runtime=user "$1" 2>&1 >"$tmp/c" | tail -n 1
	done | awk '{ t = ($1 + $2) * 1000; if (!n++ || t < best) best = t; m = $3 } END { print int(best), m }'
}
for kind in functions probes; do
	[ -x /usr/bin/time ] || break
	times=() sizes=()
	for n in 1100 2200 4400; do
		$kind $n >"$tmp/$n.stp"
		read -r ms kb < <(cost "$tmp/$n.stp")
		echo "$kind: $(stat -c %s "$tmp/$n.stp") bytes: $ms ms, $kb kB"
		grep -q "f$((n - 1))" "$tmp/c" || { echo "no C came of $n functions"; bad=1; }
		times+=("$ms") sizes+=("$kb")
	done
	# Linear would be 4 times; 7 leaves room for a busy machine, and four
	# times the size squared would be 16.
	[ "${times[2]}" -le $((7 * times[0] + 100)) ] || { echo "four times the $kind took ${times[2]} ms instead of ${times[0]}"; bad=1; }
	[ "${sizes[2]}" -le $((5 * sizes[0])) ] || { echo "four times the $kind took ${sizes[2]} kB instead of ${sizes[0]}"; bad=1; }
done

# ---- depth ----

times() { # N TEXT
	awk -v n="$1" -v t="$2" 'BEGIN { for (i = 0; i < n; i++) printf "%s", t }'
}
deep() { # MESSAGE BEFORE OPEN MIDDLE CLOSE AFTER
	local want=$1 status
	{ printf '%s' "$2"; times 10000 "$3"; printf '%s' "$4"; times 10000 "$5"; echo "$6"; } >"$tmp/deep.stp"
	timeout 20 "$STAP" -p3 --runtime=user "$tmp/deep.stp" >/dev/null 2>"$tmp/err"
	status=$?
	[ $status = 1 ] && grep -q "error: $want" "$tmp/err" && [ "$(wc -c <"$tmp/err")" -lt 2000 ] && return
	echo "$2 $3 … (status $status): wanted '$want', came: $(head -c 300 "$tmp/err")"
	bad=1
}
body='probe begin { a = '
deep 'nested too deeply' "$body" '(' 1 ')' ' }'
deep 'nested too deeply' "$body" '- ' 1 '' ' }'
deep 'nested too deeply' "$body" '!' 1 '' ' }'
deep 'nested too deeply' "$body" 'a[' 1 ']' ' }'
deep 'nested too deeply' "$body" 'f(' 1 ')' ' }'
deep 'nested too deeply' "$body" '1 ? 2 : ' 3 '' ' }'
deep 'nested too deeply' "$body" 'a = ' 3 '' ' }'
deep 'nested too deeply' "$body" '@defined(' '$x' ')' ' }'
deep 'nested too deeply' "$body" '[1, ' 1 '] in b' ' }'
deep 'nested too deeply' 'probe begin' '{' '' '}' ''
deep 'nested too deeply' 'probe begin {' 'if (1) ' ';' '' ' }'
deep 'nested too deeply' 'probe begin {' 'if (1) ; else ' ';' '' ' }'
deep 'nested too deeply' 'probe begin {' 'while (1) ' ';' '' ' }'
deep 'nested too deeply' 'probe begin {' 'for (;;) ' ';' '' ' }'
deep 'nested too deeply' 'probe begin {' 'foreach (i in a) ' ';' '' ' }'
deep 'nested too deeply' 'probe begin {' 'try {' '' '} catch {}' ' }'
deep 'nested too deeply' 'probe ' '{' 'begin' '}' ' {}'
deep 'conditions are nested too deeply' '' '%( 1 == 1 %? ' 'probe begin {}' ' %)' ''
deep 'macros are nested too deeply' '@define m(x) %( @x %) probe begin { a = ' '@m(' 1 ')' ' }'
deep 'expression is too long' "$body" '1 + ' 1 '' ' }'
deep 'expression is too long' "$body" '"x" . ' '"y"' '' ' }'
deep 'expression is too long' "$body" 'b' '' '[1]' ' }'
deep 'a probe point of more than 100 components' 'probe ' 'a.' 'b' '' ' { }'
exit $bad
