# SPDX-License-Identifier: Apache-2.0
# Captions in the library, and finding by words.
. "$DESCRY_SOURCE_ROOT/tests/cli/lib.sh"
DESCRY_LIBRARY=$work/lib.db
export DESCRY_LIBRARY
HF_HUB_CACHE=$work/hub
export HF_HUB_CACHE
mkdir photos photos/trip hub
cp "$gallery"/000[1-9].jpg "$gallery"/003[0-4].jpg photos
cp "$gallery"/001[0-4].jpg photos/trip
"$PYTHON" "$here/exif.py" "$gallery/0040.jpg" "photos/trip/0040.jpg" '2019:07:21 14:03:59' '' '' '' "Grandmother's garden"
"$PYTHON" "$here/plain_model.py" data/models/demo plain-model
said() { # LIBRARY: its captions, a line each: path, author, model, text
    "$PYTHON" - "$1" <<'END'
import sqlite3, sys
rows = sqlite3.connect(sys.argv[1]).execute("select cast(path as text), author, model, text from captions join places"
                                            " using (content) order by path")
for row in rows:
    print("|".join(str(value) for value in row))
END
}

# index --caption
exits 0 "index --caption" "$DESCRY" index --model demo --caption photos
says out '^20 pictures: 20 new, 20 described; ' "index --caption: summary"
"$DESCRY" caption --model demo photos | sed 's/^/'"$(printf %s "$work" | sed 's/[/.]/\\&/g')"'\//; s/: /|model|demo|/' | sort >direct
said lib.db | sort | cmp -s - direct
verdict $? "index --caption: the captions of descry caption"
exits 0 "index --caption again" "$DESCRY" index --caption --json
json "index --caption --json" 'row["unchanged"] == 20 and row["captioned"] == 0'
exits 0 "index --json without" "$DESCRY" index --json
json "index --json without: no such key" '"captioned" not in row'
exits 0 "search" "$DESCRY" search -k 2 two cats
says out '^     .*two cats' "search: captions are shown"
is "search: two lines each" "$(wc -l <out)" 4
exits 0 "search --json" "$DESCRY" search -k 2 --json two cats
json "search --json: captions" 'all("two cats" in r["caption"] for r in rows)'
exits 0 "status" "$DESCRY" status --json
json "status: captions" 'row["captions"] == 20'

# --words
exits 0 "--words" "$DESCRY" search --words --json two cats
json "--words: all of them" 'len(rows) == 2 and all("two cats" in r["caption"] and list(r) == ["rank", "score", "id", "path", "caption", "strength", "width", "height"] for r in rows)'
json "--words: best first" 'rows[0]["score"] >= rows[1]["score"] > 0 and [r["rank"] for r in rows] == [1, 2]'
exits 0 "--words: one word of the shell, other endings" "$DESCRY" search --words --json 'TWO Cat'
json "--words: one word of the shell, other endings: the same" 'len(rows) == 2'
exits 0 "--words: a title" "$DESCRY" search --words --json gardens grandmother
json "--words: a title: found and shown" 'len(rows) == 1 and row["path"].endswith("/trip/0040.jpg") and row["title"] == "Grandmother'"'"'s garden"'
exits 0 "--words: a file's name" "$DESCRY" search --words -0 0003.jpg
is "--words: a file's name: found" "$(tr '\000' '\n' <out)" "$work/photos/0003.jpg"
exits 0 "--words --under" "$DESCRY" search --words --under photos/trip -k 50 --json jpg
json "--words --under: only those" 'len(rows) == 6 and all("/trip/" in r["path"] for r in rows)'
exits 0 "--words --after" "$DESCRY" search --words --after 2019 --json jpg
json "--words --after: only that" 'len(rows) == 1'
exits 0 "--words -k" "$DESCRY" search --words -k 3 --json jpg
json "--words -k: so many" 'len(rows) == 3'
mv data/models/demo data/models/away
exits 0 "--words without any model" "$DESCRY" search --words cats
mv data/models/away data/models/demo
exits 0 "--words that nothing has" "$DESCRY" search --words submarine
says err 'no match' "--words that nothing has: said"
for query in 'cats OR dogs' 'cats"' '"' 'NEAR(two cats)' 'captions:two' "x' OR 1 --" 'cat*' '^two' '(('; do
    run "$DESCRY" search --words "$query"
    [ $status -eq 0 ] || { [ $status -eq 2 ] && grep -q 'no word to look for' err; }
    verdict $? "--words '$query': no syntax"
