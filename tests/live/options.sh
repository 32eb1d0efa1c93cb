#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Shows what the options of stap and staprun do on a target: limits, errors,
# exit status, reports, files, archives, embedded C, sessions side by side; in
# modules built fast and by kbuild.
. "$(dirname "$0")/lib.sh"
session=$tests/live/scripts/session.stp
two_folders='mkdir /tmp/zz; rmdir /tmp/zz; mkdir /tmp/zz; rmdir /tmp/zz'

# run STATUS OUT ERR OPTION...: what stap gives; ERR without what all failures
# end with ("Pass 5: run failed.").
run() {
	local status=$1 out=$2 err=$3 got
	shift 3
	(cd "$live_tmp" && rstap "$@") >"$live_tmp/out" 2>"$live_tmp/err" </dev/null
	got=$?
	want "$status" "$got" "$root: exit status of: $*: $(cat "$live_tmp/err")"
	want "$out" "$(cat "$live_tmp/out")" "$root: output of: $*"
	want "$err" "$(grep -v '^Pass 5: run failed' "$live_tmp/err")" "$root: messages of: $*"
	[ "$status" = 0 ] || grep -q '^Pass [1-5]: .* failed\.' "$live_tmp/err" || [ -n "${NO_PASS-}" ] ||
		fail "$root: no failed pass is named: $*"
}

globals() {
	run 0 $'begin 42 a_b\nend 0' '' "$session" -G n=42 -G s=a_b -T 0.2
	run 0 $'begin -7 str\nend 0' '' "$session" -G n=-7 -T 0.2
	run 1 '' 'ERROR: guest: the script has no global variable "m" that can be set (it must be a number or a string that the script uses)' \
		"$session" -G m=1
	run 1 '' 'ERROR: guest: cannot set "n" to "abc": not a value of its type' "$session" -G n=abc
}

# What every error ends with.
errors() { echo "WARNING: Number of errors: $1, skipped probes: 0"; }

limits() {
	# A hit may run ten times MAXACTION, as in SystemTap.
	local loop='global n probe timer.ms(10) { for (i = 0; i < 2000; i++) n++ exit() } probe end { println("end ", n) } probe error { println("error ", n < 2000) }'
	local boo='probe kernel.function("vfs_mkdir").call { error("boo") } probe end { println("end") } probe error { println("error") }'
	local said='ERROR: boo near identifier '\''error'\'' at <input>:1:43'
	run 1 'error 1' $'ERROR: MAXACTION exceeded near identifier '\''n'\'$' at <input>:1:58\n'"$(errors 1)" -DMAXACTION=100 -e "$loop"
	run 0 'end 2000' '' -DMAXACTION=1000 -e "$loop"
	run 1 $'0\n1\n2\n3\n4' $'ERROR: Array overflow, check MAXMAPENTRIES near identifier '\''a'\'$' at <input>:1:55\n'"$(errors 1)" \
		-DMAXMAPENTRIES=5 -e 'global a probe timer.ms(10) { for (i = 0; i < 6; i++) a[i] = i } probe error { foreach (k in a) println(k) }'
	run 1 'error' "$said"$'\n'"$said"$'\n'"$(errors 2)" -DMAXERRORS=1 -e "$boo" -c "$two_folders; sleep 20"
	run 1 'end' "$said"$'\n'"$said"$'\n'"$(errors 2)" -DMAXERRORS=2 -e "$boo" -c "$two_folders"
	run 0 'end' "$(errors 2)" --suppress-handler-errors -e "$boo" -c "$two_folders"
	run 1 0 $'ERROR: MAXNESTING exceeded near identifier '\''f'\'$' at <input>:1:28\n'"$(errors 1)" \
		-DMAXNESTING=4 -e 'function f(n) { return n ? f(n - 1) : 0 } probe begin { println(f(2)) println(f(10)) }'
	run 0 39 '' -DMAXSTRINGLEN=40 -e 'probe begin { s = "0123456789"; for (i = 0; i < 8; i++) s .= "0123456789"; println(strlen(s)) exit() }'
	run 0 2 '' -DMAXBACKTRACE=2 -e 'probe kernel.function("vfs_mkdir").call { s = backtrace(); while (s != "" && tokenize(n++ ? "" : s, " ") != "") s = s; println(n - 1) exit() }' -c "$two_folders"
	# Two CPUs at one global, and none waits.
	run 1 'error 1' $'ERROR: Skipped too many probes, check MAXSKIPPED or try again with stap -t for more details.\nWARNING: Number of errors: 0, skipped probes: 1' \
		-DMAXTRYLOCK=0 -DMAXSKIPPED=0 -DMAXACTION=100000 \
		-e 'global n probe kernel.function("vfs_read").call { for (i = 0; i < 5000; i++) n++ } probe error { println("error ", n > 0) }' \
		-c 'dd if=/dev/zero of=/dev/null bs=1 count=100000 & dd if=/dev/zero of=/dev/null bs=1 count=100000; wait' 2>/dev/null
	# No stack is that large: nothing runs, the end probe included.
	run 0 '' 'WARNING: Number of errors: 0, skipped probes: 3' -DMINSTACKSPACE=60000 \
		-e 'probe kernel.function("vfs_mkdir").call { println("made") } probe end { println("end") }' -c "$two_folders"
}

