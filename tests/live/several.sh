#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Shows that one run serves several targets of different kernels and CPUs:
# each gets a module of its own, each line and message says where it is from,
# one status stands for all; in modules built either way.
. "$(dirname "$0")/lib.sh"
both=(--remote="vm:$arm64_61" --remote="vm:$amd64_612" --remote-prefix)

cat >"$live_tmp/several.stp" <<'S'
probe kernel.function("vfs_mkdir").call {
	printf("%s made a folder of mode %o\n", execname(), $mode)
	if (%( arch == "arm64" %? 1 %: 0 %)) error("no folders here")
}
probe end { println("end of ", %( arch == "arm64" %? "arm64" %: "x86_64" %)) }
S
LIMIT=300
remote=${both[0]#*=}
served() {
	local got
	got=$(rstap "${both[@]:1}" - -c 'uname -m; mkdir /tmp/several; echo done' <"$live_tmp/several.stp" 2>"$live_tmp/err")
	want 1 $? "the status of the worst"
	want "0: aarch64
0: done
0: mkdir made a folder of mode 777
1: done
1: end of x86_64
1: mkdir made a folder of mode 777
1: x86_64" "$(sort <<<"$got")" "the lines of both"
	want "ERROR: vm:$arm64_61: no folders here near identifier 'error' at <input>:3:39
WARNING: vm:$arm64_61: Number of errors: 1, skipped probes: 0" \
		"$(grep -v '^Pass 5' "$live_tmp/err")" "the messages"
}

for how in fast kbuild; do
	served
done
finish
