#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Shows that a sysroot without vmlinux goes by the BTF in the kernel's boot
# image, says so, and that a script prints the same there as with DWARF,
# in modules built either way.
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

cat >"$live_tmp/both.stp" <<'E2'
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
	want "$(cat "$live_tmp/$root.out")" "$(cat "$live_tmp/plain.out")" "with DWARF and with BTF"
}

guest_start "$root" || fail "$root"
for how in fast kbuild; do
	both
done
want_clean "$root"
finish
