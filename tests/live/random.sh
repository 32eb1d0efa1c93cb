#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Shows that probes on 300 functions picked by a fixed seed, reading all their
# parameters under load, leave the kernel alone: no oops, no warning, nothing
# but soft errors.  RANDOM_SECONDS sets for how long (15).
. "$(dirname "$0")/lib.sh"
seconds=${RANDOM_SECONDS:-15}
root=${STAPX_ROOTS:-$amd64_61}

stap -r "$root" -l 'kernel.function("*").call' 2>"$live_tmp/err" |
	sed -n 's/.*function("\([A-Za-z_0-9]*@[^":]*[.]c\):.*/\1/p' |
	awk '{ line[NR] = $0 }
		END {
			for (seed = 20240607; NR && n < 300;) {
				seed = (seed * 16807) % 2147483647
				at = seed % NR + 1
				if (line[at] in seen)
					continue
				seen[line[at]] = 1
				n++
				print "probe kernel.function(\"" line[at] "\").call ? { hits++; if (!(seen[ppfunc()]++ % 1000)) println(ppfunc(), \" \", $$parms) }"
			}
			print "global hits, seen[4000]"
			print "probe end { foreach (f in seen) functions++\n\tprintln(\"hits \", hits, \" functions \", functions) }"
		}' >"$live_tmp/random.stp"
want 303 "$(grep -c . "$live_tmp/random.stp")" "the script"

cat >"$live_tmp/load" <<E2
end=\$((\$(date +%s) + $seconds))
cd /tmp
while [ \$(date +%s) -lt \$end ]; do
	mkdir -p d/e; echo text >d/f; mv d/f d/e/g; ln -s g d/e/h; cat d/e/h >/dev/null
	find /proc/self/ -maxdepth 1 >/dev/null; cat /proc/[0-9]*/st* /proc/*info /proc/self/m* >/dev/null 2>&1
	dd if=/dev/zero of=d/z bs=64k count=20 2>/dev/null; sync; rm -r d
	ping -c 2 -i 0.1 127.0.0.1 >/dev/null 2>&1; wget -q -O /dev/null http://127.0.0.1:9/ 2>/dev/null
	(sleep 0.01 & ps; wait; mount -t tmpfs none /mnt && umount /mnt) >/dev/null 2>&1
	ifconfig lo down; ifconfig lo up; dmesg >/dev/null
done
true
E2

guest_start "$root" || fail "$root"
on 'cat >/tmp/load; dmesg | grep -cE "Oops|BUG:|WARNING:|Call Trace"' <"$live_tmp/load" >"$live_tmp/before"
LIMIT=$((seconds * 4 + 120)) rstap -DSTP_NO_OVERLOAD -DMAXERRORS=1000000 -DMAXSKIPPED=1000000 \
	"$live_tmp/random.stp" -c 'sh /tmp/load' >"$live_tmp/out" 2>"$live_tmp/err" ||
	fail "$root: status $?: $(tail -n 5 "$live_tmp/err")"
on 'dmesg | grep -cE "Oops|BUG:|WARNING:|Call Trace"' >"$live_tmp/after"
want "$(cat "$live_tmp/before")" "$(cat "$live_tmp/after")" "$root: oopses and warnings of the kernel"
awk '/^hits / { exit !($2 >= 1000 && $4 >= 10) }' "$live_tmp/out" || fail "$root: $(tail -n 1 "$live_tmp/out")"
echo "$root: $seconds s: $(tail -n 1 "$live_tmp/out")$(sed -n 's/^\(WARNING: .*\)/; \1/p' "$live_tmp/err" | paste -sd' ')"
want_clean "$root"
finish