done
exits 2 "--words without a word" "$DESCRY" search --words '+ - !'
says err 'no word to look for' "--words without a word: said"
exits 2 "--words with NOT" "$DESCRY" search --words cats NOT dogs
is "--words with NOT: one line" "$(wc -l <err)" 1
exits 2 "--words --hybrid" "$DESCRY" search --words --hybrid cats
exits 2 "--words --threshold" "$DESCRY" search --words --threshold 0.5 cats
exits 2 "--words --head" "$DESCRY" search --words --head x cats
exits 2 "--words for nothing" "$DESCRY" search --words

# --hybrid
exits 0 "--hybrid" "$DESCRY" search --hybrid --json -k 50 two cats
json "--hybrid: shape" 'all(list(r)[:8] == ["rank", "score", "id", "path", "caption", "strength", "width", "height"] for r in rows) and len(rows) == 20'
json "--hybrid: reciprocal ranks" 'all(abs(r["score"] - sum(1 / (60 + r[k]) for k in ("vector_rank", "words_rank") if r[k])) < 1e-7 for r in rows)'
json "--hybrid: in order" 'all(a["score"] >= b["score"] for a, b in zip(rows, rows[1:]))'
cp out both
exits 0 "by vectors" "$DESCRY" search --json -k 50 two cats
json "--hybrid: the ranks by vectors" '{r["id"]: r["rank"] for r in rows} == {r["id"]: r["vector_rank"] for r in read_json("both")["rows"]}'
exits 0 "--hybrid --under" "$DESCRY" search --hybrid --under photos/trip -k 50 --json two cats
json "--hybrid --under: only those" 'len(rows) == 6'
exits 0 "--hybrid with arithmetic" "$DESCRY" search --hybrid -k 3 --json './photos/0001.jpg + "cats"'
json "--hybrid with arithmetic: not the picture named" 'len(rows) == 3 and not any(r["path"].endswith("/0001.jpg") for r in rows)'
exits 2 "--hybrid with NOT" "$DESCRY" search --hybrid cats NOT dogs
is "--hybrid with NOT: one line" "$(wc -l <err)" 1
exits 2 "--hybrid --explain" "$DESCRY" search --hybrid --explain cats
exits 2 "--hybrid of a picture alone" "$DESCRY" search --hybrid ./photos/0001.jpg

# caption --library
exits 0 "caption --library when nothing lacks" "$DESCRY" caption --library
silent out "caption --library when nothing lacks: nothing"
says err 'no picture lacks a caption' "caption --library when nothing lacks: said"
"$DESCRY" index --library other.db --model demo photos >/dev/null
"$PYTHON" -c 'import sqlite3; c = sqlite3.connect("other.db"); c.execute("insert into captions (content, author, text, written) select content, '"'person', 'our caravan'"', 1 from places where cast(path as text) like '"'%/0001.jpg'"'"); c.commit()'
rm photos/0002.jpg
cp "$gallery/0100.jpg" photos/0003.jpg
exits 3 "caption --library FILE" "$DESCRY" caption --library other.db --json
json "caption --library FILE: those without" 'len(rows) == 17 and all(list(r) == ["path", "caption", "ids", "score", "model"] for r in rows)'
json "caption --library FILE: full paths" 'all(r["path"].startswith("/") for r in rows)'
says err 'photos/0002.jpg: No such file' "caption --library FILE: a picture that is gone is named"
says err 'photos/0003.jpg: changed since it was indexed' "caption --library FILE: one that is another now is named"
says err '2 of 19 could not be described' "caption --library FILE: counted"
is "caption --library FILE: a person's caption stays" "$(said other.db | grep -c '0001.jpg|person|None|our caravan')" 1
is "caption --library FILE: kept" "$(said other.db | wc -l)" 18
exits 0 "a person's caption is found" "$DESCRY" search --library other.db --words -0 caravans
is "a person's caption is found: the picture" "$(tr -d '\000' <out)" "$work/photos/0001.jpg"
exits 3 "caption --library again" "$DESCRY" caption --library other.db
silent out "caption --library again: nothing new"
exits 0 "index after that" "$DESCRY" index --library other.db --caption photos
says out '1 described' "index after that: the changed one"
cp "$gallery/0002.jpg" photos
exits 2 "caption nothing" "$DESCRY" caption --model demo
exits 0 "caption a picture, the library named" "$DESCRY" caption --library other.db photos/0001.jpg
is "caption a picture, the library named: only that" "$(wc -l <out)" 1
exits 0 "caption a picture, the usual library" "$DESCRY" caption --library -- photos/0001.jpg
exits 1 "caption --library of none" "$DESCRY" caption --library none.db
[ ! -e none.db ]
verdict $? "caption --library of none: makes none"

