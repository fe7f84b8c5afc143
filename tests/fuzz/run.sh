# SPDX-License-Identifier: Apache-2.0
# run.sh PROGRAM RUNS PATTERN...: runs a fuzz target over its seeds (seeds.sh) and over RUNS mutations of them.  No single
# piece of memory may be larger than 512 MiB.
set -eu
program=$1
runs=$2
shift 2
work=$(mktemp -d "${TMPDIR:-/tmp}/descry-fuzz.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/seeds" "$work/files"
export TMPDIR="$work/files"
sh "${0%/*}/seeds.sh" "$work/seeds" "$@"
status=0
# libraries print what they think of damaged files
ASAN_OPTIONS="${ASAN_OPTIONS:-}:max_allocation_size_mb=512:detect_leaks=1:handle_abort=1" UBSAN_OPTIONS=print_stacktrace=1 \
    "$program" "$runs" "$work/found" "$work"/seeds/* >"$work/log" 2>&1 || status=$?
if [ "$status" -ne 0 ]; then
    grep -aEn 'ERROR|SUMMARY|runtime error|cannot be read|^ *#[0-9] ' "$work/log" | head -n 30
    [ ! -f "$work/found" ] || { echo "input:"; base64 "$work/found" | head -n 200; }
fi
exit "$status"
