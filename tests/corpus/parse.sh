#!/bin/bash
# Every script and library file that Debian's systemtap-doc and
# systemtap-common install goes through pass 1, the scripts with that library
# as -I; those that do not parse are the ones of the list beside this file,
# each with its reason, and the printed tree of every other one parses again
# to an equal tree.
set -u
here=$(cd "$(dirname "$0")" && pwd)
stap=${STAPX_BUILD:?}/stap
known=$here/unparsed.list
dirs=(/usr/share/systemtap/examples /usr/share/systemtap/tapset)
for d in "${dirs[@]}"; do
	[ -d "$d" ] || { echo "$d is missing: apt-get install systemtap-doc systemtap-common"; exit 1; }
done
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export SYSTEMTAP_DIR=$tmp/state
mkdir "$tmp/state"
bad=0 parsed=0
# Only the macros: the files themselves are what is tested.
macros=$tmp/macros
mkdir "$macros"
(cd /usr/share/systemtap/tapset && find . -name '*.stpm' | cpio -pdm --quiet "$macros") || exit 1
empty=$tmp/empty
mkdir "$empty"
# Scripts that take arguments: numbers serve most, a probe point the others.
numbers="1 2 3 4 5 6 7 8"
points="begin begin begin begin begin begin begin begin"
mixed="begin end 5"
parse() { # TAPSET FILE ARGUMENT...: "library" is ours and theirs
	local tapset=$1
	shift
	if [ "$tapset" = library ]; then
		timeout 20 "$stap" -g -w -p1 -I /usr/share/systemtap/tapset "$@"
	else
		SYSTEMTAP_TAPSET=$tapset timeout 20 "$stap" -g -w -p1 "$@"
	fi
}
check() { # TAPSET FILE
	local tapset=$1 f=$2 name=${2#/usr/share/systemtap/}
	cp "$f" "$tmp/script.stp"
	# A library file for other CPUs is empty here; a script must not be.
	[ "$tapset" = library ] || printf '\nprobe never { }\n' >>"$tmp/script.stp"
	# Unquoted: a word each.
	# shellcheck disable=SC2086
	if ! parse "$tapset" "$tmp/script.stp" $numbers >"$tmp/1" 2>"$tmp/err" &&
	   ! parse "$tapset" "$tmp/script.stp" $points >"$tmp/1" 2>"$tmp/err" &&
	   ! parse "$tapset" "$tmp/script.stp" $mixed >"$tmp/1" 2>"$tmp/err"; then
		grep -q "^$name[[:space:]]" "$known" && return
		echo "does not parse: $name: $(head -n 2 "$tmp/err" | tr '\n' ' ')"
		bad=$((bad + 1))
		return
	fi
	if grep -q "^$name[[:space:]]" "$known"; then
		echo "parses now; take it off the list: $name"
		bad=$((bad + 1))
	fi
	parsed=$((parsed + 1))
	cp "$tmp/1" "$tmp/again.stp"
	if ! parse "$empty" "$tmp/again.stp" >"$tmp/2" 2>"$tmp/err" ||
	   ! diff <(grep -v '^# file' "$tmp/1") <(grep -v '^# file' "$tmp/2") >"$tmp/diff"; then
		echo "printed tree differs: $name: $(head -n 3 "$tmp/err" "$tmp/diff" | tr '\n' ' ')"
		bad=$((bad + 1))
	fi
}
while read -r f; do check library "$f"; done < <(find /usr/share/systemtap/examples -name '*.stp' | sort)
while read -r f; do check "$macros" "$f"; done < <(find /usr/share/systemtap/tapset -name '*.stp' | sort)
# The library as a whole, as far as it is for this machine's CPU.
"$stap" -p1 -v -I /usr/share/systemtap/tapset -e 'probe begin { }' >"$tmp/all" 2>"$tmp/err"
n=$(grep -c '^# file /usr/share/systemtap/tapset' "$tmp/all")
if [ "$n" -lt 400 ] || grep -q 'error\|WARNING' "$tmp/err"; then
	echo "the library as -I: $n files: $(grep -m 3 'error\|WARNING' "$tmp/err")"
	bad=$((bad + 1))
fi
echo "$parsed files parsed, $(grep -vc '^#' "$known") listed, $bad wrong"
[ "$bad" = 0 ] && [ "$parsed" -gt 700 ]
