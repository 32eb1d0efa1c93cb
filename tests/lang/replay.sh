#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Shows that --replay gives what the run gave that --save kept, messages and
# all; that -o takes it; and that files which are no whole stream are named.
set -u
stap=${STAPX_BUILD:?}/stap
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
failed=0
fail() { echo "FAIL: $*"; failed=1; }
want() { # WANTED CAME WHAT
	[ "$1" = "$2" ] || { fail "$3"; printf -- '--- wanted\n%s\n--- came\n%s\n' "$1" "$2"; }
}

"$stap" --runtime=user --save kept -e 'global s
	probe begin { for (i = 0; i < 9; i++) s <<< i; printf("%5d|%-6s|\n", 7, "ab"); warn("careful"); print(@hist_linear(s, 0, 9, 2)); exit() }
	probe end { println("end") }' >out 2>err || fail "status $?: $(cat err)"
grep -q '^    7|ab    |$' out && grep -q '^WARNING: careful$' err && grep -q '^end$' out || fail "the run: $(cat out err)"
"$stap" --replay kept >again 2>again.err || fail "status $?"
want "$(cat out)" "$(cat again)" "the output"
want "$(cat err)" "$(cat again.err)" "the messages"
"$stap" -w --replay kept -o file >again 2>&1 || fail "status $? with -o"
want "$(cat out)" "$(cat file)" "the output in a file"
want "" "$(cat again)" "what is left with -w and -o"

"$stap" --runtime=user --save kept -e 'probe begin { error("boo") }' >/dev/null 2>err
"$stap" --replay kept >/dev/null 2>again.err
want 1 $? "status of a run that failed"
want "$(grep -v '^Pass 5' err)" "$(cat again.err)" "its messages"

complaint() { # PATTERN ARGUMENT...
	local pattern=$1
	shift
	"$stap" "$@" >again 2>&1 && fail "$*: no failure"
	grep -q "$pattern" again || fail "$*: $(cat again)"
}
head -c 200 kept >part
complaint "'part' was cut off" --replay part
head -c 7 kept >part
complaint "'part' is damaged: this is no trace stream" --replay part
echo "no stream, whatever it may be called" >part
complaint "'part' is damaged: this is no trace stream" --replay part
complaint "cannot read 'nowhere': No such file" --replay nowhere
complaint 'leave it out' --replay kept -e 'probe begin { }'
complaint "cannot write 'no/where'" --runtime=user --save no/where -e 'probe begin { exit() }'
exit $failed
