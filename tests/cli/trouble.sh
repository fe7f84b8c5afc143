# SPDX-License-Identifier: Apache-2.0
# Stopping, killing, two at once, files that are not libraries, a full disk.
. "$DESCRY_SOURCE_ROOT/tests/cli/lib.sh"
DESCRY_LIBRARY=$work/lib.db
export DESCRY_LIBRARY
mkdir photos
cp "$gallery"/*.jpg photos
total=$(ls photos | wc -l)

# vectors: how many the library holds
vectors() {
    "$DESCRY" status --json 2>/dev/null | sed -n 's/.*"vectors":\([0-9]*\).*/\1/p'
}

# start_index: a new library in the background, in slices of time, held still as soon as something is in it; $pid
start_index() {
    rm -f lib.db lib.db-* lib.db.*
    # in a script, a command in the background ignores Ctrl-C unless told otherwise
    env --default-signal=INT "$DESCRY" index --model demo --threads 1 "$@" photos >index.out 2>index.err &
    pid=$!
    until sleep 0.02; kill -STOP "$pid" || break; kept=$(vectors); [ "${kept:-0}" -gt 0 ]; do
        kill -CONT "$pid"
    done
}

end_index() { # SIGNAL
    [ "$1" = none ] || kill -"$1" "$pid"
    kill -CONT "$pid"
    status=0
    wait "$pid" || status=$?
    cp index.out out
    cp index.err err
}

# some: not nothing and not all
some() {
    [ "$1" -gt 0 ] && [ "$1" -lt "$total" ]
}

# two at once
start_index --json
exits 1 "a second index" "$DESCRY" index --model demo photos
says err "process $pid " "a second index: names the first"
exits 1 "forget meanwhile" "$DESCRY" forget photos/0001.jpg
exits 0 "search meanwhile" "$DESCRY" search -k 3 cat
is "search meanwhile: found" "$(wc -l <out)" 3

# Ctrl-C
end_index INT
is "Ctrl-C: ends by the signal" "$status" 130
kept=$(vectors)
json "Ctrl-C: the summary" "row['stopped'] is True and row['embedded'] == $kept"
some "$kept"
verdict $? "Ctrl-C: keeps what is done"
start_index
end_index TERM
is "SIGTERM: ends by the signal" "$status" 143
says out "^stopped after [0-9]+ of $total pictures: .*; what is done is kept\$" "SIGTERM: the summary"

# a picture that goes away meanwhile
start_index --json
rm photos/0200.jpg
end_index none
[ "$status" -eq 0 ] || [ "$status" -eq 3 ]
verdict $? "a picture that goes away: no harm"
is "a picture that goes away: the others are there" "$(vectors)" $((total - 1))

# kill -9
cp "$gallery/0200.jpg" photos
start_index
end_index KILL
is "kill -9" "$status" 137
kept=$(vectors)
some "$kept"
verdict $? "kill -9: keeps what is done"
exits 0 "index after kill -9" "$DESCRY" index --json photos
json "index after kill -9: goes on" "row['unchanged'] == $kept and row['embedded'] == $total - $kept"
exits 0 "search" "$DESCRY" search -k 500 --json cat
json "search: each picture once" "len({r['path'] for r in rows}) == len(rows) == $total"
"$DESCRY" index --library whole.db --model demo photos >/dev/null
"$DESCRY" search --library whole.db -k 500 cat | awk '{ print $NF }' | sort >whole
"$PYTHON" -c 'import json; print("\n".join(sorted(json.loads(l)["path"] for l in open("out"))))' | cmp -s - whole
verdict $? "search: the same pictures as of a library made in one go"

# not libraries
cp "$gallery/0001.jpg" picture.db
echo "hello" >text.db
mkdir folder.db
for library in picture.db text.db folder.db; do
    for command in status 'search cat' "index --model demo $gallery" "forget x"; do
        cp -R $library before
        exits 1 "${command%% *} of $library" "$DESCRY" $command --library $library
        says err "$library" "${command%% *} of $library: named"
        diff -r before $library >/dev/null
        verdict $? "${command%% *} of $library: unchanged"
        rm -rf before
    done
done
exits 1 "PostgreSQL" "$DESCRY" status --library postgresql://localhost/x
: >empty.db
exits 0 "an empty file becomes a library" "$DESCRY" index --model demo --library empty.db "$gallery/0001.jpg"
"$PYTHON" -c 'import sqlite3; sqlite3.connect("foreign.db").execute("create table t (a)")'
exits 1 "someone else's SQLite file" "$DESCRY" index --model demo --library foreign.db "$gallery/0001.jpg"
cp empty.db newer.db
"$PYTHON" -c 'import sqlite3; c = sqlite3.connect("newer.db"); c.execute("pragma user_version = 9999")'
for command in status 'search cat' "index --model demo $gallery"; do
    exits 1 "${command%% *} of a newer library" "$DESCRY" $command --library newer.db
    says err 'newer' "${command%% *} of a newer library: said"
done
for size in 100 5000 20000; do
    head -c $size whole.db >cut.db
    for command in status 'search cat'; do
        "$DESCRY" $command --library cut.db >out 2>err
        status=$?
        [ $status -le 1 ]
        verdict $? "${command%% *} of a library cut off at $size: no crash"
    done
done

# a full disk
status=0
(ulimit -f 300 && exec "$DESCRY" index --model demo --library full.db photos) >out 2>err || status=$?
is "a full disk: status 1" "$status" 1
says err 'full\.db' "a full disk: named"
exits 0 "after a full disk" "$DESCRY" index --model demo --library full.db photos
exits 0 "after a full disk: search" "$DESCRY" search --library full.db -k 500 --json cat
json "after a full disk: complete" "len(rows) == $total"

# progress on a terminal and elsewhere
mkdir few
cp "$gallery"/*.jpg few # enough of them to be seen at work
"$PYTHON" "$here/terminal.py" "$DESCRY" index --model demo --library terminal.db few >out 2>err
status=$?
is "on a terminal: status 0" "$status" 0
silent err "on a terminal: the bar is drawn and cleared"
exits 0 "elsewhere" env TERM=xterm "$DESCRY" index --model demo --library elsewhere.db few
[ "$(tr -d -c '\r\033' <err | wc -c)" -eq 0 ]
verdict $? "elsewhere: lines only"
finish
