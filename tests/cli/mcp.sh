# SPDX-License-Identifier: Apache-2.0
# descry mcp: the protocol, line by line, and with the official client.
. "$DESCRY_SOURCE_ROOT/tests/cli/lib.sh"
DESCRY_LIBRARY=$work/lib.db
export DESCRY_LIBRARY
mkdir photos elsewhere new
cp "$gallery"/000[1-9].jpg photos
cp "$gallery"/*.jpg elsewhere
cp "$gallery"/005[0-9].jpg new
echo "no picture" >new/broken.jpg
ln -s ../elsewhere/0010.jpg new/linked
"$PYTHON" "$here/exif.py" "$gallery/0001.jpg" photos/0001.jpg '2019:07:21 14:03:59' '' '' '' "Grandmother's garden"

# checks COMMAND...: a program that prints a line for each of its tests, "0 DESCRIPTION" or "1 DESCRIPTION"
checks() {
    run "$@"
    ended=$status
    cp out checked
    while read -r bad what; do
        verdict "$bad" "$what"
    done <checked
    [ "$ended" -eq 0 ]
    verdict $? "${2##*/} came to its end"
}

exits 1 "--root of no folder" "$DESCRY" mcp --write --root nowhere
exits 1 "--root of a file" "$DESCRY" mcp --write --root photos/0001.jpg
exits 2 "--root without --write" "$DESCRY" mcp --root photos
exits 2 "an operand" "$DESCRY" mcp photos
exits 0 "no input" sh -c '"$DESCRY" mcp </dev/null'
silent out "no input: no output"
[ ! -e lib.db ]
verdict $? "no input: no library is made"
"$DESCRY" index --model demo photos >/dev/null
checks "$PYTHON" "$here/mcp_lines.py" "$DESCRY"

# Fails in ./run test, which counts skips as failures.
if [ -n "${DESCRY_CLIENTS:-}" ]; then
    checks "$DESCRY_CLIENTS" "$here/mcp_client.py" "$DESCRY"
else
    tests=$((tests + 1))
    echo "ok $tests # SKIP DESCRY_CLIENTS names no Python with tests/serve/requirements.txt"
fi
finish
