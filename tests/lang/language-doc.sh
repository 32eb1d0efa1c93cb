#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Shows that docs/language.md is true: each of its scripts parses, prints what
# stands behind it or is refused as it says; its grammar is, production by
# production, that of the comments in translator/parse, without a hole.
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
doc=${1:-$root/docs/language.md}
stap=${STAP:-${STAPX_BUILD:?}/stap}
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
export SYSTEMTAP_DIR=$tmp/state
failed=0
fail() { echo "FAIL: $*"; failed=1; }

# ---- the grammar ----

awk -f "$here/grammar.awk" "$root"/translator/parse/*.c >"$tmp/rules"
awk '/^```grammar/ { on = 1; next } /^```/ { on = 0 }
	on && / :=/ { if (rule) print rule; rule = $0; next }
	on { rule = rule " " $0 }
	END { print rule }' "$doc" | sed 's/[ \t][ \t]*/ /g; s/ $//' >"$tmp/written"
sort "$tmp/rules" >"$tmp/a"; sort "$tmp/written" >"$tmp/b"
diff -u --label translator/parse --label docs/language.md "$tmp/a" "$tmp/b" || fail "the grammars differ"
[ "$(wc -l <"$tmp/rules")" -ge 60 ] || fail "only $(wc -l <"$tmp/rules") productions"
cut -d' ' -f1 "$tmp/rules" | sort >"$tmp/defined"
uniq -d "$tmp/defined" >"$tmp/twice"
[ -s "$tmp/twice" ] && fail "defined twice: $(tr '\n' ' ' <"$tmp/twice")"
sed 's/^[^=]*:=//; s/"[^"]*"//g' "$tmp/rules" | grep -oE '[A-Za-z]+' | sort -u >"$tmp/used"
grep '^[a-z]' "$tmp/used" | sort | comm -23 - "$tmp/defined" >"$tmp/holes"
[ -s "$tmp/holes" ] && fail "used and not defined: $(tr '\n' ' ' <"$tmp/holes")"
# The roots: a file, what the preprocessor takes, and a format.
comm -13 "$tmp/used" "$tmp/defined" >"$tmp/roots"
[ "$(tr '\n' ' ' <"$tmp/roots")" = "conditional conversion definition file use " ] ||
	fail "productions that nothing uses: $(tr '\n' ' ' <"$tmp/roots")"
for word in $(grep '^[A-Z]' "$tmp/used"); do
	grep -q "^|.*\`$word\`.*|.*|" "$doc" || fail "$word is not explained"
done

# ---- the scripts: N.stp, N.options, and N.output or N.stderr ----

awk -v dir="$tmp" '
	/^```stap/ { n++; out = dir "/" n ".stp"; last = $0
		sub(/^```stap */, "", last); print last >(dir "/" n ".options"); next }
	/^```(output|stderr)$/ { out = dir "/" n "." substr($0, 4); printf "" >out; next }
	/^```/ { out = ""; next }
	out { print >out }' "$doc"
cd "$tmp" || exit 1
count=0
for script in $(ls ./*.stp | sort -t/ -k2 -n); do
	n=${script%.stp}
	read -ra options <"$n.options"
	count=$((count + 1))
	if [ -f "$n.output" ]; then
		"$stap" --runtime=user "${options[@]}" "$script" >out 2>err || { fail "a script failed:"; cat "$script" err; continue; }
		diff -u --label docs/language.md --label came "$n.output" out || { fail "of this script:"; cat "$script"; }
	elif [ -f "$n.stderr" ]; then
		"$stap" --runtime=user -p2 "${options[@]}" "$script" >out 2>err && { fail "was not refused:"; cat "$script"; }
		while read -r line; do
			grep -qF -- "$line" err || { fail "not said: $line"; cat "$script" err; }
		done <"$n.stderr"
	else
		"$stap" -p1 "${options[@]}" "$script" >out 2>err || { fail "does not parse:"; cat "$script" err; }
	fi
done
[ "$count" -ge 20 ] || fail "only $count scripts were found"
[ $failed = 0 ] && echo "$(wc -l <"$tmp/rules") productions, $count scripts"
exit $failed
