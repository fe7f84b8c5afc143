# SPDX-License-Identifier: Apache-2.0
# Albums: made, filled, searched, renamed, removed; of pictures and of queries.
. "$DESCRY_SOURCE_ROOT/tests/cli/lib.sh"
DESCRY_LIBRARY=$work/lib.db
export DESCRY_LIBRARY
mkdir -p photos/sub
cp "$gallery"/000?.jpg photos
cp "$gallery"/001?.jpg photos/sub
cp photos/0001.jpg photos/sub/copy.jpg

exits 1 "no library" "$DESCRY" album
says err 'there is no library' "no library: said"
exits 1 "create without a library" "$DESCRY" album create Summer
[ ! -e lib.db ]
verdict $? "create makes no library"
exits 0 "index" "$DESCRY" index --model demo photos

exits 0 "no albums" "$DESCRY" album
silent out "no albums: nothing"
exits 0 "create with a folder and an id" "$DESCRY" album create 'My Summer' photos/sub '#2'
is "create: what there is of it" "$(cat out)" "     12  My Summer"
exits 0 "create a smart one" "$DESCRY" album create --query 'a cat in:./photos' --json 'Cats'
json "create a smart one: shape" 'row == {"id": 2, "name": "Cats", "query": "a cat in:./photos", "count": 0}'
exits 0 "create an empty one" "$DESCRY" album create Nothing
exits 0 "list" "$DESCRY" album
is "list: in order" "$(cat out)" "  smart  Cats: a cat in:./photos
     12  My Summer
      0  Nothing"
exits 0 "list --json" "$DESCRY" album list --json
json "list --json: all" '[(r["name"], r["query"], r["count"]) for r in rows] == [("Cats", "a cat in:./photos", 0), ("My Summer", None, 12), ("Nothing", None, 0)]'

# pictures
exits 0 "add" "$DESCRY" album add Nothing ./photos/0003.jpg photos/sub/0012.jpg --json
json "add: two" 'row["count"] == 2 and len(rows) == 1'
exits 0 "add a copy" "$DESCRY" album add Nothing photos/0001.jpg photos/sub/copy.jpg --json
json "add a copy: one" 'row["count"] == 3'
exits 0 "take" "$DESCRY" album take Nothing photos/sub --json
json "take: what is in the folder, copies too" 'row["count"] == 1'
mv photos/0003.jpg moved.jpg
"$DESCRY" index photos >/dev/null
exits 0 "missing" "$DESCRY" album --json
json "missing: not counted" '[r["count"] for r in rows] == [0, 12, 0]'
exits 0 "add what is missing" "$DESCRY" album add 'My Summer' photos/0003.jpg --json
json "add what is missing: it waits" 'row["count"] == 12'
mv moved.jpg photos/sub/new.jpg
"$DESCRY" index photos >/dev/null
exits 0 "moved" "$DESCRY" album --json
json "moved: there again" '[r["count"] for r in rows] == [0, 13, 1]'

# searches
exits 0 "album:NAME" "$DESCRY" search --json -k 50 a cat album:Nothing
json "album:NAME: what is in it" '[r["path"].rsplit("/", 1)[1] for r in rows] == ["new.jpg"]'
exits 0 "album:\"A NAME\"" "$DESCRY" search --json -k 50 'album:"My Summer"'
json "album:\"A NAME\": all of it" 'len(rows) == 13 and row["score"] is None'
exits 0 "--explain" "$DESCRY" search --explain 'a cat album:"My Summer" in:./photos/sub'
says err "only pictures in /.*/photos/sub, of the album 'My Summer'$" "--explain: the album"
exits 0 "a smart album" "$DESCRY" search --json -k 50 album:Cats
cp out smart
exits 0 "its query" "$DESCRY" search --json -k 50 a cat in:./photos
cmp -s smart out
verdict $? "a smart album is its query"
exits 0 "--words" "$DESCRY" search --json --words 'jpg album:"My Summer"'
json "--words: in the album" 'len(rows) == 10'
exits 2 "a smart album beside others" "$DESCRY" search a dog album:Cats
says err "^descry: the query, character 7: the album 'Cats' is a smart one, which stands alone" "a smart album beside others: said"
exits 1 "an album that is not there" "$DESCRY" search album:Dogs
says err "^descry: the query, character 1: there is no album 'Dogs'" "an album that is not there: said"

# names
exits 0 "rename" "$DESCRY" album rename Nothing 'été'
is "rename: shown" "$(cat out)" "      1  été"
exits 2 "rename to one that is there" "$DESCRY" album rename 'été' Cats
says err "there is an album 'Cats' already" "rename to one that is there: said"
exits 2 "create twice" "$DESCRY" album create Cats
exits 2 "a bad name" "$DESCRY" album create "$(printf 'a\033[31m')"
says err "without control characters" "a bad name: said"
exits 1 "an unknown album" "$DESCRY" album add Dogs '#1'
says err "there is no album 'Dogs'" "an unknown album: said"
exits 0 "remove" "$DESCRY" album remove 'été'
is "remove: as it was" "$(cat out)" "      1  été"
exits 1 "remove twice" "$DESCRY" album remove 'été'

# mistakes change nothing
exits 1 "a picture that is not there" "$DESCRY" album add 'My Summer' photos/0002.jpg nowhere.jpg
says err 'nowhere.jpg: the library has no picture there' "a picture that is not there: named"
exits 1 "an id that is not there" "$DESCRY" album create Other photos '#1000'
says err 'there is no picture #1000' "an id that is not there: named"
exits 2 "pictures for a smart album" "$DESCRY" album add Cats photos
says err 'a smart album has the pictures that its query finds' "pictures for a smart album: said"
exits 2 "a query with a mistake" "$DESCRY" album create Other --query 'a + (b'
is "a query with a mistake: a caret under it" "$(tail -n 2 err)" "  a + (b
      ^"
exits 2 "a query and pictures" "$DESCRY" album create Other --query x photos
exits 2 "a query for nothing" "$DESCRY" album --query x
exits 2 "add nothing" "$DESCRY" album add Cats
exits 2 "rename to nothing" "$DESCRY" album rename Cats
exits 2 "an unknown action" "$DESCRY" album crate x
says err "did you mean 'create'" "an unknown action: the nearest"
exits 0 "after all that" "$DESCRY" album --json
json "after all that: the same" '[(r["name"], r["count"]) for r in rows] == [("Cats", 0), ("My Summer", 13)]'

# what is forgotten leaves; an older library gets albums
exits 0 "forget" "$DESCRY" forget photos/sub
exits 0 "forget: fewer" "$DESCRY" album --json
json "forget: only what is elsewhere" '[r["count"] for r in rows] == [0, 2]'
"$PYTHON" -c 'import sqlite3, sys
db = sqlite3.connect("old.db"); db.executescript(open(sys.argv[1]).read()); db.commit()' "$DESCRY_SOURCE_ROOT/tests/unit/fixtures/library-v8.sql"
exits 0 "an older library" "$DESCRY" album create --library old.db Red '#4' --json
json "an older library: an album" 'row == {"id": 1, "name": "Red", "query": None, "count": 1}'
finish
