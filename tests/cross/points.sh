#!/bin/bash
# Which places a probe point of the debug information names, for every known
# sysroot that has vmlinux: lines, addresses, labels, callees, tracepoints and
# data, and what may not be probed.  A listed point always finds itself again.
. "$(dirname "$0")/kernels.sh"

fail() {
	echo "$release: $*"
	head -n 12 "$tmp/out" "$tmp/err"
	bad=1
}
list() { "$stap" -r "$release" -l "$@" >"$tmp/out" 2>"$tmp/err" </dev/null; }
# says NAME REGEX POINT...: the list (or what is said in its place) has a line
# like it.
says() {
	local name=$1 want=$2
	shift 2
	list "$@"
	cat "$tmp/out" "$tmp/err" | grep -Eq -- "$want" ||
		fail "$name: no line like $want"
}
# only NAME REGEX POINT...: every line of the list is like it, and there are some.
only() {
	local name=$1 want=$2
	shift 2
	list "$@" && ! grep -Evq -- "$want" "$tmp/out" ||
		fail "$name: not all lines are like $want"
}

# Where the probes of a point are, link time.
places() {
	"$stap" -r "$release" -vv -p2 -e "probe $1 { println(1) }" 2>&1 </dev/null |
		sed -n 's/.*probe vfs_read@.* at \(0x[0-9a-f]*\).*/\1/p'
}

# LINE: of a statement of vfs_read.
by_addresses() {
	local pc near
	pc=$(places 'kernel.function("vfs_read")')
	only "a function by its address" "^kernel[.]function[(]$pc[)][.]exported$" "kernel.function($pc).exported"
	pc=$(places "kernel.statement(\"vfs_read@fs/read_write.c:$1\")" | head -n 1)
	only "the statement of its address" "^kernel[.]statement[(]$pc[)][.]nearest$" "kernel.statement($pc).nearest"
	near=$(places "kernel.statement($(printf %#x $((pc + 4)))).nearest")
	[ $((near)) -ge $((pc)) ] && [ $((near)) -le $((pc + 4)) ] && [ "$near" = "$(places "kernel.statement($near).nearest")" ] ||
		fail "the statement of an address: $near of $pc and 4 bytes"
}

lines_of_functions() {
	local f='vfs_read@fs/read_write[.]c' decl line
	only "a function" "^kernel[.]function[(]\"$f:[0-9]+\"[)]$" 'kernel.function("vfs_read")'
	decl=$(sed 's/.*:\([0-9]*\)".*/\1/' "$tmp/out")
	only "statements of a function" "^kernel[.]statement[(]\"$f:[0-9]+\"[)]$" \
		'kernel.statement("vfs_read@fs/read_write.c:*")'
	[ "$(wc -l <"$tmp/out")" -ge 12 ] || fail "vfs_read has more statements"
	# Those of functions that are inlined into it are among them.
	sed 's/.*:\([0-9]*\)".*/\1/' "$tmp/out" |
		awk -v d="$decl" '$1 >= d && $1 < d + 60' >"$tmp/lines"
	# The first and the last of them name the function and themselves.
	for line in $(sed -n '2p;$p' "$tmp/lines"); do
		only "by a line within" "^kernel[.]function[(]\"$f:$decl\"[)]$" \
			"kernel.function(\"*@fs/read_write.c:$line\")"
		only "line $line again" "^kernel[.]statement[(]\"$f:$line\"[)]$" \
			"kernel.statement(\"vfs_read@fs/read_write.c:$line\")"
		only "line $line from the declaration" "^kernel[.]statement[(]\"$f:$line\"[)]$" \
			"kernel.statement(\"vfs_read@fs/read_write.c+$((line - decl))\")"
	done
	list "kernel.statement(\"vfs_read@fs/read_write.c:$(paste -sd, "$tmp/lines")\")"
	sed 's/.*:\([0-9]*\)".*/\1/' "$tmp/out" | cmp -s - "$tmp/lines" ||
		fail "a list of lines is not those lines"
	only "nearest" "^kernel[.]statement[(]\"$f:$decl\"[)][.]nearest$" \
		"kernel.statement(\"vfs_read@fs/read_write.c:$decl\").nearest"
	by_addresses "$(sed -n 2p "$tmp/lines")"
	says "a bad line" "is not NAME@FILE:LINE" 'kernel.statement("vfs_read@fs/read_write.c:1,")'
}

every_statement_again() {
	list 'kernel.statement("*@fs/read_write.c:*")'
	cp "$tmp/out" "$tmp/all"
	[ "$(wc -l <"$tmp/all")" -ge 900 ] || fail "fs/read_write.c has more statements"
	shuf -n 40 --random-source="$0" "$tmp/all" | sort >"$tmp/some"
	"$stap" -r "$release" -l "$(paste -sd, "$tmp/some")" >"$tmp/out" 2>"$tmp/err" </dev/null
	cmp -s "$tmp/out" "$tmp/some" || { diff "$tmp/some" "$tmp/out"; fail "a listed statement is not found again"; }
}

