#!/bin/bash
# Trace streams from a stranger, from some that scripts wrote.
. "$(dirname "$0")/lib.sh"
seeds=$(mktemp -d)
made=$(mktemp -d)
n=0
for script in 'probe begin { printf("%d %s\n", 1, "two"); warn("w"); exit() }' \
	'global s probe begin { for (i = 0; i < 9; i++) s <<< i; print(@hist_log(s)); println(@hist_linear(s, 0, 9, 2)); exit() }' \
	'probe begin { error("x") } probe end { println("end") }'; do
	n=$((n + 1))
	(cd "$made" && "$STAPX_BUILD/stap" --runtime=user -p4 -m seed$n -e "$script" >/dev/null && ./seed$n.exe --fd 9 9>"$made/$n" 2>/dev/null)
	# The harness gives the head; its first byte says in which pieces the rest comes.
	[ -s "$made/$n" ] && { printf '\077'; tail -c +17 "$made/$n"; } >"$seeds/$n"
done
(fuzz stream "$seeds"/*)
status=$?
rm -rf "$seeds" "$made"
exit $status
