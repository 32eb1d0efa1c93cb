#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Shows that every kind of probe point hits when it must and no more often,
# and that handlers see and change what they should, on three kernels;
# on 6.12 in modules built by kbuild, too.
. "$(dirname "$0")/lib.sh"
scripts=$tests/live/scripts

push() { on "cat >/tmp/$1; chmod +x /tmp/$1"; }

# For each folder made: what vfs_mkdir shows of it and of its caller.
seen() { # NAME MODE FLAG PID-NAME
	cat <<E2
mkdir $1 $2 parms 1 vars 1 at 1
inode 1 len ${#1} first ${1:0:1}${1:1:1} last 0 nlink 1 flag ${3}0
qstr {<union>={...}, .name="$1"}
all of it {<union>={<class>={.hash=H, .len=${#1}}, .hash_len=L}, .name="$1"}
comm "points" points pid 1 parent 1
no member
mkdir $1 $2 = 0 return=0 since 1
E2
}

# What four writes of vm.swappiness show; arm64 stops before them.
data_wanted() {
	local value values="10 20 30 60"
	[[ $root == *arm64 ]] && values="60 10 20 30"
	for value in $values; do
		echo 'data kernel.data("vm_swappiness").length(1).write by sh in do_proc_dointvec_minmax_conv, from a write 1'
		echo "data value $value"
	done
	echo "data 8 accesses 2 stores"
}

points_wanted() {
	local tainted=$1
	echo "tainted $tainted"
	echo "cpus 2"
	data_wanted
	seen pt-a 0755 0
	seen pt-b 0711 0
	seen inner 0700 0
	seen pt-flag 0700 1
	seen pt-guru 0755 1
	seen pt-deny 0755 1
	cat <<E2
rmdir pt-a = -39 (ENOTEMPTY)
rmdir inner = 0 (0)
rmdir pt-a = 0 (0)
rmdir pt-flag = 0 (0)
rmdir pt-b = 0 (0)
write 1 at 0 = 1
write 2 at 1 = 2
write 3 at 3 = 3
write 4 at 6 = 4
write 5 at 10 = 5
write 6 at 15 = 6
write 7 at 21 = 7
packet version 4 words 5 protocol 1 dev lo
packet version 4 words 5 protocol 1 dev lo
many vfs_mkdir 6
many vfs_rmdir 5
either vfs_mkdir 6
either vfs_rmdir 5
first vfs_mkdir 6
by name -39 1
by name 0 4
each 11 absent 5 plain 6 exported 6 by name 5 inlined 7
while on 1, off 5, beats 0
E2
}

points() {
	local out
	rstap "$scripts/points.stp" "$data_at" -c 'cd /proc/sys
		for i in 10 20 30 60; do echo $i >vm/swappiness; cat kernel/panic_on_oops; echo 0 >kernel/panic_on_oops; cat vm/swappiness; done >/dev/null
		echo 0 >kernel/panic; cat kernel/panic >/dev/null; echo 0 >kernel/panic
		cd /tmp; echo "fact tainted=$(cat /proc/sys/kernel/tainted)"; echo "banner $(cat /proc/version)"; ./points; ping -c 2 127.0.0.1 >/dev/null; rm -rf pt-*' \
		>"$live_tmp/out" 2>"$live_tmp/err" || { fail "$root: points.stp: status $?: $(cat "$live_tmp/err")"; return; }
	# The hash of a name and its address nobody knows; the banner, from both
	# sides, must be there twice.
	out=$(sed '/^$/d; s/\.hash=[0-9]*/.hash=H/; s/\.hash_len=[0-9]*/.hash_len=L/' "$live_tmp/out")
	want 1 "$(grep '^banner ' <<<"$out" | sort -u | wc -l)" "$root: the kernel's banner"
	want 2 "$(grep -c '^banner ' <<<"$out")" "$root: the kernel's banner"
	want "$(points_wanted "$(sed -n 's/^fact tainted=//p' <<<"$out")" | sort)" \
		"$(grep -vE '^(fact|banner) ' <<<"$out" | sort)" "$root: points"
}

guru() {
	local at
	at=0x$(on 'grep " vfs_mkdir$" /proc/kallsyms' | cut -d' ' -f1)
	want $'fact deny=-1\nfact comm=Qoints\n700\n6 6' \
		"$(rstap -g "$scripts/guru.stp" -E "global a, b
			probe kernel.statement($at).absolute { if (pexecname() == \"sh\") a++ }
			probe kprobe.statement($at).absolute { if (pexecname() == \"sh\") b++ }
			probe end { println(a, \" \", b) }" -c 'cd /tmp; ./points; stat -c %a pt-guru; rm -rf pt-*' 2>"$live_tmp/err")" \
		"$root: guru mode: $(cat "$live_tmp/err")"
	rstap "$scripts/guru.stp" >/dev/null 2>"$live_tmp/err" && fail "$root: writes without -g"
	want 3 "$(grep -c '^semantic error: .*guru' "$live_tmp/err")" "$root: what is said of writes without -g"
}

late() {
	local ko
	ko=$(echo "$SYSTEMTAP_DIR/sysroots/$root/lib/modules"/*/kernel/drivers/net/dummy.ko*)
	case $ko in
	*.xz) xz -dc "$ko" | push dummy.ko ;;
	*) push dummy.ko <"$ko" ;;
	esac
	want $'inits 3, 3 returned, 2 at their end\ndummy1 dummy 1\ndummy0 dummy 3' "$(rstap "$scripts/late.stp" -c '
		up() { ifconfig $1 10.9.$2.1 netmask 255.255.255.0 up; }
		cd /tmp; insmod dummy.ko numdummies=2; up dummy0 9; up dummy1 8
		ping -c 2 -W 1 10.9.9.2 >/dev/null; ping -c 1 -W 1 10.9.8.2 >/dev/null
		rmmod dummy; insmod dummy.ko numdummies=1; up dummy0 9
		ping -c 1 -W 1 10.9.9.2 >/dev/null; true' 2>"$live_tmp/err")" \
		"$root: a module that is loaded later: $(cat "$live_tmp/err")"
	want $'inits 0, 0 returned, 0 at their end\ndummy0 dummy 1' \
		"$(rstap "$scripts/late.stp" -c 'ping -c 1 -W 1 10.9.9.2 >/dev/null; rmmod dummy' 2>"$live_tmp/err")" \
		"$root: a module that is there: $(cat "$live_tmp/err")"
}

timers() {
	local unit beats
	rstap "$scripts/timers.stp" >"$live_tmp/out" 2>"$live_tmp/err" ||
		fail "$root: timers.stp: status $?: $(cat "$live_tmp/err")"
	want "hz if_on jiffies jiffies.randomize long_names ms ns randomize s us" \
		"$(sed 's/ [0-9]*$//; s/ /_/' "$live_tmp/out" | sort | paste -sd' ')" "$root: timers"
	while read -r unit beats; do
		case $unit in
		if_on) [ "$beats" -ge 30 ] && [ "$beats" -le 60 ] ;;
		# Each interval is half as long to half as long again.
		*randomize) [ "$beats" -ge 60 ] && [ "$beats" -le 145 ] ;;
		*) [ "$beats" -ge 60 ] && [ "$beats" -le 115 ] ;;
		esac || fail "$root: timer $unit: $beats beats in 100"
	done < <(sed 's/^if on/if_on/; s/^long names/long_names/' "$live_tmp/out")
}

# Kprobes and timers that the kernel has armed for the points with a condition,
# and the folders made at the time that were seen.
arming() {
	want "fact 1: 0 of 2 kprobes, 0 timers
fact 2: 2 of 2 kprobes, 1 timers
fact 3: 0 of 2 kprobes, 0 timers
fact 4: 2 of 2 kprobes, 1 timers
made 2, returned 2, forks 1 beats 1 ticks 1
on 0: 2 2
on 1: 0 0
on 1: 2 2" "$(rstap "$scripts/arming.stp" -c '
		armed() {
			grep "  [kr]  vfs_mkdir" /sys/kernel/debug/kprobes/list >/tmp/all
			echo "$(grep -vc DISABLED /tmp/all) of $(grep -c . /tmp/all) kprobes, $(grep -c "\[stap_" /proc/timer_list) timers"
		}
		until_armed() {
			for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
				now=$(armed)
				case $now in "$1 of"*", $2 timers") break ;; esac
				usleep 100000
			done
			echo "fact $((n += 1)): $now"
		}
		turn() { mkdir /tmp/sw; rmdir /tmp/sw; until_armed $1 $2; }
		cd /tmp
		until_armed 0 0; mkdir ar-a
		turn 2 1; mkdir ar-b; usleep 50000
		turn 0 0; mkdir ar-c ar-d
		turn 2 1; rm -rf ar-*' 2>"$live_tmp/err" | sort)" \
		"$root: points with conditions: $(cat "$live_tmp/err")"
}

for root in ${STAPX_ROOTS:-"$amd64_61" "$amd64_612" "$arm64_61"}; do
	cc=gcc
	[[ $root == *arm64 ]] && cc=aarch64-linux-gnu-gcc
	"$cc" -static -O1 -Wall -Werror -o "$live_tmp/points" "$scripts/points-load.c" ||
		{ fail "$root: $cc does not compile points-load.c"; continue; }
	guest_start "$root" || { fail "$root"; continue; }
	install_staprun
	push points <"$live_tmp/points"
	# Not every kernel tells the addresses of its data.
	data_at=$(rstap -e 'probe begin { printf("%#x", &@var("panic_timeout")) exit() }')
	ways "$amd64_612"
	for how in $ways; do
		points
		guru
		late
		timers
	done
	arming	# built as the last of these
	want_clean "$root"
	guest_stop
done
finish
