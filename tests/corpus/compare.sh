#!/bin/bash
# The peer and this stap over the same scripts: every example and library file
# of Debian's systemtap packages at -p1 (accepted or not, and the same tree),
# and scripts that need no kernel, our own tests of the language among them,
# at -p2 (accepted or not, and the same types).  What differs stands in
# differences.list with its reason, and is under 2 in 100; one that is not
# listed fails.  One that differs at -p2 no more, as its functions have come into
# our library, is only named.
# Skips where the peer is not installed; PEER names another one.
#   tests/corpus/compare.sh [-a]	-a: print every difference, listed or not
set -u
here=$(cd "$(dirname "$0")" && pwd)
peer=${PEER:-/usr/bin/stap}
STAP=${STAP:-${STAPX_BUILD:?}/stap}
share=/usr/share/systemtap
[ -x "$peer" ] && "$peer" --version 2>&1 | grep -q '^Systemtap translator' ||
	{ echo "no peer at $peer: apt-get install systemtap"; exit 77; }
[ -d $share/examples ] || { echo "no examples: apt-get install systemtap-doc"; exit 77; }
all=
[ "${1-}" = -a ] && all=1
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
export SYSTEMTAP_DIR=$tmp/state
mkdir -p "$tmp/state" "$tmp/macros" "$tmp/empty" "$tmp/tree/include/config" "$tmp/cases"
# The peer wants a kernel's build folder, whatever the pass.
echo 6.1.0-1-amd64 >"$tmp/tree/include/config/kernel.release"
mkdir "$tmp/tree/include/generated"
echo '#define UTS_RELEASE "6.1.0-1-amd64"' >"$tmp/tree/include/generated/utsrelease.h"
printf '# none\nCONFIG_X86_64=y\n' >"$tmp/tree/.config"
touch "$tmp/tree/Module.symvers" "$tmp/tree/System.map" "$tmp/tree/Makefile"
(cd $share/tapset && find . -name '*.stpm' | cpio -pdm --quiet "$tmp/macros") || exit 1

# ---- pass 1 ----

