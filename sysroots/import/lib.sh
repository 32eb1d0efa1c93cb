# SPDX-License-Identifier: GPL-2.0-or-later
#
# Shared by the import scripts: messages, a progress bar, links and the
# sysroot.conf.  Sourced; what it needs from its caller stands beside each
# function.  Nothing here leaves a file outside the folder it is given.

say() { printf '%s\n' "$*" >&2; }
die() { printf 'stap-sysroot: %s\n' "$*" >&2; exit 1; }

# bar DONE TOTAL WHAT: draws over the line on a terminal, is silent elsewhere.
bar() {
	[ -t 2 ] || return 0
	bar_pct=$(( $2 > 0 ? $1 * 100 / $2 : 100 ))
	[ "$bar_pct" -le 100 ] || bar_pct=100
	bar_full='##############################'
	bar_none='..............................'
	bar_n=$(( bar_pct * 30 / 100 ))
	printf '\r[%.*s%.*s] %3d%% %s\033[K' "$bar_n" "$bar_full" \
		$(( 30 - bar_n )) "$bar_none" "$bar_pct" "$3" >&2
}
bar_end() { [ -t 2 ] && printf '\r\033[K' >&2; return 0; }

# step N OF WHAT: one stage, as a bar on a terminal and as a line elsewhere.
step() {
	if [ -t 2 ]; then bar $(( $1 - 1 )) "$2" "$3"
	else printf '[%s/%s] %s\n' "$1" "$2" "$3" >&2; fi
}

# up PATH: the "../" steps that lead from the folder of PATH (relative to the
# sysroot) back to the sysroot.
up() {
	printf '%s' "$1" | awk -F/ '{ for (i = 1; i < NF; i++) printf "../" }'
}

# relink ROOT: absolute links below ROOT that mean a path of the target are
# made relative, so that they hold wherever the sysroot is moved.
relink() {
	(cd "$1" && find . -type l -lname '/*' -printf '%P\n') |
	while IFS= read -r relink_l; do
		relink_to=$(readlink "$1/$relink_l")
		[ -e "$1$relink_to" ] || [ -L "$1$relink_to" ] || continue
		ln -snf "$(up "$relink_l")${relink_to#/}" "$1/$relink_l"
	done
}

# uts_release BUILD: the release that the kernel itself reports.
# include/config/kernel.release may say something else; this header is what
# was compiled in.
uts_release() {
	sed -n 's/^#define UTS_RELEASE "\(.*\)"$/\1/p' \
		"$1/include/generated/utsrelease.h" 2>/dev/null
}

# uts_version BUILD: "#1 SMP …", from the header that this kernel series has.
uts_version() {
	cat "$1/include/generated/utsversion.h" \
	    "$1/include/generated/compile.h" 2>/dev/null |
	sed -n 's/^#define UTS_VERSION "\(.*\)"$/\1/p' | head -n 1
}

# config_value BUILD NAME: a string option's text, without quotes.
config_value() {
	sed -n "s/^$2=\"\{0,1\}\([^\"]*\)\"\{0,1\}\$/\1/p" \
		"$1/.config" 2>/dev/null | head -n 1
}

# kernel_arch BUILD: x86_64, arm64, … as the kernel's own build calls it.
kernel_arch() {
	for ka in X86_64:x86_64 X86_32:i386 ARM64:arm64 ARM:arm RISCV:riscv \
	          PPC64:powerpc S390:s390 LOONGARCH:loongarch MIPS:mips; do
		grep -q "^CONFIG_${ka%%:*}=y" "$1/.config" && {
			printf '%s\n' "${ka#*:}"; return 0; }
	done
	return 1
}

# compiler_of BUILD: the name of the compiler that made this kernel, without
# a cross prefix: gcc-12, gcc, clang-16.
compiler_of() {
	co=$(sed -n 's/^CC *=.*)\(gcc[-0-9.]*\) *$/\1/p' \
		"$1/.kernelvariables" 2>/dev/null | head -n 1)
	[ -n "$co" ] || co=$(config_value "$1" CONFIG_CC_VERSION_TEXT |
		awk '{ print $1 }')
	[ -n "$co" ] || co=$(sed -n \
		's/^#define LINUX_COMPILER *"\([^ ]*\).*/\1/p' \
		"$1/include/generated/compile.h" 2>/dev/null)
	co=${co##*/}
	case $co in
	*gcc*) co=gcc${co##*gcc} ;;
	*clang*) co=clang${co##*clang} ;;
	esac
	printf '%s\n' "${co:-gcc}"
}

# gnu_triplet KERNEL-ARCH: the name that binutils for it carry.
gnu_triplet() {
	case $1 in
	x86_64) echo x86_64-linux-gnu ;;
	i386) echo i686-linux-gnu ;;
	arm64) echo aarch64-linux-gnu ;;
	arm) echo arm-linux-gnueabihf ;;
	riscv) echo riscv64-linux-gnu ;;
	powerpc) echo powerpc64le-linux-gnu ;;
	s390) echo s390x-linux-gnu ;;
	*) return 1 ;;
	esac
}

# host_arch: this machine, by the kernel's name.
host_arch() {
	case $(uname -m) in
	x86_64) echo x86_64 ;;
	aarch64) echo arm64 ;;
	armv*) echo arm ;;
	i?86) echo i386 ;;
	*) uname -m ;;
	esac
}

# toolchain ARCH COMPILER: sets cc and cross for a kernel of ARCH.
toolchain() {
	cross=
	if [ "$1" != "$(host_arch)" ]; then
		cross=$(gnu_triplet "$1")- || die "no toolchain is known for" \
			"'$1'; name one with --cc"
	fi
	case $2 in
	clang*) cc=$2 ;;
	*) cc=$cross$2 ;;
	esac
	# A kernel built by gcc 12.2.0 of another distribution is served by
	# the unnumbered command where the numbered one does not exist.
	command -v "$cc" >/dev/null 2>&1 && return 0
	case $cc in
	*gcc-*) command -v "${cc%-*}" >/dev/null 2>&1 && cc=${cc%-*} ;;
	esac
	return 0
}

# conf_line KEY VALUE: a line of sysroot.conf, nothing for an empty value.
conf_line() { [ -z "$2" ] || printf '%s = %s\n' "$1" "$2"; }