overload() {
	local busy='global n probe kernel.function("vfs_read").call { for (i = 0; i < 5000; i++) n++ } probe end { println("end") } probe error { println("error") } probe never { println(n) }'
	local limit='-DSTP_OVERLOAD_INTERVAL=100000000 -DSTP_OVERLOAD_THRESHOLD=1000000 -DMAXACTION=100000 -DMAXSKIPPED=1000000'
	# shellcheck disable=SC2086
	{
		rstap $limit -e "$busy" -c 'dd if=/dev/zero of=/dev/null bs=1 count=100000' >"$live_tmp/out" 2>"$live_tmp/err" && fail "$root: overload is no failure"
		want error "$(cat "$live_tmp/out")" "$root: overload"
		grep -qE '^ERROR: probe overhead \([0-9]+ ns\) exceeded threshold \(1000000 ns\) in last [0-9]+ ns$' "$live_tmp/err" ||
			fail "$root: overload says $(cat "$live_tmp/err")"
		rstap $limit -DSTP_NO_OVERLOAD -e "$busy" -c 'dd if=/dev/zero of=/dev/null bs=1 count=500' >"$live_tmp/out" 2>"$live_tmp/err" || fail "$root: STP_NO_OVERLOAD: $(cat "$live_tmp/err")"
		want end "$(cat "$live_tmp/out")" "$root: STP_NO_OVERLOAD"
	}
}

soft_errors() {
	cat >"$live_tmp/soft.stp" <<'S'
global n = 5
probe kernel.function("vfs_mkdir").call {
	n--
	println(10 / (n - 4))
}
probe begin { println("begin") }
probe end { println("end") }
probe error { println("error probe") }
S
	run 1 $'begin\nerror probe' $'ERROR: division by 0 near operator '\''/'\'$' at soft.stp:4:13\n'"$(errors 1)" soft.stp -c "$two_folders"
	run 1 '' $'ERROR: bad near identifier '\''error'\'$' at <input>:1:15\n'"$(errors 1)" -e 'probe begin { error("bad") }'
	run 0 '' 'WARNING: bad' -e 'probe begin { warn("bad") exit() }'
	run 0 '' '' -w -e 'probe begin { warn("bad") exit() }'
	run 1 '' $'semantic error: unresolved function: identifier '\''nothing'\'$' at <input>:1:15\n        source: probe begin { nothing() }\n                              ^\n\nPass 2: analysis failed.  [man error::pass2]' \
		-e 'probe begin { nothing() }'
}

report() {
	rstap -t -e 'probe kernel.function("vfs_mkdir").call { println("mk") } probe timer.ms(50) { } probe begin { }' -c "$two_folders; sleep 1" \
		>"$live_tmp/out" 2>"$live_tmp/err" </dev/null || fail "$root: -t: $(cat "$live_tmp/err")"
	sed 's/hits: [0-9]*, ns: [0-9]*min\/[0-9]*avg\/[0-9]*max/hits: N, ns: times/' "$live_tmp/out" "$live_tmp/err" >"$live_tmp/report"
	want $'mk\nmk\n----- probe hit report: \nbegin, (<input>:1:82), hits: N, ns: times\nkernel.function("vfs_mkdir@fs/namei.c:LINE").call, (<input>:1:1), hits: N, ns: times\ntimer.ms(50), (<input>:1:59), hits: N, ns: times' \
		"$(sed -n 1,3p "$live_tmp/report"; sed '1,3d; s/namei.c:[0-9]*/namei.c:LINE/' "$live_tmp/report" | sort)" "$root: -t"
	grep -qh 'vfs_mkdir.* hits: 2, ' "$live_tmp/out" "$live_tmp/err" || fail "$root: -t counts $(cat "$live_tmp/out")"
	awk '/hits:/ { gsub(/[a-z]/, ""); split($NF, t, "/"); if (!(t[1] <= t[2] && t[2] <= t[3] && t[3] > 0)) exit 1 }' \
		"$live_tmp/out" "$live_tmp/err" || fail "$root: -t has no times: $(cat "$live_tmp/report")"
}