# What each prints in its own way, or the peer not at all: types of parameters,
# private, second bodies of aliases, hexadecimal and large numbers, while,
# @const.
plain() {
	sed -e '/^,$/,/^}$/d' "$1" | sed -e '/^#/d' -e 's/^ *//' -e 's/^private //' -e '/^[;{}]*$/d' |
		perl -ne '
		no warnings;
		s/0x([0-9a-f]+)/hex $1/ge;
		s/:(long|string)\b//g, s/\)(:\d+)?$/)/ if /^function/;
		s/^while \((.*)\)$/for (; $1; )/;
		s/%\{\s*/%{/g, s/\s*%\}/%}/g;
		s/%\{(\/\* \w+ \*\/ ?)+/%{/g;
		s/\@const\("(.*?)"\)/%{$1%}/g;
		s/\((\d{19,})\)/sprintf "(%d)", unpack("q", pack("Q", $1))/ge;
		s/\(-\((\d+)\)\)/(-$1)/g;
		print if /\S/'
}
pass1() { # CASE FILE: prints how they differ
	local dir=$tmp/one.$BASHPID a b i f ok=
	mkdir "$dir" && cd "$dir" || exit 1
	cp "$2" s.stp
	for i in "1 2 3 4 5 6 7 8" "begin begin begin begin begin begin begin begin" "begin end 5"; do
		# A word each.
		# shellcheck disable=SC2086
		SYSTEMTAP_TAPSET=$tmp/macros timeout 60 "$peer" -g -w -p1 -r "$tmp/tree" s.stp $i >peer 2>peer.err
		a=$?
		# shellcheck disable=SC2086
		SYSTEMTAP_TAPSET=$tmp/macros timeout 60 "$STAP" -g -w -p1 -r "$tmp/tree" s.stp $i >ours 2>ours.err
		b=$?
		[ $a = $b ] || break
		[ $a = 0 ] && ok=1 && break
	done
	f=$1
	if [ $a != $b ]; then
		echo "$f	p1: peer $a, ours $b: $(cat peer.err ours.err | grep -m 1 error)"
	elif [ -n "$ok" ]; then
		# Its tree through our parser: what it means there, it means here.
		# (It prints formats with their escapes escaped, and ->$.)
		perl -pe 's/->(\$+)/$1/g; s/(printf\("(?:[^"\\]|\\.)*")/$1 =~ s,\\\\,\\,gr/ge' peer >again.stp
		SYSTEMTAP_TAPSET=$tmp/empty "$STAP" -g -w -p1 again.stp >again 2>again.err ||
			echo "$f	p1: the peer's tree is refused: $(grep -m 1 error again.err)"
		cmp -s <(plain ours) <(plain again) ||
			echo "$f	p1: other tree: $(diff <(plain ours) <(plain again) | sed -n '2p;/^>/{p;q}' | tr '\n' ' ' | cut -c 1-300)"
	fi
	cd / && rm -rf "$dir"
}

# ---- pass 2 ----

# "global NAME TYPE", "PROBE-NUMBER NAME TYPE", "FUNCTION NAME TYPE", sorted.
types() {
	awk '
	/^# globals/ { part = "g"; next }
	/^# functions/ { part = "f"; next }
	/^# probes/ { part = "p"; next }
	/^# / { part = ""; next }
	/^  # locals/ { next }
	part == "g" { sub(/ = .*/, ""); n = index($0, ":"); print "global", $0; next }
	part == "f" && /^[^ {}].*\(.*\)/ { where = $1; sub(/:.*/, "", where); p = $0; n = gsub(/,/, ",", p) + (p !~ /\(\)/); sub(/:/, "/" n ":"); print "function", $0; next }
	part == "p" && /^[^ {}]/ { where = "probe" ++count; next }
	part && /^  [A-Za-z_][A-Za-z0-9_]*:[a-z]+/ { sub(/^ */, ""); print where, $0 }
	' "$1" | LC_ALL=C sort -u
}
pass2() { # CASE FILE [ARGUMENT...]
	local dir=$tmp/one.$BASHPID name=$1 a b other
	mkdir "$dir" && cd "$dir" || exit 1
	cp "$2" s.stp
	shift 2
	timeout 60 "$peer" -w -u -p2 -r "$tmp/tree" s.stp "$@" >peer 2>peer.err
	a=$?
	timeout 60 "$STAP" -w -u -p2 --runtime=user s.stp "$@" >ours 2>ours.err
	b=$?
	if [ $a != $b ]; then
		echo "$name	p2: peer $a, ours $b: $(cat peer.err ours.err | grep -m 1 error)"
	elif [ $a = 0 ]; then
		# Names that both list must have one type (functions of one
		# name by their number of parameters, too); what only one lists
		# was left out by the other.
		other=$(join -t '	' <(types peer | sed 's/:/	/') <(types ours | sed 's/:/	/') |
			awk -F '\t' '$2 != $3 { print $1 ": peer " $2 ", ours " $3; exit }')
		[ -z "$other" ] || echo "$name	p2: $other"
	fi
	cd / && rm -rf "$dir"
}
export -f pass1 plain pass2 types
export tmp peer STAP

# ---- the cases ----

while read -r f; do
	printf 'pass1\0%s\0%s\0' "${f#$share/}" "$f"
done < <(find $share/examples $share/tapset -name '*.stp' | LC_ALL=C sort) >"$tmp/list1"
needs_no_kernel() { # FILE: only begin, end, error, never and timers
	SYSTEMTAP_TAPSET=$tmp/macros "$STAP" -w -p1 "$1" 2>/dev/null |
		awk '/^probe / { n++ } /^probe / && !/^probe (begin|end|error|never|timer)/ { bad = 1 } / = |[+]= / && /^probe/ { bad = 1 } END { exit bad || !n }'
}
{
	while read -r f; do
		needs_no_kernel "$f" && printf 'pass2\0%s\0%s\0' "${f#$share/}" "$f"
	done < <(find $share/examples -name '*.stp' | LC_ALL=C sort)
	for f in "$here"/../types/*.stp "$here"/../resolve/*.stp "$here"/../lang/*.stp; do
		[ -f "${f%.stp}.args" ] || [ -f "${f%.stp}.argv" ] ||
			printf 'pass2\0%s\0%s\0' "tests/$(basename "$(dirname "$f")")/$(basename "$f")" "$f"
	done
} >"$tmp/list2"
cases() { tr -cd '\0' <"$1" | wc -c | awk '{ print $1 / 3 }'; }
xargs -0 -n 3 -P "$(nproc)" bash -c '"$0" "$@"' <"$tmp/list1" >"$tmp/found1" 2>/dev/null
xargs -0 -n 3 -P "$(nproc)" bash -c '"$0" "$@"' <"$tmp/list2" >"$tmp/found2" 2>/dev/null
LC_ALL=C sort "$tmp/found1" "$tmp/found2" >"$tmp/found"

# ---- the verdict ----

key() { awk -F '\t' '!/^#/ { split($2, w, ":"); print $1 "\t" w[1] }' "$1" | LC_ALL=C sort -u; }
bad=0
[ -z "$all" ] || cat "$tmp/found"
while IFS= read -r line; do
	echo "differs, and is not listed: $(grep -F "$line:" "$tmp/found" | head -n 1)"
	bad=1
done < <(comm -23 <(key "$tmp/found") <(key "$here/differences.list"))
while IFS= read -r line; do
	echo "differs no more; take it off the list: $line"
	[[ $line == *p2 ]] || bad=1
done < <(comm -13 <(key "$tmp/found") <(key "$here/differences.list"))
n1=$(cases "$tmp/list1") n2=$(cases "$tmp/list2") d=$(key "$tmp/found" | wc -l)
echo "$n1 scripts at -p1, $n2 at -p2, $d differ"
[ "$n1" -gt 700 ] || { echo "too few scripts"; bad=1; }
[ $((d * 50)) -lt $((n1 + n2)) ] || { echo "2 in 100 or more differ"; bad=1; }
exit $bad
