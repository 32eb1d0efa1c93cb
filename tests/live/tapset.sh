#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Shows that each function and alias of the library says what is true: its
# values are compared with what the load knows of itself, on three kernels;
# on 6.1 of x86_64 in modules built by kbuild, too.
. "$(dirname "$0")/lib.sh"
scripts=$tests/live/scripts

# The lines "fact NAME=VALUE" of a load as $fact_NAME; the rest is $got.
take_facts() { # FILE
	local line
	while IFS= read -r line; do
		[[ $line =~ ^fact\ ([a-z_]+)=(.*)$ ]] &&
			printf -v "fact_${BASH_REMATCH[1]}" %s "${BASH_REMATCH[2]}"
	done < <(grep -a '^fact ' "$1")
	got=$(grep -av '^fact ' "$1")
}

# Takes the line "NAME = VALUE" out of $got and sets $value.
take() {
	value=$(sed -n "s/^$1 = //p" <<<"$got")
	got=$(grep -v "^$1 = " <<<"$got")
}

# What stands between two lines of $got goes to $part.
take_part() { # FROM TO
	part=$(sed -n "/^$1\$/,/^$2\$/p" <<<"$got" | sed '1d;$d')
}

tapset_wanted() {
	cat <<E2
probe_type = begin
pp begin = begin
ppfunc begin = <>
strlen = 4
substr = cde
stringat = 98
isinstr yes = 1
isinstr no = 0
strpos = 3
strpos none = -1
strtol 16 = 255
strtol 0 = 493
str_replace = three two three
tokenize = a,b,c
text_str = a\\tb\\"c
text_strn = abc
text_strn quoted = "abc"...
string_quoted = "a\\nb"
randint low = 0
randint high = 9
randint varies = 1
ctime 0 = Thu Jan  1 00:00:00 1970
ctime 1e9 = Sun Sep  9 01:46:40 2001
errno_str = ENOENT ETIMEDOUT -4000
returnstr = -2 (ENOENT) 10 0xff 010
MAJOR = 8
MINOR = 18
MKDEV = 8388626
log = a line
error ! an error
assert msg ! does not hold
assert ! assertion failed
num_online_cpus = $fact_cpus
mem_page_size = $fact_page
HZ = $(sed -n 's/^CONFIG_HZ=//p' "$config")
system = 42
kernel_int ! kernel read fault at 0x0000000000000010
kernel_string ! kernel string copy fault at 0x10
kernel_string_n ! kernel string copy fault at 0x10
kernel_string instead = bad
kernel_string2 instead = bad
kernel_string_quoted NULL = NULL
kernel_string_quoted instead = bad
task_parent ! task read fault at 0x10
symname none = 0x10
symdata none = 0x10
modname none ! no module holds the address 0x10
pid2task none = 0
pid2execname none = <>
module virtio_net virtio_net start_xmit
execname = $fact_comm
pid = $fact_pid
tid = $fact_pid
ppid = $fact_parent
pgrp = $fact_pgrp
sid = $fact_sid
pexecname = $fact_pcomm
target = $fact_pid
target_set_pid = 1
cpu = 1
task_pid = $fact_pid
task_tid = $fact_pid
task_execname = $fact_comm
task_parent = $fact_parent
pid2task = 1
pid2execname = $fact_comm
task_state = 0
task_cpu = 1
task_nice = 5
task_prio = 25
cmdline_str = ${fact_cmdline% }
user_mode = 0
probing_32bit_app = 0
user_string_n = text
user_string_n_quoted = "text \\""
user_string_n instead ok = text
user_string_n2 ok = text
user_string_n_warn ok = text
user_int ! user read fault at 0x0000000000000010
user_string ! user string copy fault at 0x10
user_string_n ! user string copy fault at 0x10
user_string instead = bad
user_string2 instead = bad
user_string_n instead = bad
user_string_n2 instead = bad
user_string_warn = <>
user_string_warn text = cannot be read
user_string_n_warn = <>
user_string_quoted = 0x10
user_string_quoted NULL = NULL
user_string_n_quoted fault = 0x10
user_string kernel = refused
kernel_string = stapx-data
kernel_string_n = stapx
kernel_string instead ok = stapx-data
kernel_string_quoted = "\\201\\202\\203\\204\\205\\206\\207\\210stapx-data"
kernel_string_quoted ok = "stapx-data"
ppfunc = vfs_write
probefunc = vfs_write
probemod = kernel
probe_type function = kprobe
is_return = 0
symname = vfs_write
stack = 1
callers = 1
caller = ksys_write
sprint_stack = 1
sprint_syms = 1
symfileline value = 0x10
symfile = fs/read_write.c
symfileline none = 0x10 .
modname = kernel
register = 1
pointer_arg = 1
args = 1
count = 16
returnval = 16
is_return .return = 1
probe_type return = kretprobe
returnstr .return = 0x10
int_arg = -100
s32_arg = -100
uint_arg = 4294967196
u32_arg = 4294967196
user_string = /tmp/stapx-suid-file
user_string2 = /tmp/stapx-suid-file
user_string_warn ok = /tmp/stapx-suid-file
user_string_quoted ok = "/tmp/stapx-suid-file"
owner 0 1000 0 1000
task owner 0 1000 0 1000
probe_type timer = timer
gettimeofday runs
jiffies runs
ktime runs
local_clock runs
cpu_clock runs
get_cycles = 1
gettimeofday units = 1
local_clock units = 1
cpu_clock units = 1
E2
	local who
	for who in kernel user; do
		# The bytes 0x81 to 0x88, little-endian; 64 bits have no other sign.
		echo "$who char -127 short -32127 int -2071756159 long -8608764254683430271 pointer -8608764254683430271"
		echo "$who signed -127 -32127 -2071756159 -8608764254683430271"
		echo "$who unsigned 129 33409 2223211137 -8608764254683430271"
		echo "$who ushort 33409 uint 2223211137 ulong -8608764254683430271"
	done
}

