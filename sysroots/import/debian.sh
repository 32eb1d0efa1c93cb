#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Makes a sysroot of a kernel in Debian's packages, of any architecture.
#
# In: the options below, STAPX_SYSROOTS (where sysroots stand) and
# STAPX_CACHE (what was fetched is kept there).  Out: the folder PART, whole
# but for the build-id, which stap-sysroot adds before it gives the folder
# its name; PART's name goes to stdout.  On a failure or an interrupt nothing
# is left but the cache.
set -u
LC_ALL=C; export LC_ALL
umask 022

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
. "$here/apt-private.sh"

usage() {
	die "usage: import debian [--arch amd64|arm64|…] [--release R]" \
		"[--suite S] [--no-debuginfo] [--name N]"
}

arch= release= suite= name= debuginfo=yes
while [ $# -gt 0 ]; do
	case $1 in
	--*=*) opt=${1%%=*} val=${1#*=}; shift; set -- "$opt" "$val" "$@" ;;
	esac
	case $1 in
	--no-debuginfo) debuginfo=; shift; continue ;;
	--arch|--release|--suite|--name) [ $# -ge 2 ] || usage ;;
	*) usage ;;
	esac
	case $1 in
	--arch) arch=$2 ;;
	--release) release=$2 ;;
	--suite) suite=$2 ;;
	--name) name=$2 ;;
	esac
	shift 2
done

cache=${STAPX_CACHE:?}
home=${STAPX_SYSROOTS:?}
part= apt_pid=
cleanup() {
	[ -z "$apt_pid" ] || kill "$apt_pid" 2>/dev/null
	[ -z "$part" ] || rm -rf "$part"
	rm -f "$cache/plan.$$" "$cache/sums.$$"
}
trap 'bar_end; say "interrupted; what was fetched is kept"; exit 130' INT TERM HUP
trap 'r=$?; [ $r -eq 0 ] || cleanup' EXIT

for tool in apt-get apt-cache dpkg-deb tar depmod sha256sum; do
	command -v "$tool" >/dev/null 2>&1 ||
	[ -x "/sbin/$tool" ] || [ -x "/usr/sbin/$tool" ] ||
		die "'$tool' is missing here; install the package that has it" \
			"(apt, dpkg, kmod)"
done
PATH=$PATH:/usr/sbin:/sbin

host=$(dpkg --print-architecture)
case ${arch:=$host} in
x86_64) arch=amd64 ;;
aarch64) arch=arm64 ;;
arm) arch=armhf ;;
esac

# headers_of PATTERN: the newest headers package whose release matches.
headers_of() {
	apt_names "$arch" linux-headers- | sed 's/^linux-headers-//' |
	grep -E "$1" | grep -Ev -- '-common(-rt)?$' |
	# Metapackages have no digit group of an upload behind the version.
	grep -E '^[0-9]+\.[0-9]+(\.[0-9]+-[0-9]+|\.[0-9]+\+)' |
	sort -V | tail -n 1
}

# Sets $release to the exact one that the user's words mean.
choose_release() {
	# A metapackage, as "cloud-arm64" or "rt-amd64", leads to the newest.
	[ -n "$release" ] || release=cloud-$arch
	case $release in
	*-"$arch"|*-"$arch"-16k|*-armmp*) ;;
	[0-9]*) # a series: its newest cloud flavour, or its plain one
		series=$(printf '%s' "$release" | sed 's/[.+]/\\&/g')
		found=$(headers_of "^$series([.+-].*)?-cloud-$arch\$")
		[ -n "$found" ] || found=$(headers_of "^$series([.+-].*)?-$arch\$")
		release=${found:-$release}
		;;
	esac
	while apt_has "$arch" "linux-headers-$release"; do
		next=$(apt_depends "$arch" "linux-headers-$release" |
			sed -n 's/^linux-headers-//p' | grep -v -- '-common' |
			head -n 1)
		[ -n "$next" ] || return 0
		release=$next
	done
	# armmp and the like have no cloud flavour.
	[ "$release" = "cloud-$arch" ] && [ "$arch" = armhf ] && {
		release=armmp; choose_release; return; }
	return 1
}

