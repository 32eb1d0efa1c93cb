#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Shows that the manual pages name what the programs take and nothing else:
# stap(1) each option of options.def and each limit, staprun(8) and
# stap-sysroot(1) what their help lists; that README.md lists each example, and
# that each page that the documents name is there.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${STAPX_BUILD:?}
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
failed=0
fail() { echo "FAIL: $*"; failed=1; }

options() { grep -oE '(^|[^A-Za-z0-9_-])--?[A-Za-z][A-Za-z-]*' | grep -oE -- '--?[A-Za-z][A-Za-z-]*' | sort -u; }
# The heads of a page's paragraphs, without roff.
heads() {
	awk '/^\.(TP|TQ)/ { getline; print } /^\.SS Accepted/,/^What/ { if (/^\.B/) print }' "$1" |
		sed 's/\\f[A-Z]//g; s/\\-/-/g'
}
same() { # WHAT WANTED CAME
	cmp -s "$2" "$3" || { fail "$1"; diff "$2" "$3"; }
}

# ---- stap ----

awk -F'[(,] *' '/^(FLAG|TEXT|LIST|CALL|IGNORED|REFUSED)\(/ {
	if ($2 != "0") print "-" substr($2, 2, 1)
	if ($3 != "NULL") { gsub(/[")]/, "", $3); print "--" $3 } }' \
	"$root/translator/options.def" | sort -u >taken
[ "$(wc -l <taken)" -ge 80 ] || fail "only $(wc -l <taken) options in options.def"
heads "$root/docs/stap.1" | options >paged
same "options of options.def (<) and stap(1) (>)" taken paged
"$build/stap" --help | grep -E '^  -' | cut -c1-28 | options >helped
[ -s helped ] || fail "stap --help lists nothing"
comm -23 helped paged >missing
[ -s missing ] && fail "in stap --help, not in stap(1): $(tr '\n' ' ' <missing)"

grep -oE '^	\[L_[A-Z_]+\] = \{ "[A-Z_]+"' "$root/translator/elaborate/limits.c" |
	grep -oE '"[A-Z_]+' | tr -d '"' | sort >limits
[ "$(wc -l <limits)" -ge 15 ] || fail "only $(wc -l <limits) limits in limits.c"
while read -r limit; do
	grep -qw "$limit" "$root/docs/stap.1" || fail "stap(1) does not tell of $limit"
	grep -q "^|.*\`$limit\`.*|.*|" "$root/docs/language.md" || fail "docs/language.md does not tell of $limit"
done <limits

# ---- staprun, stap-sysroot ----

"$build/staprun" -h | grep -E '^  -' | cut -c1-16 | options >helped
heads "$root/docs/staprun.8" | options | grep -v '^--agent$' >paged
same "options of staprun -h (<) and staprun(8) (>)" helped paged

"$build/stap-sysroot" --help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p; s/^  \([a-z][a-z]*\)$/\1/p' | tr -d ' ' | sort -u >helped
sed -n 's/^\.B stap-sysroot \([a-z]*\).*/\1/p' "$root/docs/stap-sysroot.1" | sort -u >paged
same "commands of stap-sysroot --help (<) and stap-sysroot(1) (>)" helped paged
"$build/stap-sysroot" --help | options >helped
sed 's/\\f[A-Z]//g; s/\\-/-/g' "$root/docs/stap-sysroot.1" | options >paged
comm -23 helped paged >missing
[ -s missing ] && fail "in stap-sysroot --help, not in stap-sysroot(1): $(tr '\n' ' ' <missing)"

# ---- what else the documents name ----

for script in "$root"/examples/*.stp; do
	name=$(basename "$script" .stp)
	grep -q "^|.*\`$name\`.*|" "$root/README.md" || fail "README.md does not list examples/$name.stp"
done
grep -ohE '`(docs|tests|translator|runtime|remote|sysroots|tapset|examples)/[A-Za-z0-9_./-]+`' \
	"$root/README.md" "$root"/docs/*.md | tr -d '`' | sort -u >named
while read -r path; do
	[ -e "$root/$path" ] || fail "the documents name $path, which is not there"
done <named
[ $failed = 0 ] && echo "$(wc -l <taken) options, $(wc -l <limits) limits"
exit $failed
