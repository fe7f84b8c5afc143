# SPDX-License-Identifier: Apache-2.0
# run.sh PROGRAM PATTERN...: runs a fuzz target for a few seconds, from the files below tests/data of these names.
set -eu
program=$1
shift
work=$(mktemp -d "${TMPDIR:-/tmp}/descry-fuzz.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/seeds" "$work/corpus"
for pattern; do
    find "$DESCRY_SOURCE_ROOT/tests/data" -name "$pattern" -size -64k -exec cp {} "$work/seeds" \;
done
dictionary=${0%/*}/${program##*/fuzz_}.dict
set --
[ ! -f "$dictionary" ] || set -- "-dict=$dictionary"
status=0
# libraries print what they think of damaged files
"$program" "$@" -max_total_time="${FUZZ_SECONDS:-5}" -rss_limit_mb=2048 -timeout=60 -max_len=65536 -artifact_prefix="$work/" \
    "$work/corpus" "$work/seeds" >"$work/log" 2>&1 || status=$?
if [ "$status" -ne 0 ]; then
    grep -aEn 'ERROR|SUMMARY|libFuzzer' "$work/log" | head -n 20
    for found in "$work"/crash-* "$work"/oom-* "$work"/timeout-* "$work"/leak-*; do
        [ ! -f "$found" ] || { echo "$found:"; base64 "$found" | head -n 200; }
    done
fi
exit "$status"