say "looking for the kernel in Debian's packages"
# One import at a time fetches; the other finds what it brought.
mkdir -p "$cache" && exec 9>"$cache/lock" ||
	die "cannot make '$cache'; set SYSTEMTAP_DIR to a folder you can write"
flock 9 2>/dev/null || :
apt_settings
apt_sources
apt_lists "$arch"
wanted=$release
choose_release || {
	# A release newer than the lists: look again before saying no.
	apt_lists "$arch" 10
	release=$wanted
	choose_release
} || {
	[ -n "$(apt_names "$arch" linux-headers-)" ] ||
		die "Debian ($apt_suite) has no kernels for '$arch'; --arch is" \
			"a name of Debian's, like amd64, arm64 or armhf"
	say "stap-sysroot: Debian ($apt_suite, $arch) has no kernel" \
		"'${wanted:-cloud-$arch}'; it has:"
	apt_names "$arch" linux-headers- | sed 's/^linux-headers-/  /' |
	grep -E '^  [0-9]+\.[0-9]+(\.[0-9]+-[0-9]+|\.[0-9]+\+)' |
	grep -v -- '-common' | sort -V | tail -n 12 >&2
	exit 1
}

: "${name:=$release}"
case $name in
.*|*/*|*[[:space:]]*) die "'$name' cannot be a sysroot's name; use letters," \
	"digits, '.', '-', '+' and '_'" ;;
esac
if [ -e "$home/$name/sysroot.conf" ]; then
	say "sysroot $name is there already ('stap-sysroot remove $name' first," \
		"or --name another)"
	exit 0
fi
mkdir -p "$home" || die "cannot make '$home'"
part=$home/$name.part
if [ -e "$part" ]; then
	other=$(cat "$part/.pid" 2>/dev/null)
	[ -z "$other" ] || ! kill -0 "$other" 2>/dev/null ||
		die "process $other is importing '$name' at this moment"
	rm -rf "$part"
fi
mkdir "$part" && echo $$ >"$part/.pid" || die "cannot make '$part'"

# What the packages are called.
needs=$(apt_depends "$arch" "linux-headers-$release")
common=$(printf '%s\n' "$needs" | grep '^linux-headers-.*-common' | head -n 1)
kbuild=$(printf '%s\n' "$needs" | grep '^linux-kbuild-' | head -n 1)
[ -n "$common" ] && [ -n "$kbuild" ] ||
	die "the package linux-headers-$release has an unknown shape"
image=linux-image-$release-unsigned
apt_has "$arch" "$image" || image=linux-image-$release
debug=linux-image-$release-dbg
if [ -n "$debuginfo" ] && ! apt_has "$arch" "$debug"; then
	die "Debian has no '$debug'; import without it by --no-debuginfo"
fi

# closure PACKAGE…: these, and the libraries that they need.
closure() {
	apt_do "$arch" apt-cache depends --recurse --no-recommends \
		--no-suggests --no-conflicts --no-breaks --no-replaces \
		--no-enhances "$@" 2>/dev/null | grep -E '^(lib|zlib)' | sort -u
	printf '%s\n' "$@"
}

steps=5; [ -n "$debuginfo" ] || steps=4
say "importing Debian's $release ($arch) as $name"
guest=$(closure busybox-static dropbear-bin)
step 1 $steps "fetching packages"
set -- "$image" "linux-headers-$release" "$common" $guest
[ -z "$debuginfo" ] || set -- "$@" "$debug"
[ "$arch" != "$host" ] || set -- "$@" "$kbuild"
apt_fetch "$arch" "$@"
all=$debs
if [ "$arch" != "$host" ]; then
	# The kernel's build tools run on this machine.
	apt_lists "$host"
	apt_fetch "$host" "$kbuild"
	all="$all
$debs"
fi

exec 9>&-

step 2 $steps "unpacking kernel, modules and headers"
printf '%s\n' "$all" | while IFS= read -r deb; do
	case ${deb##*/} in
	linux-image-*-dbg_*) continue ;;
	linux-*) deb_unpack "$deb" "$part" --exclude=./usr/share/doc \
		--exclude=./usr/share/lintian --exclude=./usr/share/bug ;;
	*) deb_unpack "$deb" "$part/guest" --exclude=./usr/share \
		--exclude="*/gconv" --exclude="*/audit" ;;
	esac || exit 1
