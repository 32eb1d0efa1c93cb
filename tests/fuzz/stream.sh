#!/bin/bash
# Trace streams from a stranger, from some that scripts wrote.
. "$(dirname "$0")/lib.sh"
seeds=$(mktemp -d)
made=$(mktemp -d)
n=0
for script in 'probe begin { printf("%d %s\n", 1, "two"); warn("w"); exit() }' \
	'global s, t probe begin { for (i = 0; i < 9; i++) { s <<< i; t <<< i } print(@hist_log(s)); println(@hist_linear(t, 0, 9, 2)); exit() }' \
	'probe begin { error("x") } probe end { println("end") }'; do
	n=$((n + 1))
	(cd "$made" && "$STAPX_BUILD/stap" --runtime=user -p4 -m seed$n -e "$script" >/dev/null && ./seed$n.exe --fd 9 9>"$made/$n" 2>/dev/null)
	# The harness gives the head; its first byte says in which pieces the rest comes.
	[ -s "$made/$n" ] && { printf '\077'; tail -c +17 "$made/$n"; } >"$seeds/$n"
done
# PACKED: a text, the same again, with two letters changed, a gap, the same.
{
	printf '\077\11\0\0\0\66\0\0\0'
	printf '\0\0\0\0\200\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0'
	printf '\277\5\40\0\0\0\2\0\0\0\7\2\0hi\0\0\0\0'
	printf '\5\305\3\1\14yo\276\2\205\1\0\0'
} >"$seeds/packed"
# DEFS of the letters "ab", KERNEL, a SYMBOL, a print and a stack of addresses.
{
	printf '\077\2\0\0\0\16\0\0\0\1\0\0\0%%s %%s\n\0ab\0\0\0'
	printf '\12\0\0\0\330\0\0\0\0\20\0\0\0\0\0\0anchor'
	head -c 202 /dev/zero
	printf '\13\0\0\0\21\0\0\0\40\0\0\0\0\0\0\0f+0x1/0x2\0\0\0\0\0\0\0'
	printf '\3\0\0\0\130\0\0\0\0\0\0\0\0\0\0\0'
	printf '\50\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\40\0\0\0\0\0\0\0\41\0\0\0\0\0\0\0'
	printf '\50\0\0\0\7\0\0\0\2\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\40\0\0\0\0\0\0\0\0\20\0\0\0\0\0\0'
} >"$seeds/addresses"
# DEFS of the letters "jn", a FILE, a PLACE, a print and a stack of places.
{
	printf '\077\2\0\0\0\16\0\0\0\1\0\0\0%%s %%s\n\0jn\0\0\0'
	printf '\14\0\0\0\236\0\0\0\3\0\0\0\0\0\0\0\0\20\0\0\0\0\0\0ab'
	head -c 134 /dev/zero
	printf '/bin/x\0\0'
	printf '\15\0\0\0\21\0\0\0\40\0\0\0\0\0\3\0f+0x1/0x2\0\0\0\0\0\0\0'
	printf '\3\0\0\0\160\0\0\0\0\0\0\0\0\0\0\0'
	printf '\100\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0'
	printf '\20\0\100\0\0\0\0\0\0\0\40\0\0\0\0\0\3\0\20\0\110\0\0\0\0\0\0\0\50\0\0\0\0\0\3\0\0\0\0\0'
	printf '\50\0\0\0\10\0\2\0\2\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\100\0\0\0\0\0\0\0\40\0\0\0\0\0\3\0'
} >"$seeds/places"
(fuzz stream "$seeds"/*)
status=$?
rm -rf "$seeds" "$made"
exit $status
