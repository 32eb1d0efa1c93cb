#!/bin/bash
# Pass 2 against real kernels: points, listings, target variables, and what
# is said when there is none.  For every known sysroot that has vmlinux.
. "$(dirname "$0")/kernels.sh"

# check NAME WANTED-REGEX COMMAND...: the command's output has a line like it.
check() {
	local name=$1 want=$2
	shift 2
	"$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	cat "$tmp/out" "$tmp/err" >"$tmp/both"
	if ! grep -Eq -- "$want" "$tmp/both"; then
		echo "$release: $name: wanted a line like"
		echo "	$want"
		echo "came"
		sed 's/^/	/' "$tmp/both" | head -20
		bad=1
	fi
}
p2() { "$stap" -r "$release" -p2 "$@"; }
script() { p2 -v -e "$1"; }

# The link-time address of a function, as -vv tells it.
address() {
	p2 -vv -e 'probe kernel.function("vfs_read") { println(1) }' 2>&1 |
		sed -n 's/^probe vfs_read@.* at \(0x[0-9a-f]*\)$/\1/p' | head -1
}

# The line of the first statement of vfs_read that has $ret, by asking each.
nearest() {
	script 'probe kernel.statement("vfs_read@fs/read_write.c:*") { println(@defined($ret)) }' 2>/dev/null |
		sed -n 's/.*read_write\.c:\([0-9]*\)") .* pc=_stext+\(0x[0-9a-f]*\) .*/\2 \1/p; s/.*println(1).*/yes/p' |
		awk '/yes/ { print at } { at = $0 }' | sort | sed -n '1s/.* //p'
}

