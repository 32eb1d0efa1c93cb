#!/bin/bash
# The agent, built with the sanitizers (STAPX_BUILD says where), takes a whole
# run to a guest and back without a report.
. "$(dirname "$0")/../live/lib.sh"

nm -D "$build/stap" | grep -q __asan_init || {
	echo "'$build' was not built with --enable-sanitize"
	exit 1
}
guest_start "$amd64_61" || exit 1
for how in '' -vv; do
	got=$(rstap $how -e 'global n probe kernel.function("vfs_read").call { if (execname() == "dd" && $count == 16) n[kernel_string($file->f_path->dentry->d_name->name)]++ }
		probe end { foreach (f in n) printf("%s %d\n", f, n[f]) }' \
		-c 'printf 0123456789abcdef >/tmp/load-file; dd if=/tmp/load-file of=/dev/null bs=16 2>/dev/null; rm /tmp/load-file' 2>"$live_tmp/err")
	want "0 load-file 2" "$? $got" "a run with '$how'"
	grep -q 'Sanitizer\|runtime error' "$live_tmp/err" &&
		fail "a report: $(grep -m 3 'Sanitizer\|runtime error' "$live_tmp/err")"
done
(HOME=$live_tmp/home timeout -s INT 3 "$build/stap" --remote="$remote" -e 'probe end { println("bye") }' >"$live_tmp/out" 2>"$live_tmp/err")
want bye "$(cat "$live_tmp/out")" "Ctrl-C"
grep -q 'Sanitizer\|runtime error' "$live_tmp/err" &&
	fail "a report: $(grep -m 3 'Sanitizer\|runtime error' "$live_tmp/err")"
want_clean "after all"
finish
