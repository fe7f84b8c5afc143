# SPDX-License-Identifier: Apache-2.0
# seeds.sh FOLDER PATTERN...: copies the seeds of a fuzz target, the small files below tests whose paths end so.
set -eu
to=$1
shift
for pattern; do
    found=$(find "$DESCRY_SOURCE_ROOT/tests/data" "$DESCRY_SOURCE_ROOT/tests/fuzz" -type f -path "*/$pattern" -size -64k)
    [ -n "$found" ] || { echo "no seeds: $pattern"; exit 1; }
    seeds="${seeds:-}$found
"
done
printf %s "$seeds" | LC_ALL=C sort -u | while read -r file; do
    cp "$file" "$to/$(printf '%s' "${file#"$DESCRY_SOURCE_ROOT"/tests/}" | tr / -)"
done
