# Sourced by the tests of pass 2 on real kernels.
#
# $stap, $tmp		the translator, a folder that goes with the test
# each_kernel		calls one_sysroot with $release for every known sysroot
#			that has vmlinux, and ends the test: 77 when there is none
# bad=1			a failure was shown
set -u
stap=${STAPX_BUILD:?the build folder}/stap
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
bad=0

each_kernel() {
	local home=${STAPX_SYSROOTS:-${SYSTEMTAP_DIR:-$HOME/.systemtap}/sysroots} conf checked=0
	for conf in "$home"/*/sysroot.conf; do
		[ -f "$conf" ] && grep -q '^vmlinux' "$conf" || continue
		release=$(basename "$(dirname "$conf")")
		checked=$((checked + 1))
		one_sysroot
	done
	[ $checked -gt 0 ] || { echo "no sysroot has vmlinux"; exit 77; }
	exit $bad
}