more_wanted() {
	cat <<E2
set_kernel 1 -2 -3 -4 4660
set_kernel_string = sUVW text
set_kernel_int ! kernel write fault at 0x0000000000000010
set_user 1 -2 -3
set_user_string_n = SOME
set_user_int ! user write fault at 0x0000000000000010
set_user_string ! user write fault at 0x0000000000000010
user error -127 -32127 33409 -2071756159 -8608764254683430271 -8608764254683430271
user error bits -127 129 -32127 33409 -2071756159 2223211137 -8608764254683430271 -8608764254683430271
user warn -127 -32127 33409 -2071756159 -8608764254683430271 -8608764254683430271
user_int_warn none = 0
user_string_nofault = <>
user_string_n_nofault = text<>
user_buffer_quoted = "text "0x10
user_buffer_quoted_error ! user read fault at 0x0000000000000010
kernel_or_user_string_quoted = 0x10NULL""""
user_string_utf = nonenone
user_string_quoted_utf16 ! user read fault at 0x0000000000000010
user_string_quoted_utf32 ! user read fault at 0x0000000000000010
cmdline_arg 0 = ${fact_cmdline%% *}
cmdline_arg 1 = $(cut -d' ' -f2 <<<"$fact_cmdline")
cmdline_arg 9 = <>
cmdline_args = ${fact_cmdline% }
cmdline_args 0 0 = ${fact_cmdline%% *}
env_var PATH = $fact_path
env_var none = <>
task_utime = 1
task_stime = 1
task_utime none = 0
task_start_time = 1
task_time_string = 1
proc_mem pid = 1
proc_mem none = 0
proc_mem_string = 1
task_rlimit = ${fact_limits//unlimited/-1}
task_rlimit none = -2
task_rlimit nofile = $fact_nofile
container_of = 1
module_container_of = $fact_pid
sizes 4 16 1 0
mm = 1
this = 32 $fact_comm
task_ancestry time = 1
task_max_file_handles = $fact_nofile
task_cwd_path = /tmp
task_exe_file = /bin/busybox
current_exe_file = 1
task_fd_lookup none = 0
is_sig_blocked = 0
task_ns = 1
loadavg = 1
get_loadavg_index ! get_loadavg_index: the index is not 0, 1 or 2
d_name = stapx-data
reverse_path_walk = stapx-data
task_dentry_path = stapx-data
fullpath_struct_file = stapx-data
inode_name = stapx-data
inode_path = stapx-data
real_mount = 1
d_path = /tmp
fullpath_struct_nameidata = /tmp
registers_valid begin = 0
tz_ctime = Thu Jan  1 00:00:00 1970 UTC
tz_gmtoff = 0
tz_name = UTC
remote_id = 0
remote_uri = guest
stack_size = 1
is_myproc = 1
mdelay = 1
mdelay ! a delay of 2000000 us is not within 0 and 1000000
u_register = 1
set_arg = 1
raise ! there is no signal 99
registers_valid = 1
get_sa_handler = 1
get_sa_flags = 1
get_sigaction_mask = -6442450945
tcp 10.0.2.15:22 10.0.2.2 state 1
tcpmib_remote_port = 1
inet 10.0.2.2 to port 22
packet proto 6 10.0.2.15:22 10.0.2.2
ipmib_tcp_remote_port = 1
E2
}

# Sizes in pages as /proc had them a moment before, or nearly.
check_process() {
	local own proc rss
	read -ra own <<<"$fact_procmem"
	read -ra proc <<<"$fact_mem"	# size resident shared text lib data dt
	[ "${own[0]}" = "${proc[0]}" ] && [ "${own[3]}" = "${proc[3]}" ] && [ "${own[4]}" = "${proc[5]}" ] ||
		fail "$root: proc_mem_size, _txt, _data: $fact_procmem, in /proc $fact_mem"
	# /proc/PID/statm has not what CPUs have not handed over yet.
	rss=$((own[1] * fact_page / 1024 - fact_rss))
	[ $((rss * rss)) -le $((256 * 256)) ] && [ "${own[2]}" -le "${own[1]}" ] ||
		fail "$root: proc_mem_rss, _shr: $fact_procmem pages, $fact_rss kB in smaps"
	[ "$fact_openfiles" -ge 3 ] && [ "$fact_openfiles" -le 12 ] || fail "$root: task_open_file_handles $fact_openfiles"
	[ "$fact_stp_pid" = "$fact_parent" ] || fail "$root: stp_pid $fact_stp_pid, staprun is $fact_parent"
	take pn
	[[ $value =~ ^kernel\.function\(vfs_write@fs/read_write\.c:[0-9]+\)\.call$ ]] || fail "$root: pn $value"
	take_part print_regs: "end of regs"
	[[ $part =~ ^(rip|pc):\ +[0-9a-f]{16}\ .*[[:space:]][a-z0-9]+:\ +[0-9a-f]{16}$ ]] && [ "$(grep -o ': ' <<<"$part" | wc -l)" -ge 19 ] ||
		fail "$root: print_regs: $part"
	got=$(sed '/^print_regs:$/,/^end of regs$/d' <<<"$got")
	want "137 1" "$fact_raised $fact_changed" "$root: raise, and an argument put back"
	want 1 "$(on 'grep -c "stapx test: ftrace" /sys/kernel/tracing/trace')" "$root: ftrace"
	on 'dmesg | grep -q "vfs_write+"' || fail "$root: dump_stack"
	take task_ancestry
	[[ $value =~ ^(init|busybox)=\>.*=\>$fact_pcomm=\>$fact_comm$ ]] || fail "$root: task_ancestry $value"
	take pstrace
	[[ $value =~ ^"$fact_comm($fact_pid) $fact_pcomm($fact_parent)" ]] && [[ $value != *init* ]] || fail "$root: pstrace $value"
	take "task_fd_lookup 0"
	[[ $value =~ ^(/dev/null|pipe:\[[0-9]+\])$ ]] || fail "$root: task_fd_lookup 0: $value"
}

# What is true only within limits.
check_ranges() {
	local at line in=no
	take module_name
	[[ $value =~ ^stap_[0-9a-f]{32}_[0-9]+$ ]] || fail "$root: module_name $value"
	take 'pp'
	[[ $value =~ ^kernel\.function\(vfs_write@fs/read_write\.c:[0-9]+\)\.call$ ]] || fail "$root: pp $value"
	take symfileline
	at=$value
	take symline
	want "$at" "fs/read_write.c:$value" "$root: symfileline and symline"
	[[ $value =~ ^[0-9]+$ ]] || fail "$root: symline $value"
	take symdata
	[[ $value =~ ^vfs_write\+0x[04]/0x[0-9a-f]+\ \[kernel\]$ ]] || fail "$root: symdata $value"
	take 'now s'
	[ "$value" -ge "$fact_before" ] && [ "$value" -le "$fact_after" ] ||
		fail "$root: gettimeofday_s $value is not within $fact_before and $fact_after"
	take 'ctime now'
	at=$(date -u -d "$value" +%s)
	[ "$at" -ge "$fact_before" ] && [ "$at" -le "$fact_after" ] || fail "$root: ctime $value"
	take uaddr
	at=$((16#$value))
	while read -r line; do
		[ $at -ge $((16#${line%%-*})) ] &&
			[ $at -lt $((16#$(sed 's/^[^-]*-\([^ ]*\) .*/\1/' <<<"$line"))) ] && in=yes
	done < <(sed -n 's/^fact text=//p' "$live_tmp/out")
	[ $in = yes ] || fail "$root: uaddr $value is not in the program's text"
}

# One stack four times: its functions in order, and each form of a line.
check_stacks() {
	local names first
	take_part sprint_backtrace: print_backtrace:
	names=$(sed 's/+0x[0-9a-f]* \[kernel\]$//' <<<"$part")
	case $root in
	*amd64) want $'vfs_write\nksys_write\ndo_syscall_64' "$(grep -vxE '__x64_sys_write|x64_sys_call' <<<"$names" | head -n 3)" "$root: the stack" ;;
	*arm64) want $'vfs_write\nksys_write\n__arm64_sys_write\ninvoke_syscall' "$(head -n 4 <<<"$names")" "$root: the stack" ;;
	esac
	take_part print_backtrace: print_stack:
	first=$part
	want "$names" "$(sed 's/^ 0x[0-9a-f]\{16\} : \([^+]*\)+0x[0-9a-f]*\/0x[0-9a-f]* \[kernel\]$/\1/' <<<"$first")" "$root: print_backtrace"
	take_part print_stack: print_syms:
	want "$first" "$part" "$root: print_stack"
	take_part print_syms: end
	want "$first" "$part" "$root: print_syms"
	got=$(sed '/^sprint_backtrace:$/,/^end$/d' <<<"$got")
}

functions() {
	on 'cat >/tmp/tapset-load; chmod +x /tmp/tapset-load' <"$scripts/tapset-load"
	on 'dmesg -c >/dev/null; : >/sys/kernel/tracing/trace'
	rstap -g "$scripts/tapset.stp" -E "$(cat "$scripts/tapset-more.stp")" -c /tmp/tapset-load >"$live_tmp/out" 2>"$live_tmp/err" ||
		{ fail "$root: tapset.stp: status $?: $(cat "$live_tmp/err")"; return; }
	take_facts "$live_tmp/out"
	config=$(stap-sysroot show "$root" | awk '$1 == "build" { print $2 }')/.config
	check_ranges
	check_stacks
	check_process
	want "$( (tapset_wanted; more_wanted) | sort)" "$(sort <<<"$got")" "$root: functions of the library"
	# Which of two probes at one place comes first is not said.
	want $'WARNING: a warning\nWARNING: user read fault at 0x0000000000000040\nWARNING: user string copy fault at 0x10\nWARNING: user string copy fault at 0x20\nWARNING: user write fault at 0x0000000000000030' \
		"$(grep -v 'skipped probes' "$live_tmp/err" | sort)" "$root: warnings"
	want 1 "$(on 'dmesg | grep -c "stapx test: printk"')" "$root: printk"
}

aliases_wanted() {
	[ -z "$1" ] || cat <<E2
open("/tmp/stapx-calls", O_RDWR|O_CREAT|O_TRUNC, 0640)
open: "/tmp/stapx-calls" /tmp/stapx-calls 578 O_RDWR|O_CREAT|O_TRUNC 0640
open = $fact_fd, $fact_fd
E2
	[ -n "$1" ] || cat <<E2
openat(AT_FDCWD, "/tmp/stapx-calls", O_RDWR|O_CREAT|O_TRUNC, 0640)
openat = $fact_fd, $fact_fd
E2
	cat <<E2
vfs.write stapx-file 5 hello argstr 1 ino $fact_ino dev 0:$fact_dev same 1 pos 0
vfs.write.return stapx-file of 5 ret 5 5 written 5 error 0 <> at 5 ino $fact_ino dev 0:$fact_dev same 1
vfs.write stapx-file 5 more! argstr 1 ino $fact_ino dev 0:$fact_dev same 1 pos 0
vfs.write.return stapx-file of 5 ret 5 5 written 5 error 0 <> at 10 ino $fact_ino dev 0:$fact_dev same 1
vfs.read stapx-file 16 pos 0 argstr 1 ino $fact_ino dev 0:$fact_dev same 1
vfs.read.return stapx-file of 16 ret 10 10 read 10 error 0  at 10 ino $fact_ino dev 0:$fact_dev same 1
vfs.read stapx-file 16 pos 10 argstr 1 ino $fact_ino dev 0:$fact_dev same 1
vfs.read.return stapx-file of 16 ret 0 0 read 0 error 0  at 10 ino $fact_ino dev 0:$fact_dev same 1
vfs.read stapx-dir 16 pos 0 argstr 1 ino $fact_dino dev 0:$fact_dev same 1
vfs.read.return stapx-dir of 16 ret -21 -21 read 0 error -21 EISDIR at 0 ino $fact_dino dev 0:$fact_dev same 1
execve = 0, 0
kprocess.exec_complete 1 0
write: $fact_fd $fact_text "hello\\n" 6
write($fact_fd, "hello\\n", 6)
write = 6, 6
close: $fact_fd
close($fact_fd)
close = 0, 0
openat(AT_FDCWD, "/tmp/stapx-calls", O_RDONLY|O_CLOEXEC)
openat = $fact_fd, $fact_fd
read: $fact_fd $fact_back 100
read($fact_fd, $fact_back, 100)
read = 6, 6
read: $fact_fd 0x10 100
read($fact_fd, 0x10, 100)
read = 0, 0
close: $fact_fd
close($fact_fd)
close = 0, 0
close: 1234
close(1234)
close = -9 (EBADF), -9
openat: 77 77 "stapx-nowhere" stapx-nowhere 1025 O_WRONLY|O_APPEND
openat(77, "stapx-nowhere", O_WRONLY|O_APPEND)
openat = -9 (EBADF), -9
openat(AT_FDCWD, 0x10, O_RDONLY)
openat = -14 (EFAULT), -14
kill: $fact_self 10
kill($fact_self, SIGUSR1)
kill = 0, 0
kill: $fact_self 99
kill($fact_self, 99)
kill = -22 (EINVAL), -22
unlinkat: -100 AT_FDCWD "/tmp/stapx-calls" 0
unlinkat(AT_FDCWD, "/tmp/stapx-calls", 0)
unlinkat = 0, 0
unlinkat: -100 AT_FDCWD "/tmp/stapx-calls" 0
unlinkat(AT_FDCWD, "/tmp/stapx-calls", 0)
unlinkat = -2 (ENOENT), -2
process_fork $fact_self $fact_exits $fact_exits
kprocess.create $fact_exits $fact_exits calls
exit: 7
exit(7)
process_exit calls $fact_exits 1
kprocess.exit $fact_exits 1792
kprocess.release $fact_exits $fact_exits
process_fork $fact_self $fact_execs $fact_execs
kprocess.create $fact_execs $fact_execs calls
kprocess.exec "/tmp/stapx-missing", ["true", "a b", "q\\""]
execve: "/tmp/stapx-missing" ["true", "a b", "q\\""]
execve("/tmp/stapx-missing", ["true", "a b", "q\\""])
execve = -2 (ENOENT), -2
kprocess.exec_complete 0 -2
kprocess.exec "/bin/true", ["true", "a b", "q\\""]
execve: "/bin/true" ["true", "a b", "q\\""]
execve("/bin/true", ["true", "a b", "q\\""])
execve = 0, 0
kprocess.exit $fact_execs 0
kprocess.release $fact_execs $fact_execs
exit_group: 3
exit_group(3)
process_exit calls $fact_self 1
kprocess.exit $fact_self 768
kprocess.release $fact_self $fact_self
ticks 1
E2
}

aliases() {
	local cc=gcc open=yes
	[[ $root == *arm64 ]] && cc=aarch64-linux-gnu-gcc open=
	"$cc" -static -O1 -Wall -Werror -o "$live_tmp/calls" "$scripts/calls.c" ||
		{ fail "$root: $cc does not compile calls.c"; return; }
	on 'cat >/tmp/calls; chmod +x /tmp/calls' <"$live_tmp/calls"
	on 'cat >/tmp/aliases-load; chmod +x /tmp/aliases-load' <"$scripts/aliases-load"
	rstap "$scripts/aliases.stp" -c /tmp/aliases-load >"$live_tmp/out" 2>"$live_tmp/err" ||
		{ fail "$root: aliases.stp: status $?: $(cat "$live_tmp/err")"; return; }
	take_facts "$live_tmp/out"
	want 3 "$fact_status" "$root: the load's status"
	# Its own report; how many writes that takes is the library's matter.
	got=$(grep -vE '^write\(1, |^write = [0-9]{2,}, ' <<<"$got")
	want "$(aliases_wanted "$open" | sort)" "$(sort <<<"$got")" "$root: aliases of the library"
}

families_wanted() {
	local page=$((fact_map + 4096)) me="$fact_pid families"
	cat <<E2
mmap 12288
brk $fact_brk 8192
fault $((page + 1)) minor
fault $((page + 1)) minor
write_shared $page
write_shared_copy $page 0
process_wait 0
munmap $fact_map 12288
procmask 0
do_action 10 SIGUSR1 $fact_handler 0
syskill 10 SIGUSR1 $me
checkperm 10 SIGUSR1 $me
checkperm = 0
send SI_USER shared 10 SIGUSR1 $me
check_ignored 10 SIGUSR1 $me
signal_send 10
syskill = 0
handle 10 SIGUSR1 USER MODE 0
sys_tkill 23 SIGURG $me
checkperm 23 SIGURG $me
checkperm = 0
send SI_TKILL 23 SIGURG $me
sys_tkill = 0
sys_tkill = 0
sys_tgkill 28 SIGWINCH $me
checkperm 28 SIGWINCH $me
checkperm = 0
send SI_TKILL 28 SIGWINCH $me
sys_tgkill = 0
syskill 99 99 1 busybox
checkperm 99 99 1 busybox
checkperm = -22
syskill = -22 (EINVAL)
E2
	printf '%s holds\n' cpu_off cpu_on ctxswitch irq_handler.entry irq_handler.exit \
		kfree kmalloc kmem_cache_alloc kmem_cache_free process_exit \
		process_free signal.do_action.return signal.procmask.return \
		signal.send.return softirq.entry softirq.exit vm.pagefault wakeup \
		wakeup_new workqueue
}

families() {
	local cc=gcc
	[[ $root == *arm64 ]] && cc=aarch64-linux-gnu-gcc
	"$cc" -static -O1 -Wall -Werror -o "$live_tmp/families" "$scripts/families-load.c" ||
		{ fail "$root: $cc does not compile families-load.c"; return; }
	on 'cat >/tmp/families; chmod +x /tmp/families' <"$live_tmp/families"
	rstap "$scripts/families.stp" -c /tmp/families >"$live_tmp/out" 2>"$live_tmp/err" ||
		{ fail "$root: families.stp: status $?: $(cat "$live_tmp/err")"; return; }
	take_facts "$live_tmp/out"
	# Pages but the one it is about come as the program's start needs them; what
	# may not happen in so short a time must hold if it does.
	got=$(awk -v page=$((fact_map + 4096)) '
		/^(fault|write_shared)/ && $2 - page != 0 && $2 - page != 1 { next }
		/^(balance|migrate|vm._node|workqueue.create|signal.wakeup|signal.send_sig_queue) holds$/ { next }
		{ print }' <<<"$got")
	want "$(families_wanted | sort)" "$(sort <<<"$got")" "$root: families of the library"
}

# Addresses all over the kernel and its modules, KASLR on: the names are those of
# /proc/kallsyms; by the host's sysroot, by a saved stream, and by staprun alone
# on a target that hides its addresses, the output is the same.
addresses() {
	local script=$live_tmp/names.stp cpu=x86_64
	[[ $root == *arm64 ]] && cpu=arm64
	# Where data has no names (arm64), init text is the target's to name.
	on "awk '\$3 ~ /^(_stext|_einittext)\$/ { on = 1 } \$3 == \"__inittext_begin\" { on = 0 } on && \$1 != last && n++ % 400 == 7; { last = \$1 }' /proc/kallsyms" >"$live_tmp/some"
	[ "$(wc -l <"$live_tmp/some")" -gt 90 ] && grep -q '\[' "$live_tmp/some" || fail "$root: $(wc -l <"$live_tmp/some") symbols"
	{
		echo 'function at(a) { printf("%016x %s\n", a, symname(a)) printf("%-20s|%s\n", symdata(a), symdata(a + 3)) }'
		echo 'probe begin {'
		sed 's/^\([^ ]*\).*/at(0x\1)/' "$live_tmp/some"
		echo 'at(16) print_backtrace() print_stack(backtrace()) exit() }'
	} >"$script"
	rstap --save "$live_tmp/kept" "$script" >"$live_tmp/out" 2>"$live_tmp/err" ||
		fail "$root: names.stp: $(cat "$live_tmp/err")"
	want "$(awk '{ print $1, $3 }' "$live_tmp/some"; echo 0000000000000010 0x10)" \
		"$(grep -E '^[0-9a-f]{16} ' "$live_tmp/out")" "$root: names of /proc/kallsyms"
	grep -qE '^ 0x[0-9a-f]{16} : [a-z0-9_]+\+0x[0-9a-f]+/0x[0-9a-f]+ \[kernel\]$' "$live_tmp/out" ||
		fail "$root: no stack"
	want 0 "$(grep -aoc '\[kernel\]' "$live_tmp/kept")" "$root: names of the kernel in the stream"
	want "$(cat "$live_tmp/out")" "$(stap --replay "$live_tmp/kept" 2>&1)" "$root: shown again by the sysroot"
	(cd "$live_tmp" && stap -r "$root" -p4 -m names names.stp >/dev/null) || fail "$root: no module"
	tar -C "$live_tmp" -cf - names.ko -C "$build/targets/$cpu" staprun | on 'tar -C /tmp -xf -'
	want "$(cat "$live_tmp/out")" "$(on 'cd /tmp; echo 2 >/proc/sys/kernel/kptr_restrict; ./staprun --save kept names.ko 2>&1')" \
		"$root: by staprun alone, addresses hidden"
	want 0000000000000000 "$(on "awk '{ print \$1; exit }' /proc/kallsyms; cat /tmp/kept >&2; cd /tmp; rm staprun names.ko kept; echo 0 >/proc/sys/kernel/kptr_restrict" 2>"$live_tmp/kept")" \
		"$root: addresses are hidden"
	want "$(cat "$live_tmp/out")" "$(STAPX_SYSROOTS=$live_tmp/none stap --replay "$live_tmp/kept" 2>&1)" "$root: shown again by itself"
}

# The functions in a part of $got, whatever the form of its lines.
user_names() { # FROM TO
	take_part "$1" "$2"
	names=$(sed 's/^ 0x[0-9a-f]* : //; s/+0x.*//; s/^ 0x[0-9a-f]* \[.*/0x/' <<<"$part" | head -n 4)
}

user_forms() { # PROGRAM
	local four=$'ustack_leaf\nustack_inner\nustack_outer\nmain' addresses form next
	take uaddr
	at=$((value - fact_leaf))
	[ $at -ge 0 ] && [ $at -lt 64 ] || fail "$root: $1: uaddr $value, the function is at $fact_leaf"
	take usymname; want ustack_leaf "$value" "$root: $1: usymname"
	take usymdata
	[[ $value =~ ^ustack_leaf\+0x"$(printf %x $at)"/0x[0-9a-f]+\ \[/tmp/$1\]$ ]] || fail "$root: $1: usymdata $value"
	take umodname; want "$1" "$value" "$root: $1: umodname"
	take usymfile; want "0x10 0x10 0x10" "$value" "$root: $1: usymfile"
	take nowhere; want "0x10 0x10" "$value" "$root: $1: no file"
	take value; want 1 "$value" "$root: $1: a name as a value"
	take ucallers; want "1 1" "$value" "$root: $1: ucallers"
	take ustack; want "1 0" "$value" "$root: $1: ustack"
	grep -qxF 'umodname 16 ! no file is mapped at the address 0x10' <<<"$got" || fail "$root: $1: umodname of nothing"
	form=print_ubacktrace
	for next in print_usyms print_ustack print_ubacktrace_brief print_ubacktrace_fileline sprint_usyms; do
		user_names "$form:" "$next:"
		want "$four" "$names" "$root: $1: $form"
		[ $form != print_ubacktrace ] || addresses=$(sed 's/^ \(0x[0-9a-f]*\).*/\1/' <<<"$part")
		form=$next
	done
	# As values they are numbers, a line each.
	for next in sprint_ustack sprint_ubacktrace given; do
		take_part "$form:" "$next:"
		want "$addresses" "$part" "$root: $1: $form"
		form=$next
	done
	user_names given: end
	want $'ustack_inner\nustack_inner' "$names" "$root: $1: given"
	take libc
	want "getpgid $2" "$value" "$root: $1: in libc"
	user_names libc: "end of libc"
	want getpgid "${names%%$'\n'*}" "$root: $1: the stack in libc"
	grep -qx main <<<"$names" || fail "$root: $1: no main behind libc: $names"
	take modules; want 1 "$value" "$root: $1: umodname in the scheduler"
	take idle; want "0 <> 0" "$value" "$root: $1: the idle task"
}

# A program of known functions, linked statically and not, with and without
# frame pointers.  (What the scheduler does within a handler is skipped.)
user_stacks() {
	local cc=gcc ldd=
	[[ $root == *arm64 ]] && cc=aarch64-linux-gnu-gcc
	for kind in static dynamic; do
		"$cc" -O1 -DFRAMES -fno-omit-frame-pointer -fno-optimize-sibling-calls -Wall -Werror \
			$([ $kind = dynamic ] || echo -static) -o "$live_tmp/$kind" "$scripts/ustack-load.c" ||
			{ fail "$root: $cc does not compile ustack-load.c"; return; }
	done
	tar -C "$live_tmp" -cf - static dynamic | on 'tar -C /tmp -xf -'
	for kind in static dynamic; do
		rstap "$scripts/ustack.stp" -c "/tmp/$kind" >"$live_tmp/out" 2>"$live_tmp/err" ||
			{ fail "$root: ustack.stp: status $?: $(cat "$live_tmp/err")"; return; }
		want "" "$(grep -v 'skipped probes' "$live_tmp/err")" "$root: $kind: messages"
		take_facts "$live_tmp/out"
		user_forms $kind "$([ $kind = static ] && echo static || echo libc.so.6)"
	done
	# Without frame pointers, by the rules that the module carries; values are
	# names then.
	"$cc" -O1 -fomit-frame-pointer -fno-optimize-sibling-calls -Wall -Werror -g -o "$live_tmp/plain" "$scripts/ustack-load.c" ||
		{ fail "$root: $cc does not compile ustack-load.c"; return; }
	on 'cat >/tmp/plain; chmod +x /tmp/plain' <"$live_tmp/plain"
	[[ $root == *arm64 ]] || ldd=--ldd
	rstap "$scripts/ustack.stp" -d "$live_tmp/plain" $ldd -c /tmp/plain >"$live_tmp/out" 2>"$live_tmp/err" ||
		fail "$root: ustack.stp -d: status $?: $(cat "$live_tmp/err")"
	want "" "$(grep -v 'skipped probes' "$live_tmp/err")" "$root: -d: messages"
	take_facts "$live_tmp/out"
	user_names print_ubacktrace: print_usyms:
	want $'ustack_leaf\nustack_inner\nustack_outer\nmain' "$names" "$root: -d: print_ubacktrace"
	[ -z "$ldd" ] || want _start "$(sed -n '$s/^ 0x[0-9a-f]* : \([^+]*\).*/\1/p' <<<"$part")" "$root: --ldd: the outermost"
	take_part print_ubacktrace_fileline: sprint_usyms:
	want "ustack-load.c:$(grep -n 'return ustack_leaf' "$scripts/ustack-load.c" | cut -d: -f1)" \
		"$(sed -n '2s/.* at .*\/\(.*\) \[.*/\1/p' <<<"$part")" "$root: -d: print_ubacktrace_fileline"
	take value; want 0 "$value" "$root: -d: a name as a value"
	take_part sprint_ubacktrace: given:
	want $'ustack_leaf\nustack_inner\nustack_outer\nmain' "$(sed 's/+0x[0-9a-f]* \[.*\/plain\]$//' <<<"$part" | head -n 4)" "$root: -d: sprint_ubacktrace"

	[ "$root" != "$amd64_61" ] || damaged_programs
	on 'rm -f /tmp/static /tmp/dynamic /tmp/plain'
}

# Section headers (e_shoff, e_shnum) that are not there; a namer that is
# stopped: both have numbers, and the session goes on.
damaged_programs() {
	on 'cd /tmp; cp static damaged; printf "\20\0\0\0\0\0\0\0" | dd of=damaged bs=1 seek=40 conv=notrunc 2>/dev/null
		printf "\377\377" | dd of=damaged bs=1 seek=60 conv=notrunc 2>/dev/null; cp static late'
	rstap -e 'probe syscall.getpgid { if (argstr == "424242") printf("%s %s\n", usymname(uaddr()), usymdata(uaddr())) }' \
		-c 'sh -c "/tmp/damaged; /tmp/static; sleep 0.5; kill -STOP \$(pidof staprun-namer); /tmp/late; exec /tmp/static"' >"$live_tmp/out" 2>"$live_tmp/err" ||
		fail "$root: damaged programs: status $?: $(cat "$live_tmp/err")"
	want $'0x [/tmp/damaged+0x/0x]\nustack_leaf [/tmp/static]\n0x [/tmp/late+0x/0x]\nustack_leaf [/tmp/static]' \
		"$(grep -v ^fact "$live_tmp/out" | sed 's/^[^ ]* //; s/^ustack_leaf+[^ ]*/ustack_leaf/; s/0x[0-9a-f]*/0x/g')" "$root: damaged programs"
	want "" "$(on 'pidof staprun-namer; rm -f /tmp/damaged /tmp/late')" "$root: a namer is left"
}

# No function or alias is forgotten by the scripts above and the programs of
# tests/lang, which language.sh runs on a guest.
programs=("$scripts"/tapset{,-more}.stp "$scripts/syscalls-tp.stp" "$scripts/ustack.stp")
for f in "$tests"/lang/*.out; do programs+=("${f%.out}.stp"); done
for f in $(stap --dump-functions | sed 's/[:( ].*//' | sort -u); do
	grep -q "\b$f *(" "${programs[@]}" || fail "no script calls $f()"
done
# The tables of system calls have a test of its own, syscalls.sh.
table=$(sed -n 's/^probe \([a-z0-9_.]*\) = .*/\1/p' "$tests"/../tapset/linux/syscalls-{calls,tp}.stp)
for a in $(stap --dump-probe-aliases | sed 's/ = .*//' | grep -vxF "$table"); do
	grep -qE "\b${a//./\\.}( *[,{]|\$)" "$scripts/aliases.stp" "$scripts/families.stp" "${programs[@]}" || fail "no script uses $a"
done
for root in ${STAPX_ROOTS:-"$amd64_61" "$amd64_612" "$arm64_61"}; do
	guest_start "$root" || { fail "$root"; continue; }
	install_staprun
	ways "$amd64_61"
	for how in $ways; do
		functions
		aliases
	done
	how=fast
	user_stacks
	families
	addresses
	want_clean "$root"
	guest_stop
done
finish