one_sysroot() {
	check "list" '^kernel\.function\("vfs_read@fs/read_write\.c:[0-9]+"\)$' \
		"$stap" -r "$release" -l 'kernel.function("vfs_read")'
	check "list with variables" \
		'"\) \$file:struct file\* \$buf:char\* \$count:size_t \$pos:loff_t\*' \
		"$stap" -r "$release" -L 'kernel.function("vfs_read")'
	check "list of a return" '\.return \$return:ssize_t \$file:' \
		"$stap" -r "$release" -L 'kernel.function("vfs_read").return'
	check "list of an alias" '^syscall\.openat .*filename:string' \
		"$stap" -r "$release" -L 'syscall.openat'
	check "a point and its address" \
		'^kernel\.function\("vfs_read@fs/read_write\.c:[0-9]+"\)\.call /\* pc=_stext\+0x[0-9a-f]+ \*/ /\* <- kernel' \
		script 'probe kernel.function("vfs_read").call { println(1) }'
	check "wildcards" '^kernel\.function\("vfs_readv@' \
		script 'probe kernel.function("vfs_read*@fs/read_write.c") { println(1) }'
	check "names in braces" '^kernel\.function\("vfs_write@' \
		script 'probe kernel.function("{vfs_read,vfs_write}") { println(1) }'
	check "a wildcard for the suffix" '^kernel\.function\("vfs_read@.*\.return$' \
		"$stap" -r "$release" -l 'kernel.function("vfs_read").*'
	check "an address" '^kernel\.statement\(0x[0-9a-f]+\) /\* pc=_stext' \
		script "probe kernel.statement($(address)) { println(1) }"
	check "a parameter is a register" 'println\(%register' \
		script 'probe kernel.function("vfs_read") { println($count) }'
	check "two pointers deep" 'kernel_string\(%load8\(.*%load8\(' \
		script 'probe kernel.function("vfs_read") { println(kernel_string($file->f_path->dentry->d_name->name)) }'
	check "all parameters" 'sprintf\("file=%#x buf=%#x count=%#x pos=%#x"' \
		script 'probe kernel.function("vfs_read").call { println($$parms) }'
	check "what is returned" 'println\(%retval\(\), sprintf\("return=%#x"' \
		script 'probe kernel.function("vfs_read").return { println($return, $$return) }'
	check "a parameter at the return" 'saved at entry 0:long = %register' \
		script 'probe kernel.function("vfs_read").return { println($count, $count) }'
	check "saved once" 'println\(%saved\(0\), %saved\(0\)\)' \
		script 'probe kernel.function("vfs_read").return { println($count, $count) }'
	check "@entry" 'saved at entry 0:long = gettimeofday_us' \
		script 'probe kernel.function("vfs_read").return { println(@entry(gettimeofday_us())) }'
	check "a structure as text" '\.f_flags=%u' \
		script 'probe kernel.function("vfs_read") { println($file$) }'
	check "text that cannot be read" 'return user_string_quoted\(__p\)' \
		script 'probe kernel.function("vfs_read") { println($$parms$) }'
	check "where an optimised variable is" 'nearest statement that has it is at fs/read_write\.c:[0-9]+' \
		script 'probe kernel.function("vfs_read") { println($ret) }'
	check "where else it is" "it lives at \+0x[0-9a-f]+\.\.\+0x[0-9a-f]+.* that has it is at fs/read_write\.c:$(nearest)( |$|:)" \
		script 'probe kernel.function("vfs_read") { println($ret) }'
	check "a cast" 'println\(%load4' \
		script 'probe kernel.function("vfs_read") { p = $file; println(@cast(p, "file")->f_flags) }'
	check "a typed pointer" 'println\(%load4' \
		script 'probe kernel.function("vfs_read") { p = $file; println(p->f_flags) }'
	check "a pointer through a function" '^f:long \(p:long\)' \
		script 'function f(p) { return p->f_flags } probe kernel.function("vfs_read") { println(f($file)) }'
	check "@defined" 'println\("old"\)|println\(1\)' \
		script 'probe kernel.function("vfs_read") { if (@defined($nothing)) println("new", $nothing) else println("old") }'
	check "an address" 'println\(\(%register\([0-9]+\)\) \+' \
		script 'probe kernel.function("vfs_read") { println(&$file->f_flags) }'
	check "stores in guru mode" '%store8\(%register.*, 5\)' \
		p2 -v -g -e 'probe kernel.function("vfs_read") { $count = 5 }'
	check "no stores without" 'need stap -g' \
		script 'probe kernel.function("vfs_read") { $count = 5 }'
	check "unknown function" "no function 'vfs_red' in kernel \(similar: .*vfs_read" \
		script 'probe kernel.function("vfs_red") { println(1) }'
	check "unknown variable" "unable to find local 'cnt' .*alternatives: \\\$file, \\\$buf, \\\$count" \
		script 'probe kernel.function("vfs_read") { println($cnt) }'
	check "unknown member" "unable to find member 'f_flag' for struct file \(alternatives: .*f_flags" \
		script 'probe kernel.function("vfs_read") { println($file->f_flag) }'
	check "unknown type" "type definition 'struct nothing' not found in 'kernel'" \
		script 'probe kernel.function("vfs_read") { println(@cast($file, "struct nothing")->x) }'
	check "structure as a value" 'is accessed as a whole' \
		script 'probe kernel.function("vfs_read") { println($file->f_path) }'
	check "return of void" "'schedule' returns nothing" \
		script 'probe kernel.function("schedule").return { println($return) }'
	check "optional" '^# probes' \
		script 'probe kernel.function("no_such_thing") ?, begin { println(1) }'
	check "by symbol" '^kprobe\.function\("vfs_read"\)\.return' \
		script 'probe kprobe.function("vfs_read").return { println(1) }'
	check "blacklisted" 'may not be probed' \
		script 'probe kprobe.function("kprobe_dispatcher"), kernel.function("kprobe_dispatcher"), kernel.function("get_kprobe") { println(1) }'
	check "how it was resolved" 'probe vfs_read@fs/read_write\.c:[0-9]+ in kernel, pc=_stext\+0x' \
		p2 -vv -e 'probe kernel.function("vfs_read") { println($count) }'
	check "where a variable lives" '^  \$count:size_t is %' \
		p2 -vv -e 'probe kernel.function("vfs_read") { println($count) }'
	check "removed" "^removed function that nothing calls 'f' at" \
		p2 -vv -e 'function f() { return 1 } probe kernel.function("vfs_read") { println($count) }'
	check "a global's address is slid without any kernel probe" \
		'slide_anchor = 0xf[0-9a-f]+' "$stap" -r "$release" -p3 -e \
		'probe begin { println(@var("init_task@init/init_task.c")->pid) }'
	check "unknown module" "has no module 'no_such_module'" \
		script 'probe module("no_such_module").function("x") { println(1) }'
	check "a module" '^module\("virtio_net"\)\.function\("virtnet_poll@drivers/net/virtio_net\.c:[0-9]+"\) /\* pc=\.text\+0x' \
		script 'probe module("virtio_net").function("virtnet_poll") { println($napi->weight) }'
	n=$("$stap" -r "$release" -l 'kernel.function("*")' 2>/dev/null | wc -l)
	if [ "$n" -lt 30000 ]; then
		echo "$release: only $n functions listed"
		bad=1
	fi
}

each_kernel
