# SPDX-License-Identifier: Apache-2.0
# A harness for tests of the program, in the Test Anything Protocol.  Sourced by the scripts beside it, which run with
# DESCRY (the program), DESCRY_SOURCE_ROOT, DESCRY_BUILD_ROOT and PYTHON set.
set -u
LC_ALL=C.UTF-8
export LC_ALL
here=$DESCRY_SOURCE_ROOT/tests/cli
gallery=$DESCRY_SOURCE_ROOT/samples/gallery
work=$(mktemp -d "${TMPDIR:-/tmp}/descry-cli.XXXXXX") || exit 99
chmod 755 "$work"
trap 'chmod -R u+rwX "$work" 2>/dev/null; rm -rf "$work"' EXIT
# nothing of the user's own
HOME=$work/home
export HOME
mkdir "$HOME"
unset XDG_DATA_HOME XDG_CACHE_HOME HF_HOME HF_HUB_CACHE DESCRY_LIBRARY DESCRY_CPU
cd "$work" || exit 99
# the demo model as it is now, whatever becomes of the original meanwhile
mkdir -p data/models
cp -R "$DESCRY_SOURCE_ROOT/models/demo" data/models
DESCRY_DATA_DIR=$work/data
export DESCRY_DATA_DIR
tests=0 failed=0 status=0

# verdict STATUS DESCRIPTION: one test
verdict() {
    tests=$((tests + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $tests - $2"
    else
        failed=$((failed + 1))
        echo "not ok $tests - $2"
        sed 's/^/# out: /' "$work/out" 2>/dev/null | head -n 20
        sed 's/^/# err: /' "$work/err" 2>/dev/null | head -n 20
        echo "# status: $status"
    fi
}

# run COMMAND...: leaves out, err and $status
run() {
    status=0
    "$@" >"$work/out" 2>"$work/err" || status=$?
}

# exits STATUS DESCRIPTION COMMAND...: run it and look at its status
exits() {
    wanted=$1 what=$2
    shift 2
    run "$@"
    [ "$status" -eq "$wanted" ]
    verdict $? "$what: status $wanted"
}

# is DESCRIPTION ACTUAL EXPECTED
is() {
    [ "$2" = "$3" ]
    verdict $? "$1"
    [ "$2" = "$3" ] || printf '# got %s\n# not %s\n' "$2" "$3"
}

# differs DESCRIPTION FILE FILE: both are there, and not the same
differs() {
    unequal=0
    cmp -s "$2" "$3" || unequal=$?
    [ "$unequal" -eq 1 ]
    verdict $? "$1"
}

# commands: what the program's help lists.  options_of COMMAND...: what that command's help lists
commands() {
    "$DESCRY" help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'
}
options_of() {
    "$DESCRY" "$@" --help | grep -Eo '^  (-., )?--[a-z0-9-]+' | grep -o -e '--.*'
}

# says FILE PATTERN DESCRIPTION: FILE (out or err) has a line that matches the extended regular expression
says() {
    grep -Eq -e "$2" "$work/$1"
    verdict $? "$3"
}

# silent FILE DESCRIPTION
silent() {
    [ ! -s "$work/$1" ]
    verdict $? "$2"
}

# json DESCRIPTION EXPRESSION: Python, true of `rows`, the objects in out, and `row`, the first
json() {
    "$PYTHON" "$here/check.py" json "$work/out" "$2" >"$work/check" 2>&1
    checked=$?
    verdict $checked "$1"
    [ $checked -eq 0 ] || sed 's/^/# /' "$work/check"
}

# npy DESCRIPTION FILE EXPRESSION: Python, true of `a` (flat), `shape` and `descr`
npy() {
    "$PYTHON" "$here/check.py" npy "$2" "$3" >"$work/check" 2>&1
    checked=$?
    verdict $checked "$1"
    [ $checked -eq 0 ] || sed 's/^/# /' "$work/check"
}

finish() {
    echo "1..$tests"
    [ "$failed" -eq 0 ]
    exit
}

# as_user COMMAND...: as somebody whom folders and files can be closed to, which they cannot to root
as_user() {
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
    else
        "$@"
    fi
}
