#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Shows that a sysroot without vmlinux goes by the BTF in the kernel's boot
# image, says so, and that a script prints the same there as with DWARF, of the
# kernel, its modules and tracepoints, in modules built either way.
. "$(dirname "$0")/lib.sh"

root=$arm64_61
full=$SYSTEMTAP_DIR/sysroots/$root
export STAPX_SYSROOTS=$live_tmp/sysroots
mkdir "$STAPX_SYSROOTS"
ln -s "$full" "$STAPX_SYSROOTS/$root"
tree=$(stap-sysroot show "$root" | awk '$1 == "build" { print $2 }')
stap-sysroot import tree "$tree" --image "$full"/boot/vmlinuz-* --modules "$full" \
	--name plain >"$live_tmp/out" 2>&1 || fail "import: $(cat "$live_tmp/out")"
grep -q "known by the kernel's BTF" "$live_tmp/out" || fail "the import says nothing of BTF: $(cat "$live_tmp/out")"

want 'kernel.function("vfs_mkdir") $mnt_userns:struct user_namespace* $dir:struct inode* $dentry:struct dentry* $mode:umode_t' \
	"$(stap -r plain -L 'kernel.function("vfs_mkdir")' 2>/dev/null)" \
	"what there is without DWARF"

want 'module("virtio_net").function("start_xmit") $skb:struct sk_buff* $dev:struct net_device*' \
	"$(stap -r plain -L 'module("virtio_net").function("start_xmit")' 2>/dev/null)" \
	"what there is of a module without DWARF"
want 'kernel.trace("sched:sched_process_exec") $p:struct task_struct* $old_pid:pid_t $bprm:struct linux_binprm*' \
	"$(stap -r plain -L 'kernel.trace("sched:sched_process_exec")' 2>/dev/null)" \
	"a tracepoint without DWARF"
want "$(stap -r "$root" -l 'kernel.trace("*")' 2>/dev/null | sed 's/"[a-z_0-9]*:/"/' | sort -u | md5sum)" \
	"$(stap -r plain -l 'kernel.trace("*")' 2>/dev/null | md5sum)" "all tracepoints, with DWARF and with BTF"
stap -r plain -l 'kernel.trace("sched:*")' 2>&1 | grep -q "BTF does not tell which tracepoints 'sched' has" ||
	fail "a system's tracepoints are not refused"

# What both have of a function has one type; of a name that is there twice, or of
# a weak function's two definitions, BTF describes one, and which is chance.
same_parameters() { # LEAST POINT-WITH-DWARF POINT
	stap -r plain -L "$3" >"$live_tmp/btf.list" 2>/dev/null
	stap -r "$root" -L "$2" 2>/dev/null | sed 's/@[^"]*"/"/' >"$live_tmp/dwarf.list"
	stap -r "$root" -l "$3" 2>/dev/null | sed 's/@[^"]*"/"/' | sort | uniq -d >"$live_tmp/twice.list"
	awk -v least="$1" -F ' [$]' '
		FILENAME ~ /btf/ { btf[$1] = $0 }
		FILENAME ~ /dwarf/ { dwarf[$1] = $0 }
		FILENAME ~ /twice/ { twice[$1] }
		END {
			for (point in dwarf) {
				if (!(point in btf) || point in twice || btf[point] ~ /[$]__unused:/)
					continue
				n = split(btf[point], own, " [$]")
				for (i = 2; i <= n; i++) {
					name = substr(own[i], 1, index(own[i], ":"))
					at = index(dwarf[point] " $", " $" name)
					if (!at)
						continue
					tried++
					if (index(substr(dwarf[point] " $", at), " $" own[i] " $") != 1 && wrong++ < 10)
						print point ": $" own[i] ", with DWARF: " dwarf[point]
				}
			}
			if (tried < least)
				print tried + 0 " parameters are in both, not " least
			exit wrong > 0 || tried < least
		}' "$live_tmp/btf.list" "$live_tmp/dwarf.list" "$live_tmp/twice.list" >"$live_tmp/out" ||
		fail "parameters of $3: $(cat "$live_tmp/out")"
}
same_parameters 5000 'kernel.function("*@fs/*").call' 'kernel.function("*").call'
same_parameters 60 'module("virtio_net").function("*").call' 'module("virtio_net").function("*").call'

cat >"$live_tmp/both.stp" <<'E2'
global sent
probe module("virtio_net").function("start_xmit").call
{
	if (sent == "")
		sent = sprintf("sent by %s %d", kernel_string($dev->name), $skb->dev == $dev)
}
probe end { println(sent) }
probe kernel.trace("sched:sched_process_exec")
{
	if (execname() == "sh")
		printf("exec %s %s %d\n", $p->comm$, kernel_string($bprm->filename),
		       $old_pid == pid())
}
probe kernel.function("vfs_mkdir").call
{
	if (execname() == "mkdir")
		printf("mkdir %s %#o %d %s %d\n", kernel_string($dentry->d_name->name),
		       $mode, $dentry->d_name->len, $dentry->d_name->name$,
		       $dir->i_sb == $dentry->d_sb)
}
probe kernel.function("vfs_mkdir").return
{
	if (execname() == "mkdir")
		printf("= %d %s %o %s\n", $return, $$return,
		       @entry($mode), @defined($nothing) ? "?" : "no")
}
probe kernel.function("vfs_statx").return
{
	if (execname() == "stat")
		printf("stat %d flags %#x\n", $return, $flags)
}
probe kernel.function("do_nanosleep")
{
	if (execname() == "sleep")
		printf("sleep %d %s\n", @cast(task_current(), "task_struct")->pid == tid(),
		       @cast(task_current(), "task_struct")->comm$)
}
E2
both() {
	local name
	for name in "$root" plain; do
		rstap -v -r "$name" "$live_tmp/both.stp" \
			-c 'cd /tmp; mkdir -m 700 one; mkdir one 2>/dev/null; stat one /nowhere >/dev/null 2>&1; sleep 0.1; rmdir one' \
			>"$live_tmp/$name.out" 2>"$live_tmp/$name.err" || fail "$name: $(cat "$live_tmp/$name.err")"
	done
	grep -q '^kernel: BTF of "' "$live_tmp/plain.err" || fail "-v does not say that BTF is used"
	grep -q '^kernel: DWARF of "' "$live_tmp/$root.err" || fail "-v does not say that DWARF is used"
	grep -q '^mkdir one 0777 3 "one" 1$' "$live_tmp/plain.out" || fail "no line of the first mkdir: $(cat "$live_tmp/plain.out")"
	grep -q '^sent by eth0 1$' "$live_tmp/plain.out" || fail "no line of the module"
	grep -q '^exec "sh" /bin/sh 1$' "$live_tmp/plain.out" || fail "no line of the tracepoint"
	want "$(cat "$live_tmp/$root.out")" "$(cat "$live_tmp/plain.out")" "with DWARF and with BTF"
}

guest_start "$root" || fail "$root"
install_staprun
for how in fast kbuild; do
	both
done
want_clean "$root"
finish
