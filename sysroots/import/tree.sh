#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Makes a sysroot of a kernel build tree (a source tree that was built, a
# separate output folder, or an unpacked header package).  The tree stays
# where it is; the sysroot refers to it, and holds what it lacks: a module
# list, or a Makefile without a foreign machine's absolute paths.
#
# In: the options below, STAPX_SYSROOTS.  Out: the folder PART, whose name
# goes to stdout; stap-sysroot adds the build-id and gives it its name.
set -u
LC_ALL=C; export LC_ALL
umask 022

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

usage() {
	die "usage: import tree BUILD-TREE [--vmlinux F] [--modules D]" \
		"[--image F] [--name N] [--cc CC]"
}

tree= vmlinux= modules= image= name= cc_given=
while [ $# -gt 0 ]; do
	case $1 in
	--*=*) opt=${1%%=*} val=${1#*=}; shift; set -- "$opt" "$val" "$@" ;;
	esac
	case $1 in
	--vmlinux|--modules|--image|--name|--cc)
		[ $# -ge 2 ] && [ -n "$2" ] || usage ;;
	-*) usage ;;
	*) [ -z "$tree" ] || usage; tree=$1; shift; continue ;;
	esac
	case $1 in
	--vmlinux) vmlinux=$2 ;;
	--modules) modules=$2 ;;
	--image) image=$2 ;;
	--name) name=$2 ;;
	--cc) cc_given=$2 ;;
	esac
	shift 2
done
[ -n "$tree" ] || usage
PATH=$PATH:/usr/sbin:/sbin

home=${STAPX_SYSROOTS:?}
part=
cleanup() { [ -z "$part" ] || rm -rf "$part"; }
trap 'say "interrupted"; exit 130' INT TERM HUP
trap 'r=$?; [ $r -eq 0 ] || cleanup' EXIT

# absolute FILE: as it is reached from anywhere.
absolute() {
	case $1 in
	/*) printf '%s\n' "$1" ;;
	*) printf '%s/%s\n' "$(pwd)" "$1" ;;
	esac
}

[ -d "$tree" ] || die "'$tree' is no folder; name the kernel's build tree"
tree=$(cd "$tree" && pwd -P)
[ -f "$tree/.config" ] || die "'$tree' has no .config: it is no configured" \
	"kernel build tree; name the folder that was given as O= to make"
uts=$(uts_release "$tree")
[ -n "$uts" ] || die "'$tree/include/generated/utsrelease.h' is missing; run" \
	"\`make modules_prepare\` in the tree"
karch=$(kernel_arch "$tree") || die "'$tree/.config' names no known CPU"

: "${name:=$uts}"
case $name in
.*|*/*|*[[:space:]]*) die "'$name' cannot be a sysroot's name; use letters," \
	"digits, '.', '-', '+' and '_'" ;;
esac
[ ! -e "$home/$name/sysroot.conf" ] || die "sysroot '$name' is there already;" \
	"remove it by \`stap-sysroot remove $name\`, or give another by --name"
mkdir -p "$home" || die "cannot make '$home'"
rm -rf "$home/$name.part"
mkdir "$home/$name.part" || die "cannot make '$home/$name.part'"
part=$home/$name.part

say "importing the build tree '$tree' ($uts, $karch) as $name"

# A header package of another machine names /usr/src/… in its Makefile.
build=$tree
foreign=$(sed -n 's/^include \(\/.*\)\/Makefile$/\1/p' "$tree/Makefile" \
	2>/dev/null | head -n 1)
