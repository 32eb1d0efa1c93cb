#!/bin/bash
# Tracepoints, of the kernel and of a module that comes and goes, and functions
# by their callers: every hit is counted against what the load is known to do,
# arguments have their values; on 6.12 in modules built by kbuild, too.
. "$(dirname "$0")/lib.sh"
scripts=$tests/live/scripts

push() { on "cat >/tmp/$1"; }
push_module() { # FILE below kernel/
	local ko
	ko=$(echo "$SYSTEMTAP_DIR/sysroots/$root/lib/modules"/*/kernel/$1*)
	case $ko in
	*.xz) xz -dc "$ko" | push "$(basename "$1")" ;;
	*) push "$(basename "$1")" <"$ko" ;;
	esac
}

counted() {
	want $'sys_exit of raw_syscalls: ret=0x1\nforks 52, 0 strange\nentered 300 left 300\nswitches many, 0 wrong\nzones 4 seen yes' \
		"$(rstap "$scripts/trace.stp" -c '
		for i in 0 1 2 3; do for j in 0 1 2 3 4 5 6 7 8 9; do (exit $i); done; done
		dd if=/dev/zero of=/dev/null bs=1 count=300 2>/dev/null
		insmod /tmp/null_blk.ko zoned=1 zone_size=256 gb=1
		for i in 0 1 2 3 4 5 6 7 8 9; do usleep 20000; done; true' 2>"$live_tmp/err")" \
		"$root: tracepoints: $(cat "$live_tmp/err")"
	# The module is there when the session starts, and goes in its course.
	want $'gone' "$(rstap -e 'probe module("null_blk").trace("nullb_*"), kernel.trace("sched_process_exit") { }
		probe end { println("gone") }' -c 'rmmod null_blk' 2>"$live_tmp/err")" \
		"$root: a module with a tracepoint goes: $(cat "$live_tmp/err")"
	want "" "$(on 'grep null_blk /proc/modules')" "$root: null_blk is gone"
}

callees() {
	want $'300 300 0 300\n300 1 0' "$(rstap "$scripts/callee.stp" -c 'dd if=/dev/zero of=/dev/null bs=1 count=300 2>/dev/null' 2>"$live_tmp/err")" \
		"$root: callees: $(cat "$live_tmp/err")"
	want $'300 300 300 300\n600 1 1' "$(rstap -DSTAP_CALLEE_MATCHALL "$scripts/callee.stp" \
		-c 'dd if=/dev/zero of=/dev/null bs=1 count=300 2>/dev/null' 2>"$live_tmp/err")" \
		"$root: callees, whoever calls: $(cat "$live_tmp/err")"
}

for root in ${STAPX_ROOTS:-"$amd64_61" "$amd64_612" "$arm64_61"}; do
	guest_start "$root" || { fail "$root"; continue; }
	push_module fs/configfs/configfs.ko
	push_module drivers/block/null_blk/null_blk.ko
	on 'insmod /tmp/configfs.ko' || true
	ways "$amd64_612"
	for how in $ways; do
		counted
		callees
	done
	want_clean "$root"
	guest_stop
done
finish
