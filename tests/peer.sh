# SPDX-License-Identifier: GPL-2.0-or-later
# What the peer's stap needs to see one of our x86_64 sysroots, for the scripts
# that put its answers and figures beside ours.  Needs: systemtap, elfutils.

sysroot_says() { # SYSROOT KEY
	stap-sysroot show "$1" | awk -v k="$2" '$1 == k { print $NF }'
}

# peer_tree SYSROOT FOLDER [MODULE...]: a tree that it can use, with vmlinux and
# whole modules in it.  Its headers stand in one place.
peer_tree() {
	local root=$1 tree=$2 headers dir vmlinux common ko to f
	shift 2
	headers=$(sysroot_says "$root" build) dir=$(sysroot_says "$root" folder)
	vmlinux=$(sysroot_says "$root" vmlinux)
	common=$(echo "${headers%/*}"/linux-headers-*-common)
	mkdir -p "$tree/arch" "$tree/kernel"
	for f in "$headers"/* "$headers"/.config; do
		[ "${f##*/}" = arch ] || ln -s "$f" "$tree/"
	done
	rm "$tree/include"
	cp -r "$common/include" "$tree/"
	cp -rL "$headers/include/." "$tree/include/"
	cp -r "$common/arch/x86" "$tree/arch/"
	cp -rL "$headers/arch/x86/." "$tree/arch/x86/"
	sysroot_says "$root" release >"$tree/include/config/kernel.release"
	touch "$tree/COPYING"
	ln -s "$vmlinux" "$tree/vmlinux"
	for f; do
		ko=$(cd "$dir" && find lib usr/lib -path "*/kernel/*/$f.ko" ! -path '*/debug/*' 2>/dev/null | head -n 1)
		to=$tree/kernel/${ko#*/kernel/}
		mkdir -p "${to%/*}"
		eu-unstrip "$dir/$ko" "$dir/usr/lib/debug/lib/modules/${ko#*lib/modules/}" -o "$to"
	done
}

# peer_stap TREE ARGUMENT...: the peer, at that tree.
peer_stap() {
	local tree=$1
	shift
	SYSTEMTAP_DIR=$tree.state SYSTEMTAP_DEBUGINFO_PATH=$(dirname "$(readlink "$tree/vmlinux")") \
		"${PEER:-/usr/bin/stap}" -r "$tree" "$@"
}
