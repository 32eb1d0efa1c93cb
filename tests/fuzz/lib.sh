# fuzz NAME [SEED-FILE...]: runs the harness NAME for FUZZ_SECONDS (60) over
# copies of the seeds; a finding fails and leaves its input in the build folder.
fuzz() {
	name=$1; shift
	program=${STAPX_BUILD:?}/fuzz/$name
	[ -x "$program" ] || { echo "no $program: run 'make fuzz' (needs clang)"; exit 1; }
	corpus=$(mktemp -d) || exit 1
	trap 'rm -rf "$corpus"' EXIT
	mkdir "$corpus/found" "$corpus/seeds"
	[ $# = 0 ] || cp "$@" "$corpus/seeds/"
	here=$(cd "$(dirname "$0")" && pwd)
	dict=
	[ -f "$here/$name.dict" ] && dict=-dict=$here/$name.dict
	mkdir -p "$STAPX_BUILD/fuzz/findings"
	"$program" -max_total_time="${FUZZ_SECONDS:-60}" -timeout=20 -rss_limit_mb=2000 -print_final_stats=1 \
		$dict -artifact_prefix="$STAPX_BUILD/fuzz/findings/$name-" \
		"$corpus/found" "$corpus/seeds" >"$corpus/log" 2>&1 || { tail -n 60 "$corpus/log"; exit 1; }
	grep -a '^stat::number_of_executed_units\|^Done' "$corpus/log"
}