refusals() {
	says "another file" "'vfs_read' is not at 'fs/rea_write.c'; it is declared at fs/read_write.c:[0-9]*:" 'kernel.function("vfs_read@fs/rea_write.c")'
	says "another line" "'vfs_read' is not at 'fs/read_write.c:9999'; it is declared at fs/read_write.c:" 'kernel.function("vfs_read@fs/read_write.c:9999")'
	says "a module's name" "has no module 'virtio_nett' [(]similar: virtio_net" 'module("virtio_nett").function("a")'
	says "the kernel's list" "may not be probed: (the kernel marks it|it must not be instrumented)" \
		'kernel.function("do_int3"), kernel.function("do_debug_exception")'
	says "our own machinery" "may not be probed: every handler may call it" \
		'kernel.function("copy_from_kernel_nofault")'
	says "start-up code" "may not be probed: it is freed" 'kernel.function("start_kernel")'
	only "start-up code of a module" '^module[(]"virtio_net"[)][.]function[(]"virtio_net_driver_init@' \
		'module("virtio_net").function("virtio_net_driver_init")'
}

tracepoints() {
	only "a tracepoint by its name" '^kernel[.]trace[(]"sched:sched_switch"[)]$' 'kernel.trace("sched_switch")'
	only "one without an event" '^kernel[.]trace[(]"sched:pelt_cfs_tp"[)]$' 'kernel.trace("sched:pelt_cfs_tp")'
	only "a system that no header is named after" '^kernel[.]trace[(]"raw_syscalls:sys_e(nter|xit)"[)]$' \
		'kernel.trace("raw_syscalls:*")'
	list 'kernel.trace("*")'
	[ "$(wc -l <"$tmp/out")" -ge 600 ] || fail "the kernel has more tracepoints"
	only "the module of a system's name" '^module[(]"xfs"[)][.]trace[(]"xfs:xfs_ag' 'kernel.trace("xfs:xfs_ag*")'
	says "near names" "no tracepoint 'sched_swich' in kernel [(]similar: sched_switch" 'kernel.trace("sched_swich")'
	says "near systems" "no tracepoint 'shed:[*]' in kernel [(]similar: sched:[*]" 'kernel.trace("shed:*")'
	says "a name in a system" "[(]similar: sched:sched_switch[)]" 'kernel.trace("shed:sched_switch")'
	says "a system call" "probe tp_syscall.openat.return" 'kernel.trace("sys_exit_openat")'
	says "what a module has" "see .stap -r .* -l 'module[(]\"xfs\"[)].trace" 'module("xfs").trace("nothing_like_it")'
	"$stap" -r "$release" -L 'kernel.trace("sched_process_fork"), kernel.trace("sys_enter")' >"$tmp/out" 2>"$tmp/err" </dev/null
	diff - "$tmp/out" >"$tmp/err" <<'E2' || fail "arguments of tracepoints"
kernel.trace("raw_syscalls:sys_enter") $regs:struct pt_regs* $id:long int
kernel.trace("sched:sched_process_fork") $parent:struct task_struct* $child:struct task_struct*
E2
	"$stap" -r "$release" -p2 -e 'probe kernel.trace("sched_switch") { println($nothing) }' >"$tmp/out" 2>"$tmp/err" </dev/null
	grep -q "no argument 'nothing' (alternatives: \$preempt, \$prev, " "$tmp/err" || fail "an argument there is not"
}

