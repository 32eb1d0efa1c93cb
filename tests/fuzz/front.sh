#!/bin/bash
# Passes 1 to 3 over mutations of the tests of all three.
. "$(dirname "$0")/lib.sh"
seeds=$(mktemp -d)
for f in "$(dirname "$0")"/../{resolve,types,lang}/*.stp; do
	# The first byte is guru mode; what takes long by its size is left out.
	[ "$(wc -c <"$f")" -lt 4000 ] || continue
	{ printf '\001'; cat "$f"; } >"$seeds/$(basename "$f")"
done
(fuzz front "$seeds"/*)
status=$?
rm -rf "$seeds"
exit $status
