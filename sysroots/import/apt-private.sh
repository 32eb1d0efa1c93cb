# SPDX-License-Identifier: GPL-2.0-or-later
#
# An apt of our own, for packages of any architecture: its lists, cache and
# settings stand under $cache.  The machine's own apt is only asked where its
# mirrors and proxies are; nothing of it is written.  Packages once fetched
# stay in $cache/archives.
#
# In: $cache, and $suite (empty: this machine's).  Functions take the Debian name of the architecture first.

# The machine's transport settings, without its hooks: those clean or refresh
# the machine's own folders.
apt_settings() {
	apt_suite=${suite:-$(. /etc/os-release 2>/dev/null
		[ "$ID" = debian ] && echo "$VERSION_CODENAME")}
	[ -n "$apt_suite" ] || apt_suite=bookworm
	mkdir -p "$cache/archives" "$cache/empty" || die \
		"cannot make '$cache'; set SYSTEMTAP_DIR to a folder you can write"
	: >"$cache/status"
	{
		echo 'Dir::Etc::main "/dev/null";'
		echo "Dir::Etc::parts \"$cache/empty\";"
		echo "Dir::Etc::sourcelist \"$cache/sources-$apt_suite.list\";"
		echo "Dir::Etc::sourceparts \"$cache/empty\";"
		echo 'Dir::Etc::preferences "/dev/null";'
		echo "Dir::Etc::preferencesparts \"$cache/empty\";"
		echo "Dir::State::status \"$cache/status\";"
		apt-config dump |
		grep -E '^Acquire::(http|https|ftp|Retries|Check-|Force)' || :
		echo 'Acquire::Languages "none";'
		echo 'Acquire::PDiffs "false";'
		echo 'Acquire::Retries "3";'
		echo 'APT::Sandbox::User "root";'
		echo 'APT::Get::AllowUnauthenticated "false";'
	} >"$cache/apt-$apt_suite.conf"
}

# Debian's own suites among the machine's sources, whatever form they are
# written in; the archive of STAPX_DEBIAN_MIRROR on other distributions.
apt_sources() {
	apt_key=/usr/share/keyrings/debian-archive-keyring.gpg
	[ -r "$apt_key" ] || die "the keys of Debian's archive are missing" \
		"('$apt_key'); install the package debian-archive-keyring"
	apt_here=$(LC_ALL=C apt-get indextargets \
		--format '$(REPO_URI) $(RELEASE) $(COMPONENT)' \
		'Created-By: Packages' 2>/dev/null | sort -u)
	apt_lines=$(printf '%s\n' "$apt_here" |
	awk -v s="$apt_suite" '$3 == "main" && ($2 == s || $2 == s "-updates" ||
		$2 == s "-security" || $2 == s "-backports")')
	# Another suite is on the same servers as this machine's own.
	[ -n "$apt_lines" ] || apt_lines=$(. /etc/os-release 2>/dev/null
		printf '%s\n' "$apt_here" |
		awk -v own="$VERSION_CODENAME" -v s="$apt_suite" \
			'$3 == "main" && own && ($2 == own || $2 == own "-security") {
				sub(own, s, $2); print }')
	[ -n "${STAPX_DEBIAN_MIRROR-}" ] &&
		apt_lines="$STAPX_DEBIAN_MIRROR $apt_suite main"
	[ -n "$apt_lines" ] || die "this machine's package sources name no" \
		"Debian archive; name one: STAPX_DEBIAN_MIRROR=URL stap-sysroot import debian …"
	printf '%s\n' "$apt_lines" |
	sed "s|^|deb [signed-by=$apt_key] |" >"$cache/sources-$apt_suite.list.new"
	cmp -s "$cache/sources-$apt_suite.list.new" "$cache/sources-$apt_suite.list" ||
		rm -f "$cache/lists-$apt_suite-"*/fresh
	mv "$cache/sources-$apt_suite.list.new" "$cache/sources-$apt_suite.list"
}

# apt_do ARCH COMMAND…: runs an apt tool on the private state of ARCH.
apt_do() {
	apt_arch=$1; shift
	apt_tool=$1; shift
	APT_CONFIG=$cache/apt-$apt_suite.conf LC_ALL=C "$apt_tool" \
		-oAPT::Architecture="$apt_arch" \
		-oAPT::Architectures="$apt_arch" \
		-oDir::State::Lists="$cache/lists-$apt_suite-$apt_arch" \
		-oDir::Cache="$cache/apt-$apt_suite-$apt_arch" "$@"
}

# apt_lists ARCH [MAX-AGE-MINUTES]: fetches the package lists when they are
# missing or older than that (a day).
apt_lists() {
	mkdir -p "$cache/lists-$apt_suite-$1/partial" "$cache/apt-$apt_suite-$1/archives/partial"
	[ -z "$(find "$cache/lists-$apt_suite-$1/fresh" -mmin "-${2:-1440}" \
		2>/dev/null)" ] || return 0
	say "fetching Debian's package lists for $1"
	if apt_do "$1" apt-get -q update >"$cache/update-$1.log" 2>&1 &&
	   ! grep -q '^Err:' "$cache/update-$1.log"; then
		touch "$cache/lists-$apt_suite-$1/fresh"
		return 0
	fi
	sed -n '/^[EW]:/s/^/  /p' "$cache/update-$1.log" >&2
	[ -e "$cache/lists-$apt_suite-$1/fresh" ] && {
		say "going on with the lists of an earlier run"; return 0; }
	die "Debian's package lists for $1 cannot be fetched; check the" \
		"network and the mirror, then run the same command again"
}