done || die "a package cannot be unpacked; is the disk full? ('df $home')"

if [ -n "$debuginfo" ]; then
	step 3 $steps "unpacking debug information"
	printf '%s\n' "$all" | while IFS= read -r deb; do
		case ${deb##*/} in
		linux-image-*-dbg_*) deb_unpack "$deb" "$part" \
			--exclude=./usr/share --exclude='*/vdso' \
			--exclude='./usr/lib/debug/.build-id' ;;
		esac || exit 1
	done || die "debug information cannot be unpacked; is the disk full?" \
		"('df $home')"
fi

step $(( steps - 1 )) $steps "making the tree independent of its place"
[ ! -d "$part/usr/lib/modules" ] || [ -e "$part/lib" ] ||
	ln -s usr/lib "$part/lib"
build=usr/src/linux-headers-$release
[ -f "$part/$build/.config" ] || die "'$build/.config' is not in the package"
relink "$part"
# The top Makefile names the common one by an absolute path.
sed "s|^include /usr/src/|include \$(dir \$(realpath \$(lastword \$(MAKEFILE_LIST))))../|" \
	"$part/$build/Makefile" >"$part/$build/Makefile.new" &&
mv "$part/$build/Makefile.new" "$part/$build/Makefile" ||
	die "'$build/Makefile' cannot be rewritten"
grep -rIl '/usr/src/linux-' "$part/$build/Makefile" "$part/$build/.kernelvariables" \
	>/dev/null 2>&1 && die "'$build/Makefile' still names an absolute path;" \
	"this form of Debian's header package is not known"

step $steps $steps "listing modules"
uts=$(uts_release "$part/$build")
[ -n "$uts" ] || die "'$build/include/generated/utsrelease.h' has no UTS_RELEASE"
map=
for m in usr/lib/debug/boot/System.map-$uts boot/System.map-$uts; do
	# The image's own file only says where the real one is.
	[ -f "$part/$m" ] && [ "$(wc -c <"$part/$m")" -gt 4096 ] && {
		map=$m; break; }
done
depmod -b "$part" ${map:+-F "$part/$map"} "$uts" 2>"$cache/depmod.log" || {
	sed 's/^/  /' "$cache/depmod.log" >&2
	die "depmod cannot list the modules of '$uts'"; }

karch=$(kernel_arch "$part/$build") || die "'$build/.config' names no known CPU"
toolchain "$karch" "$(compiler_of "$part/$build")"
vmlinux=usr/lib/debug/boot/vmlinux-$uts
[ -f "$part/$vmlinux" ] || vmlinux=
first_image() { for i in "$@"; do [ -f "$part/$i" ] && { echo "$i"; return; }; done; }
{
	echo "# made by stap-sysroot import debian"
	conf_line release "$uts"
	conf_line version "$(uts_version "$part/$build")"
	conf_line arch "$karch"
	conf_line build "$build"
	conf_line vmlinux "$vmlinux"
	conf_line modules .
	[ -z "$debuginfo" ] || conf_line debug usr/lib/debug
	conf_line image "$(first_image "boot/vmlinuz-$uts" "boot/Image-$uts")"
	conf_line system_map "$map"
	conf_line guest guest
	conf_line cc "$cc"
	conf_line cross "$cross"
	conf_line source "Debian $apt_suite $arch"
} >"$part/sysroot.conf" || die "cannot write '$part/sysroot.conf'"
rm -f "$part/.pid"
bar_end
printf '%s\n' "$part"