# another model for captions
exits 1 "index --caption without one that can" "$DESCRY" index --library plain.db --model ./plain-model --caption photos
says err 'one that can is coca_ViT-L-14/mscoco_finetuned_laion2b_s13b_b90k: .descry pull coca.* fetches it, then: --caption=coca_ViT-L-14/mscoco_finetuned' "index --caption without one that can: what to do"
exits 0 "index with a model that cannot" "$DESCRY" index --library plain.db --model ./plain-model photos
exits 1 "caption --library without one that can" "$DESCRY" caption --library plain.db
says err 'plain-model has no decoder, and no model' "caption --library without one that can: said"
exits 1 "index --caption=MODEL that cannot" "$DESCRY" index --library plain.db --caption=./plain-model photos
says err 'cannot describe pictures' "index --caption=MODEL that cannot: said"
exits 1 "index --caption=MODEL that is not there" "$DESCRY" index --library plain.db --caption=./nowhere photos
exits 0 "index --caption=MODEL" "$DESCRY" index --library plain.db --caption=demo photos/trip
says out '6 pictures: 0 new, 6 unchanged, 6 described' "index --caption=MODEL: of what is indexed"
is "index --caption=MODEL: kept as its" "$(said plain.db | grep -c '|model|demo|')" 6
for name in one two; do
    mkdir -p "hub/models--org--$name/refs" "hub/models--org--$name/snapshots"
    printf rev >"hub/models--org--$name/refs/main"
    cp -R data/models/demo "hub/models--org--$name/snapshots/rev"
    [ $name = one ] || break
    exits 0 "the one installed that can" "$DESCRY" index --library plain.db --caption photos/0001.jpg
    is "the one installed that can: used" "$(said plain.db | grep -c '|model|hf-hub:org/one|')" 1
done
exits 1 "two installed that can" "$DESCRY" caption --library plain.db
says err '^descry: which model describes the pictures\? --model NAME chooses one of hf-hub:org/(one, hf-hub:org/two|two, hf-hub:org/one)$' "two installed that can: which"
exits 0 "caption --library --model" "$DESCRY" caption --library plain.db --model hf-hub:org/two
is "caption --library --model: the rest" "$(said plain.db | grep -c '|model|hf-hub:org/two|')" 13

# stopping and killing
mkdir many
cp "$gallery"/00[0-4]*.jpg many
total=$(ls many | wc -l)
"$DESCRY" index --library killed.db --model demo many >/dev/null
captions() {
    "$DESCRY" status --library killed.db --json 2>/dev/null | sed -n 's/.*"captions":\([0-9]*\).*/\1/p'
}
for signal in KILL INT; do
    before=$(captions)
    env --default-signal=INT "$DESCRY" caption --library killed.db --threads 1 >caption.out 2>err &
    pid=$!
    until sleep 0.02; kill -STOP "$pid" || break; [ "$(captions)" -gt "$before" ]; do
        kill -CONT "$pid"
    done
    kill -$signal "$pid"
    kill -CONT "$pid"
    status=0
    wait "$pid" || status=$?
    is "SIG$signal: ends by it" "$status" "$([ $signal = KILL ] && echo 137 || echo 130)"
    [ "$(captions)" -gt "$before" ] && [ "$(captions)" -lt "$total" ]
    verdict $? "SIG$signal: what is done is kept"
done
says err '^descry: stopped after [0-9]+ of [0-9]+ pictures; their captions are kept$' "SIGINT: said"
kept=$(captions)
exits 0 "the next one goes on" "$DESCRY" caption --library killed.db --json
json "the next one goes on: the rest" "len(rows) == $total - $kept"
is "the next one goes on: all are there" "$(captions)" "$total"

# what may not be read or written
mkdir -p bin/cmd mine closed
cp "$DESCRY" bin/cmd/descry
cp "$DESCRY_BUILD_ROOT"/libdescry.so.0 bin
cp -R data/models/demo model
cp "$gallery/0009.jpg" "$gallery/0010.jpg" mine
chmod -R a+rX bin model mine
mkdir -m 777 theirs
exits 0 "index as another user" as_user bin/cmd/descry index --model model --library theirs/lib.db mine
cp theirs/lib.db closed
chmod 000 mine/0010.jpg
exits 3 "a picture that may not be read" as_user bin/cmd/descry caption --library theirs/lib.db
is "a picture that may not be read: the other is described" "$(wc -l <out)" 1
says err '/mine/0010\.jpg: Permission denied' "a picture that may not be read: named"
chmod 644 mine/0010.jpg closed/lib.db
chmod 555 closed
exits 1 "a library that may not be written" as_user bin/cmd/descry caption --library closed/lib.db
says err 'closed/lib.db: the library is read-only' "a library that may not be written: said"
exits 0 "a library that may not be written: search" as_user bin/cmd/descry search --library closed/lib.db --words 0010
is "a library that may not be written: found by words" "$(wc -l <out)" 1
chmod 444 closed/lib.db
exits 1 "a library that may not be written, nor its folder" as_user bin/cmd/descry index --library closed/lib.db --caption mine
chmod 755 closed
finish