within() {
	only "a label, on its own line" '^kernel[.]function[(]"__anon_inode_getfd@fs/anon_inodes[.]c:[0-9]+"[)][.]label[(]"err_put_unused_fd"[)]$' \
		'kernel.function("__anon_inode_getfd").label("err*")'
	only "that label again" '[.]label[(]"err_put_unused_fd"[)]$' "$(cat "$tmp/out")"
	only "functions of a module that others may call" '^module[(]"xfs"[)][.]function[(]"xfs_buf_[^"]*"[)][.]exported$' \
		'module("xfs").function("xfs_buf_*").exported'
	only "their returns" '^module[(]"xfs"[)][.]function[(]"xfs_buf_[^"]*"[)][.]exported[.]return$' \
		'module("xfs").function("xfs_buf_*").exported.return'
	says "no label" "has no such label" 'kernel.function("vfs_read").label("nowhere")'
	for suffix in '' .call .return; do
		only "a callee" '^kernel[.]function[(]"vfs_read@fs/read_write[.]c:[0-9]+"[)][.]callee[(]"rw_verify_area@fs/read_write[.]c:[0-9]+"[)]'"$suffix$" \
			"kernel.function(\"vfs_read\").callee(\"rw_*@fs/read_write.c\")$suffix"
		only "that callee again" '[.]callee[(]"rw_verify_area@' "$(cat "$tmp/out")"
	done
	says "all callees" '[.]callee[(]"fsnotify_access@include/linux/fsnotify[.]h:[0-9]+"[)]$' 'kernel.function("vfs_read").callees'
	list 'kernel.function("ksys_read").callees' && cp "$tmp/out" "$tmp/one"
	list 'kernel.function("ksys_read").callees(2)' && cp "$tmp/out" "$tmp/two"
	list 'kernel.function("ksys_read").callees(1)' && cmp -s "$tmp/one" "$tmp/out" || fail "callees(1) is .callees"
	[ -z "$(comm -23 "$tmp/one" "$tmp/two")" ] &&
		grep -q '^kernel[.]function[(]"vfs_read@.*[.]callee[(]"rw_verify_area@' "$tmp/two" || fail "callees of callees"
	"$stap" -r "$release" -p2 -v -e 'probe kernel.function("ksys_read").callees(2) { println(ppfunc()) }' >"$tmp/out" 2>"$tmp/err" </dev/null
	grep -A3 '[.]callee("rw_verify_area@' "$tmp/out" | grep -q '%caller(2)' || fail "the caller's caller is looked at"
	"$stap" -r "$release" -DSTAP_CALLEE_MATCHALL -p2 -v -e 'probe kernel.function("ksys_read").callees(2) { println(ppfunc()) }' >"$tmp/out" 2>"$tmp/err" </dev/null
	! grep -q '%caller' "$tmp/out" && ! grep -o 'pc=[^ ]*' "$tmp/out" | sort | uniq -d | grep -q . || fail "whoever calls"
	says "no depth" "callees[(]0[)] is not between 1 and 30" 'kernel.function("ksys_read").callees(0)'
	says "too many callees" "callees[(]30[)] of 'vfs_read' comes to more than 2000 places" 'kernel.function("vfs_read").callees(30)'
	says "no callee" "calls no such function" 'kernel.function("vfs_read").callee("vfs_write")'
}

variables() {
	# Nothing is in the frame before the function made it.
	"$stap" -r "$release" -L 'kernel.function("page_readlink").call' >"$tmp/out" 2>"$tmp/err" </dev/null
	grep -q '\$dentry:struct dentry\* \$buffer:char\* \$buflen:int' "$tmp/out" && ! grep -q '\$done:' "$tmp/out" ||
		fail "variables at the entry of page_readlink"
}

data() {
	local i
	only "accesses to data" '^kernel[.]data[(]"pid_max"[)][.](rw|write)$' 'kernel.data("pid_max").*'
	[ "$(wc -l <"$tmp/out")" = 2 ] || fail "two kinds of access"
	says "no such data" "no symbol 'vm_swapiness' in the kernel itself [(]similar: vm_swappiness[)]; a module's is" 'kernel.data("vm_swapiness").write'
	says "data by a pattern" "'pid_[*]' may be no pattern" 'kernel.data("pid_*").write'
	says "a variable's bytes" '^kernel[.]data[(]"pid_max"[)][.]length[(]4[)][.]write$' 'kernel.data("pid_max").length(4).write'
	says "code is no data" "is a function; probe it with kernel[.]function" 'kernel.data("vfs_read").write'
	says "data of each CPU" "every CPU has a 'runqueues' of its own" 'kernel.data("runqueues").rw'
	says "an address of a process" "0x1000 is no address of the kernel's memory" 'kernel.data(0x1000).rw'
	says "a long stretch" "length[(]16[)] is not between 1 and 8" 'kernel.data(0xffff800000000000).length(16).rw'
	says "a stretch that is not aligned" "0xffff800000000002 is no multiple of 4" 'kernel.data(0xffff800000000002).length(3).rw'
	"$stap" -r "$release" -p2 -e 'probe kernel.data(0xffff800000000000).length(3).rw, kernel.data("pid_max").write { println($x) }
		probe kernel.data("pid_max").length(0).write { println(1) }' >"$tmp/out" 2>"$tmp/err" </dev/null
	[ "$(grep -c "^semantic error: .*'\$x'" "$tmp/err")" -ge 1 ] && grep -q "length(0) is not between" "$tmp/err" ||
		fail "what data has not"
	# More than any CPU has registers for.
	for i in $(seq 0 16); do
		printf 'probe kernel.data(%#x).length(3).rw { println(1) }\n' $((0xffff800000000000 + i * 8))
	done >"$tmp/many.stp"
	"$stap" -r "$release" -p2 "$tmp/many.stp" >"$tmp/out" 2>"$tmp/err" </dev/null
	[ "$(grep -c '^kernel[.]data(0xffff8000000000[0-9a-f]*)[.]length(3)[.]rw' "$tmp/out")" = 17 ] ||
		fail "seventeen places"
	grep -q "^WARNING: too many kernel.data probes: .* has [0-9]* registers for them" "$tmp/err" || fail "too many places"
}

one_sysroot() {
	data
	variables
	within
	tracepoints
	lines_of_functions
	every_statement_again
	refusals
}

each_kernel