commands() {
	local before=$SECONDS pid
	run 0 $'begin 1 str\nend 0' '' "$session" -T 1
	[ $((SECONDS - before)) -le 10 ] || fail "$root: -T 1 took $((SECONDS - before)) s"
	run 0 $'begin 1 str\nend 2' '' "$session" -c "$two_folders"
	run 0 $'begin 1 str\nend 1' '' "$session" -c 'mkdir /tmp/zz'
	run 1 $'begin 1 str\nend 0' $'rmdir: \'/tmp/none\': No such file or directory\nWARNING: guest: Child process exited with status 1' "$session" -c 'rmdir /tmp/none'
	run 1 $'begin 1 str\nend 0' 'WARNING: guest: Child process exited with status 3' "$session" -c 'exit 3'
	run 1 $'begin 1 str\nend 0' 'WARNING: guest: Child process exited with signal 9 (Killed)' "$session" -c 'kill -9 $$'
	on 'rmdir /tmp/zz; sleep 300 >/dev/null 2>&1 & echo $!' >"$live_tmp/pid"
	pid=$(cat "$live_tmp/pid")
	run 0 "$pid sleep" '' -x "$pid" -e 'probe begin { printf("%d %s\n", target(), pid2execname(target())) exit() }'
	on "kill $pid"
	run 0 999999 'WARNING: guest: there is no process 999999 on the target' -x 999999 -e 'probe begin { println(target()) exit() }'
}

files() {
	local held
	run 0 '' '' -o "$live_tmp/saved.%Y" -e 'probe begin { println("to a file") exit() }'
	want 'to a file' "$(cat "$live_tmp/saved.$(date +%Y)")" "$root: -o"
	# Of each of the two CPUs; contexts and the rest are far smaller.
	rstap -v -s 4 -d virtio_net -e 'probe begin { println("large buffers") exit() }' >"$live_tmp/out" 2>"$live_tmp/err"
	want 'large buffers' "$(cat "$live_tmp/out")" "$root: -s"
	held=$(sed -n 's/.*the session held \([0-9]*\) kB.*/\1/p' "$live_tmp/err")
	[ "${held:-0}" -ge 8192 ] && [ "$held" -lt 10240 ] || fail "$root: -s 4 holds '$held' kB on two CPUs"
	rstap -v -s 1 -e 'probe begin { println("small buffers") exit() }' >"$live_tmp/out" 2>"$live_tmp/err"
	held=$(sed -n 's/.*the session held \([0-9]*\) kB.*/\1/p' "$live_tmp/err")
	[ "${held:-0}" -ge 2048 ] && [ "$held" -lt 4096 ] || fail "$root: -s 1 holds '$held' kB on two CPUs"
	NO_PASS=1 run 1 '' "ERROR: -s wants a number from 1 to 4095: '5000'; try 'stap -h'" -s 5000 -e 'probe begin { exit() }'
	run 0 $'named_one\nnamed_one' '' -m named_one -e 'probe begin { println(module_name()) }' -c 'cut -d" " -f1 /proc/modules | grep named'
	[ -s "$live_tmp/named_one.ko" ] || fail "$root: -m leaves no module"
}

archives() {
	local built=--kbuild
	[ $how = kbuild ] || built=
	(cd "$live_tmp" && stap -r "$root" -p4 $built --archive one.stapx "$session" >/dev/null 2>"$live_tmp/err" &&
		stap -r "$root" -p4 $built -m two "$session" >/dev/null 2>"$live_tmp/err") ||
		{ fail "$root: -p4: $(cat "$live_tmp/err")"; return; }
	run 0 $'begin 1 str\nend 2' '' one.stapx -c "$two_folders"
	run 0 $'begin 5 str\nend 2' '' -G n=5 one.stapx -c "$two_folders"
	on 'mkdir /tmp/by-hand; cat >/tmp/by-hand/staprun; chmod +x /tmp/by-hand/staprun' <"$build/targets/$arch/staprun"
	on 'cat >/tmp/by-hand/one.stapx' <"$live_tmp/one.stapx"
	on 'cat >/tmp/by-hand/two.ko' <"$live_tmp/two.ko"
}

