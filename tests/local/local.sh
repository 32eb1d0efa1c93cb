#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Shows that stap without --remote traces the machine it runs on: a guest gets a
# disk that holds this stap, its compiler and libraries, and the sysroot of the
# guest's own kernel, and runs stap there as any user would.  Takes a minute
# and 3 GB of disk in TMPDIR, so it is not part of ./quickstart --test:
# make check-local.
. "$(dirname "$0")/../live/lib.sh"
root=$amd64_61
src=$(cd "$tests/.." && pwd)
disk=$live_tmp/root
sysroot=$SYSTEMTAP_DIR/sysroots/$root

# ---- the disk ----

# What is there stays as it is, and what a link leads to comes along.
put() { # PATH...
	local p
	for p; do
		[ ! -e "$disk$p" ] || continue
		mkdir -p "$disk$(dirname "$p")"
		cp -al "$p" "$disk$p" 2>/dev/null || cp -a "$p" "$disk$p" || exit 1
		[ ! -L "$p" ] || put "$(cd "$(dirname "$p")" && realpath -s "$(readlink "$p")")"
	done
}

# Programs with the libraries that they load.
put_program() { # PATH...
	local p lib
	for p; do
		put "$p"
		while read -r lib; do
			put "$(realpath "$lib")"
			[ -e "$disk$lib" ] || put "$lib"
		done < <(ldd "$(realpath "$p")" 2>/dev/null | grep -o '/[^ ]*')
	done
}

fill() {
	local gcc p
	mkdir -p "$disk"/{usr/bin,usr/sbin,usr/lib,usr/lib64,proc,sys,dev,root,tmp,etc,run}
	ln -s usr/bin usr/sbin usr/lib usr/lib64 "$disk"
	echo 'root:x:0:0:root:/root:/bin/sh' >"$disk/etc/passwd"
	cp /etc/ld.so.cache "$disk/etc"
	gcc=$(command -v "$(sed -n 's/^cc = //p' "$sysroot/sysroot.conf")")
	put_program "$gcc" "$(command -v as)" "$(command -v ld)" "$build"/{stap,staprun,stap-sysroot}
	for p in cc1 collect2; do
		put_program "$("$gcc" -print-prog-name=$p)"
	done
	for p in sh cat mkdir rmdir rm ls sleep kill env grep stat; do
		put_program "/usr/bin/$(basename "$(command -v $p || echo $p)")"
	done
	put "$(dirname "$("$gcc" -print-libgcc-file-name)")/include"
	put "$build/config.mk" "$build/targets" "$src/tapset" "$src/runtime"
	mkdir -p "$disk$sysroot/usr/lib/debug"
	for p in sysroot.conf boot lib prepared usr/src usr/lib/debug/boot "usr/lib/$(cd "$sysroot/usr/lib" && ls -d linux-kbuild-* 2>/dev/null)"; do
		[ ! -e "$sysroot/$p" ] || put "$sysroot/$p"
	done
	rm -rf "$disk$SYSTEMTAP_DIR/cache"
}

# ---- the guest ----

inside() { # what COMMAND says and gives there, in the disk's root
	on "chroot /mnt /bin/sh -c $(printf '%q' "cd /root; export PATH=$build:/usr/bin HOME=/root SYSTEMTAP_DIR=$SYSTEMTAP_DIR; $1")"
}

run() { # STATUS OUT ERR COMMAND; ERR without the lines of the passes
	local got
	inside "$4" >"$live_tmp/out" 2>"$live_tmp/err" </dev/null
	got=$?
	want "$1" "$got" "status of: $4: $(cat "$live_tmp/err")"
	want "$2" "$(cat "$live_tmp/out")" "output of: $4"
	want "$3" "$(grep -v '^Pass' "$live_tmp/err")" "messages of: $4"
}

stap-sysroot prepare "$root" >/dev/null || { fail "$root is not prepared"; finish; }
fill
size=$(du -sm --apparent-size "$disk" | cut -f1)
mke2fs -q -t ext4 -O ^has_journal -d "$disk" "$live_tmp/disk.img" $((size * 11 / 10 + 200))M >/dev/null ||
	{ echo "no disk; mke2fs is in the package e2fsprogs"; exit 1; }
rm -rf "$disk"
guest_start "$root" --mem 1500 --module virtio_blk -- \
	-drive "file=$live_tmp/disk.img,if=virtio,format=raw" || { fail "$root"; finish; }
on 'modprobe virtio_blk; while [ ! -b /dev/vda ] && [ $((n += 1)) -lt 100 ]; do usleep 50000; done
	mkdir -p /mnt && mount -t ext4 /dev/vda /mnt && for d in proc sys dev; do mount -o bind /$d /mnt/$d; done' ||
	{ fail "the disk is not mounted"; finish; }

# ---- stap there ----

folders='mkdir /tmp/zz; rmdir /tmp/zz; mkdir /tmp/zz; rmdir /tmp/zz'
made='probe kernel.function("vfs_mkdir").call { printf("%s makes %s\n", execname(), kernel_string($dentry->d_name->name)) }'
run 0 $'mkdir makes zz\nmkdir makes zz\nend 1' '' "stap -e '$made probe end { println(\"end \", target() > 1) }' -c '$folders'"
[ "$failures" = 0 ] || finish
# Again, with the module that is in the cache.
run 0 $'mkdir makes zz\nmkdir makes zz' '' "stap -e '$made' -c '$folders'"
run 0 $'mkdir makes zz\nmkdir makes zz' '' "stap -e '$made' -c '$folders'"
grep -q '^Pass 4: using cached' "$live_tmp/err" && fail "pass 4 says something without -v"
inside "stap -v -e '$made' -c true" 2>&1 | grep -q '^Pass 4: using cached .*\.ko' || fail "the second module is not the first"
run 1 '' 'WARNING: Child process exited with status 3' "stap -e '$made' -c 'exit 3'"
run 0 'begin' '' "stap -e 'probe begin { println(\"begin\") }' -T 0.3"
run 1 'error' $'ERROR: boo near identifier \'error\' at <input>:1:15\nWARNING: Number of errors: 1, skipped probes: 0' \
	"stap -e 'probe begin { error(\"boo\") } probe error { println(\"error\") }'"
run 0 'begin to file' '' "stap -o /tmp/o -e 'probe begin { println(\"begin to file\") exit() }' && cat /tmp/o"
run 0 $'mods.ko\nbegin from staprun' '' "stap -m mods -p4 -e 'probe begin { println(\"begin from staprun\") exit() }' && staprun mods.ko"
run 0 $'begin\nend' '' "stap -e 'probe begin { println(\"begin\") } probe end { println(\"end\") }' & sleep 20; kill -INT \$!; wait \$!"
want "" "$(on 'grep -E "^(stap|mods)" /proc/modules; ls -d /proc/stapx_* /mnt/tmp/stap* /mnt/tmp/.stapx* 2>/dev/null')" "nothing is left"
finish