if [ -n "$foreign" ] && [ ! -f "$foreign/Makefile" ]; then
	beside=$(dirname "$tree")/$(basename "$foreign")
	[ -f "$beside/Makefile" ] || die "'$tree/Makefile' includes" \
		"'$foreign/Makefile', which is not here; unpack its package" \
		"beside '$tree'"
	mkdir "$part/build"
	for entry in "$tree"/* "$tree"/.config "$tree"/.kernelvariables; do
		[ ! -e "$entry" ] && [ ! -L "$entry" ] && continue
		to=$entry
		if [ -L "$entry" ] && [ ! -e "$entry" ]; then
			# An absolute link of the other machine.
			to=$(dirname "$(dirname "$(dirname "$tree")")")$(readlink "$entry")
			[ -e "$to" ] || die "'$entry' leads nowhere; unpack" \
				"the kernel's kbuild package beside '$tree'"
		fi
		ln -s "$to" "$part/build/${entry##*/}"
	done
	rm -f "$part/build/Makefile"
	printf 'include %s/Makefile\n' "$beside" >"$part/build/Makefile"
	build=build
fi

# Modules: a folder with lib/modules/RELEASE, or those built in the tree.
if [ -n "$modules" ]; then
	modules=$(absolute "$modules")
	[ -d "$modules/lib/modules/$uts" ] || die "'$modules' has no" \
		"lib/modules/$uts; name the INSTALL_MOD_PATH of the kernel"
	[ -e "$modules/lib/modules/$uts/modules.dep" ] ||
		die "'$modules/lib/modules/$uts' has no modules.dep; run" \
			"\`depmod -b $modules $uts\`"
elif [ -n "$(find "$tree" -name '*.ko' -print 2>/dev/null | head -n 1)" ]; then
	command -v depmod >/dev/null 2>&1 ||
		die "'depmod' is missing here; install the package kmod"
	say "listing the modules of the tree"
	to=$part/lib/modules/$uts
	mkdir -p "$to"
	(cd "$tree" && find . -name '*.ko' -printf '%P\n') |
	while IFS= read -r ko; do
		mkdir -p "$to/kernel/$(dirname "$ko")"
		ln -s "$tree/$ko" "$to/kernel/$ko"
	done
	for list in modules.order modules.builtin modules.builtin.modinfo; do
		[ ! -f "$tree/$list" ] || cp "$tree/$list" "$to/"
	done
	set -- -b "$part"
	[ ! -f "$tree/System.map" ] || set -- "$@" -F "$tree/System.map"
	depmod "$@" "$uts" 2>"$part/depmod.log" || {
		sed 's/^/  /' "$part/depmod.log" >&2
		die "depmod cannot list the modules of '$tree'"; }
	rm -f "$part/depmod.log"
	modules=.
fi

# given OPTION FILE: an option's file must exist.
given() {
	[ -f "$2" ] || die "$1 '$2' does not exist"
	absolute "$2"
}
if [ -n "$vmlinux" ]; then
	vmlinux=$(given --vmlinux "$vmlinux") || exit 1
elif [ -f "$tree/vmlinux" ]; then
	vmlinux=$tree/vmlinux
fi
if [ -n "$image" ]; then
	image=$(given --image "$image") || exit 1
else
	for f in arch/x86/boot/bzImage arch/arm64/boot/Image \
	         arch/arm/boot/zImage arch/riscv/boot/Image; do
		[ ! -f "$tree/$f" ] || { image=$tree/$f; break; }
	done
fi
map=
[ ! -f "$tree/System.map" ] || map=$tree/System.map

toolchain "$karch" "$(compiler_of "$tree")"
[ -z "$cc_given" ] || cc=$cc_given
{
	echo "# made by stap-sysroot import tree"
	conf_line release "$uts"
	conf_line version "$(uts_version "$tree")"
	conf_line arch "$karch"
	conf_line build "$build"
	conf_line vmlinux "$vmlinux"
	conf_line modules "$modules"
	conf_line image "$image"
	conf_line system_map "$map"
	conf_line cc "$cc"
	conf_line cross "$cross"
	conf_line source "build tree $tree"
} >"$part/sysroot.conf" || die "cannot write '$part/sysroot.conf'"
[ -n "$vmlinux" ] || say "no vmlinux: probes will go by symbols alone (give" \
	"one by --vmlinux)"
printf '%s\n' "$part"