# by_hand STATUS OUTPUT ARGUMENT...: staprun on the target itself.
by_hand() {
	local status=$1 wanted=$2 got
	shift 2
	got=$(on "cd /tmp/by-hand; ./staprun $* 2>&1; echo \"status \$?\"")
	want "${wanted:+$wanted$'\n'}status $status" "$got" "$root: staprun $*"
}

staprun() {
	by_hand 0 $'begin 1 str\nend 2' "-c '$two_folders' one.stapx"
	by_hand 0 $'begin 7 x y\nend 2' "-c '$two_folders' two.ko n=7 's=x y'"
	by_hand 1 'ERROR: the script has no global variable "m" that can be set (it must be a number or a string that the script uses)' 'two.ko m=1'
	by_hand 1 'ERROR: cannot open "three.ko": No such file or directory' three.ko
	by_hand 0 '' "-o out -c '$two_folders' two.ko"
	want $'begin 1 str\nend 2' "$(on cat /tmp/by-hand/out)" "$root: staprun -o"
	by_hand 0 $'begin 1 str\nend 0' --timeout 0.3 two.ko
	on "cd /tmp/by-hand; ./staprun -v --timeout 0.3 two.ko 2>&1" >"$live_tmp/out"
	for step in 'loading module "two' 'starting the probes' 'stopping the probes' 'removed module "two'; do
		grep -q "$step" "$live_tmp/out" || fail "$root: staprun -v does not say $step: $(cat "$live_tmp/out")"
	done
	by_hand 1 'ERROR: no module "nothing" of a script is loaded: see `ls /proc | grep stapx_`' -d nothing
	# A module that somebody else has put there.
	on 'insmod /tmp/by-hand/two.ko; grep -c ^two /proc/modules' | grep -qx 1 || fail "$root: insmod"
	by_hand 0 'staprun: removed the module "two" of an earlier run' -d two
	on 'insmod /tmp/by-hand/two.ko'
	by_hand 0 'staprun: removed the module "two" of an earlier run' "-d '*'"
	want 0 "$(on 'grep -c ^two /proc/modules')" "$root: staprun -d"
	on 'rm -r /tmp/by-hand'
}

embedded() {
	cat >"$live_tmp/plain.stp" <<'S'
%{ static int twice(int a) { return 2 * a; } %}
function f:long (a:long, s:string) %{ STAP_RETVALUE = twice(STAP_ARG_a) + (STAP_ARG_s[0] == 'x'); %}
probe begin { println(f(20, "x")) exit() }
S
	cat >"$live_tmp/headers.stp" <<'S'
%{
#include <linux/sched.h>
#include <linux/utsname.h>
%}
function release:string () %{ snprintf(STAP_RETVALUE, MAXSTRINGLEN, "%s %d", utsname()->release, current->pid > 0); %}
function number:long () %{ STAP_RETVALUE = NUMBER; %}
probe begin { println(release(), " ", number()) exit() }
S
	run 0 41 '' -g plain.stp
	run 0 "$(on uname -r) 1 7" '' -g -DNUMBER=7 headers.stp
}

# The first is asked to end by the second's command; both count all folders.
together() {
	rstap "$session" >"$live_tmp/first" 2>"$live_tmp/first.err" &
	local first=$! stap i
	for i in $(seq 100); do grep -q begin "$live_tmp/first" && break; sleep 0.1; done
	run 0 $'begin 1 str\nend 2' '' "$session" -c "$two_folders"
	kill -INT "$(pgrep -P "$(pgrep -P "$first" -x timeout)" -x stap)"
	wait "$first"
	want 0 $? "$root: exit status after Ctrl-C: $(cat "$live_tmp/first.err")"
	want $'begin 1 str\nend 2' "$(cat "$live_tmp/first")" "$root: a session interrupted by Ctrl-C"
	want '' "$(cat "$live_tmp/first.err")" "$root: messages after Ctrl-C"
}

for root in ${STAPX_ROOTS:-"$amd64_61"}; do
	arch=x86_64
	[[ $root == *arm64 ]] && arch=arm64
	guest_start "$root" || { fail "$root"; continue; }
	install_staprun
	ways "$amd64_61"
	for how in $ways; do
		globals
		limits
		overload
		soft_errors
		report
		commands
		files
		archives && staprun
		embedded
		together
	done
	want_clean "$root"
	guest_stop
done
finish