# apt_names ARCH PREFIX: the names of all packages that begin so.
apt_names() { apt_do "$1" apt-cache pkgnames "$2"; }

# apt_depends ARCH PACKAGE: the direct dependencies, alternatives too.
apt_depends() {
	apt_do "$1" apt-cache depends --no-recommends --no-suggests \
		--no-conflicts --no-breaks --no-replaces --no-enhances "$2" \
		2>/dev/null | sed -n 's/^[ |]*\(Pre\)\{0,1\}Depends: \([^<].*\)$/\2/p'
}

# apt_has ARCH PACKAGE
apt_has() {
	apt_do "$1" apt-cache show --no-all-versions "$2" >/dev/null 2>&1
}

# Writes "FILE SIZE SHA256 PACKAGE-ARCH" lines of what PACKAGE… would bring.
apt_plan() {
	apt_plan_arch=$1; shift
	# Asked from an empty folder: apt leaves out what it finds beside it.
	(cd "$cache/empty" &&
	 apt_do "$apt_plan_arch" apt-get -qq download --print-uris "$@") |
	sed -n "s/^'[^']*' \([^ ]*\) \([0-9]*\) SHA256:\([0-9a-f]*\).*/\1 \2 \3/p" |
	awk -v a="$apt_plan_arch" '{ print $0, a }'
}

# Checks one planned file; drops it when it is not what the index promises.
apt_have() {
	[ -f "$cache/archives/$1" ] || return 1
	[ "$(wc -c <"$cache/archives/$1")" -eq "$2" ] || {
		rm -f "$cache/archives/$1"; return 1; }
}

# apt_fetch ARCH PACKAGE…: brings the packages into the cache and sets $debs,
# the path of each .deb on a line.  What is there already is not asked for
# again.
apt_fetch() {
	apt_fetch_arch=$1
	apt_plan "$@" >"$cache/plan.$$"
	[ -s "$cache/plan.$$" ] || {
		rm -f "$cache/plan.$$"
		die "Debian's archive has no candidate for: $*"; }
	shift
	apt_total=0 apt_want=
	while read -r apt_f apt_size apt_sum apt_a; do
		apt_have "$apt_f" "$apt_size" && continue
		apt_total=$((apt_total + apt_size))
		apt_want="$apt_want ${apt_f%%_*}"
	done <"$cache/plan.$$"
	[ -z "$apt_want" ] || apt_download "$apt_fetch_arch" $apt_want
	while read -r apt_f apt_size apt_sum apt_a; do
		printf '%s  %s\n' "$apt_sum" "$cache/archives/$apt_f"
	done <"$cache/plan.$$" >"$cache/sums.$$"
	sha256sum --status -c "$cache/sums.$$" || {
		sha256sum --quiet -c "$cache/sums.$$" >&2 || :
		sed 's/^[^ ]*  //' "$cache/sums.$$" |
		while read -r apt_f; do rm -f "$apt_f"; done
		rm -f "$cache/plan.$$" "$cache/sums.$$"
		die "a downloaded package is damaged and was removed; run the" \
			"same command again"; }
	debs=$(sed 's/^[^ ]*  //' "$cache/sums.$$")
	rm -f "$cache/plan.$$" "$cache/sums.$$"
}

# apt_download ARCH PACKAGE…: one apt call for all, its growth shown as a bar.
apt_download() {
	apt_dl_arch=$1; shift
	apt_mb=$(( (apt_total + 500000) / 1000000 ))
	[ -t 2 ] || say "downloading $# packages, $apt_mb MB"
	apt_before=$(du -sk "$cache/archives" | cut -f1)
	(cd "$cache/archives" &&
	 apt_do "$apt_dl_arch" apt-get -qq download "$@") \
		>"$cache/download.log" 2>&1 &
	apt_pid=$!
	while [ -t 2 ] && kill -0 "$apt_pid" 2>/dev/null; do
		apt_now=$(du -sk "$cache/archives" | cut -f1)
		bar $(( apt_now - apt_before )) $(( apt_total / 1024 + 1 )) \
			"downloading $# packages, $apt_mb MB"
		sleep 0.3
	done
	wait "$apt_pid" || {
		bar_end
		sed 's/^/  /' "$cache/download.log" >&2
		die "the download failed; check the network and the space in" \
			"'$cache', then run the same command again"; }
	apt_pid=
	bar_end
}

# deb_unpack DEB DIR [TAR-ARGS…]: like dpkg -x, and can leave parts out.
deb_unpack() {
	deb_file=$1 deb_dir=$2; shift 2
	mkdir -p "$deb_dir"
	dpkg-deb --fsys-tarfile "$deb_file" |
	tar -x --no-same-owner -C "$deb_dir" -f - "$@"
}
