#!/bin/bash
# What -p1 prints parses again, and prints the same: for every .ast beside
# this file.
set -u
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
bad=0 n=0
for ast in "$here"/*.ast; do
	n=$((n + 1))
	cp "$ast" "$tmp/t.stp"
	if ! "$STAP" -g -p1 "$tmp/t.stp" >"$tmp/again" 2>"$tmp/err" ||
	   ! diff -u <(sed 2d "$ast") <(sed 2d "$tmp/again"); then
		echo "does not come back: $(basename "$ast")"
		cat "$tmp/err"
		bad=1
	fi
done
[ "$n" -gt 30 ] || { echo "only $n trees were tried"; bad=1; }
exit $bad
