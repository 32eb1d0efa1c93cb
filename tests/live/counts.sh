#!/bin/bash
# Exact counts and names: what a load of known reads and openings did is what
# the script says, on three kernels, for modules built fast and by kbuild.
. "$(dirname "$0")/lib.sh"

load='printf 0123456789abcdef0123456789abcdef01234 >/tmp/load-file; cp /tmp/load-file /tmp/stapx-load
for i in 1 2 3; do dd if=/tmp/load-file of=/dev/null bs=16 2>/dev/null; done
cat /tmp/stapx-load >/dev/null; cat /tmp/stapx-load >/dev/null; cat /tmp/stapx-missing 2>/dev/null; rm /tmp/load-file /tmp/stapx-load; true'
wanted='entered 12
read load-file 0: 3
read load-file 5: 3
read load-file 16: 6
open AT_FDCWD, "/tmp/stapx-load", O_RDONLY = fd: 2
open AT_FDCWD, "/tmp/stapx-missing", O_RDONLY = -2 (ENOENT): 1'

for root in "$amd64_61" "$amd64_612" "$arm64_61"; do
	guest_start "$root" || { fail "$root"; continue; }
	ways "$root"
	for how in $ways; do
		got=$(rstap "$tests/live/scripts/counts.stp" -c "$load" 2>"$live_tmp/err") ||
			fail "$root: exit status $?: $(tail -n 3 "$live_tmp/err")"
		# The order of equal sort keys is that of insertion.
		want "$(sort <<<"$wanted")" "$(sort <<<"$got")" "$root"
	done
	want_clean "$root"
	guest_stop
done
finish
