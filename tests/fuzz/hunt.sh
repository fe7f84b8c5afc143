# SPDX-License-Identifier: Apache-2.0
# hunt.sh PROGRAM PATTERN...: runs a target of libFuzzer for FUZZ_SECONDS from its seeds (seeds.sh); what it finds is
# left in the folder FUZZ_FOUND.
set -eu
program=$1
shift
work=$(mktemp -d "${TMPDIR:-/tmp}/descry-fuzz.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/seeds" "$work/corpus" "$work/files"
export TMPDIR="$work/files"
mkdir -p "$FUZZ_FOUND"
sh "${0%/*}/seeds.sh" "$work/seeds" "$@"
name=${program##*/fuzz_}
dictionary=${0%/*}/$name.dict
set --
[ ! -f "$dictionary" ] || set -- "-dict=$dictionary"
status=0
"$program" "$@" -max_total_time="$FUZZ_SECONDS" -malloc_limit_mb=512 -rss_limit_mb=2048 -timeout=60 -max_len=65536 \
    -artifact_prefix="$FUZZ_FOUND/$name-" "$work/corpus" "$work/seeds" >"$work/log" 2>&1 || status=$?
grep -aE 'ERROR|SUMMARY|Test unit written|^Done' "$work/log" || true
exit "$status"
