# SPDX-License-Identifier: Apache-2.0
# index, search, status, forget: what a library holds and finds.
. "$DESCRY_SOURCE_ROOT/tests/cli/lib.sh"
DESCRY_LIBRARY=$work/folder/lib.db
export DESCRY_LIBRARY
mkdir -p photos/trip photos/thumbs
cp "$gallery"/000[1-9].jpg photos
cp "$gallery"/001[0-4].jpg photos/trip
cp "$gallery"/0020.jpg photos/thumbs

# index
exits 0 "index" "$DESCRY" index --model demo --exclude thumbs --exclude 'trip/0014.*' photos
says out '^13 pictures: 13 new; [0-9.]+ s' "index: summary"
[ -f folder/lib.db ]
verdict $? "index: makes the library and its folder"
exits 0 "index again, without a model or a path" "$DESCRY" index --json
json "index --json: shape" 'len(rows) == 1 and set(row) == {"found", "embedded", "unchanged", "recognised", "failed", "missing", "seconds", "stopped", "model", "library", "passed_over", "endings"}'
json "index again: what was left out before" '(row["found"], row["embedded"], row["unchanged"]) == (15, 2, 13) and row["stopped"] is False'
json "index again: the library's model" 'row["model"] == "demo" and row["library"].endswith("/folder/lib.db")'
mv photos/0001.jpg photos/trip/moved.jpg
cp photos/0002.jpg photos/copy.jpg
exits 0 "index after a move and a copy" "$DESCRY" index --json photos
json "index after a move and a copy: recognised" '(row["found"], row["embedded"], row["recognised"], row["missing"]) == (16, 0, 2, 1)'
exits 3 "index what is not there" "$DESCRY" index photos ./nowhere
says err 'nowhere' "index what is not there: named"
says out '^1[67] pictures?: 0 new, 16 unchanged, 1 failed' "index what is not there: the rest is done"
exits 0 "--max-side" "$DESCRY" index --library other.db --model demo photos/0003.jpg
exits 3 "--max-side too small" "$DESCRY" index --library other2.db --model demo --max-side 255 photos/0003.jpg photos/0004.jpg
is "--max-side: each failure is named" "$(grep -c 'photos/000[34]\.jpg' err)" 2

# large JPEGs
mkdir large
cp "$DESCRY_SOURCE_ROOT/tests/data/large.jpg" "$gallery/0001.jpg" large
exits 0 "index of a large picture" "$DESCRY" index --library large.db --model demo large
exits 0 "index --full-decode" "$DESCRY" index --library large.db --full-decode --json
json "index --full-decode: the large one anew" '(row["embedded"], row["unchanged"]) == (1, 1)'
"$DESCRY" export --library large.db --jsonl --vectors >whole
exits 0 "index --full-decode again" "$DESCRY" index --library large.db --full-decode --json
json "index --full-decode again: once is enough" '(row["embedded"], row["unchanged"]) == (0, 2)'
"$DESCRY" embed --model demo --json ./large/large.jpg >out
json "index --full-decode: as embed" 'max(abs(a - b) for a, b in zip(row["embedding"], [r for r in read_json("whole")["rows"] if r["path"].endswith("large.jpg")][0]["embedding"])) < 1e-3'

# a picture whose decoder crashes
mkdir odd
cp "$gallery/0001.jpg" odd
printf 'GIF89a crash' >odd/odd.gif
crashing() {
    DESCRY_LIBEXEC=$DESCRY_BUILD_ROOT/tests/decoders/bad "$DESCRY" index --library odd.db "$@"
}
exits 3 "index of an odd picture" crashing --model demo odd
says err 'odd/odd\.gif: the GIF decoder crashed on it$' "index of an odd picture: named"
says out '^2 pictures: 1 new, 1 failed' "index of an odd picture: the other is done"
exits 3 "index of an odd picture again" crashing
says err 'odd/odd\.gif: the GIF decoder crashed on it \(not tried again: the file is as it was\)$' "index of an odd picture again: named"
says out '^2 pictures: 0 new, 1 unchanged, 1 failed' "index of an odd picture again: counted"
exits 3 "index --retry-failed" crashing --retry-failed
says err 'odd/odd\.gif: the GIF decoder crashed on it$' "index --retry-failed: tried"
exits 3 "index of an odd picture: with another decoder" "$DESCRY" index --library odd.db
says err 'not tried again' "index of an odd picture: not with another decoder either"
exits 3 "index --retry-failed with another decoder" "$DESCRY" index --library odd.db --retry-failed
says err 'odd/odd\.gif: ' "index --retry-failed with another decoder: damaged all the same"
is "index --retry-failed with another decoder: no crash" "$(grep -c -e crashed -e 'not tried' err)" 0
cp "$gallery/0002.jpg" odd/odd.gif
exits 0 "index of a picture that is odd no more" "$DESCRY" index --library odd.db --json
json "index of a picture that is odd no more: new" '(row["embedded"], row["unchanged"], row["failed"]) == (1, 1, 0)'

# folders as they are
mkdir -p 'drive/#recycle' drive/.hidden
cp "$gallery/0001.jpg" drive/one.MPO
cp "$gallery/0002.jpg" drive/renamed.old
cp "$gallery/0003.jpg" 'drive/#recycle'
cp "$gallery/0004.jpg" drive/.hidden
touch drive/a.mp4 drive/b.MP4 drive/notes drive/one.MPO.xmp
exits 0 "folders" "$DESCRY" index --library drive.db --model demo drive
says out '^1 picture: 1 new; ' "folders: a picture"
says out '^4 other files passed over: 2 \.mp4, 1 without an ending, 1 \.old \(--sniff looks into them\)$' "folders: what is passed over"
exits 0 "folders --sniff --json" "$DESCRY" index --library drive.db --sniff --json
json "folders --sniff: one more" '(row["found"], row["embedded"], row["passed_over"], row["endings"]) == (2, 1, 3, {"mp4": 2, "": 1})'
exits 0 "folders --include-hidden" "$DESCRY" index --library drive.db --include-hidden --json drive
json "folders --include-hidden: two more" '(row["found"], row["embedded"]) == (3, 2)'
exits 0 "folders again" "$DESCRY" index --library drive.db --json drive
json "folders again: nothing is missing" '(row["found"], row["missing"], row["unchanged"]) == (1, 0, 1)'

# status
exits 0 "status" "$DESCRY" status
says out '^pictures  17, 15 different, 1 missing' "status: pictures"
says out '^models    demo: 15 vectors of 192 numbers' "status: models"
exits 0 "status --json" "$DESCRY" status --json
json "status: shape" 'len(rows) == 1 and {"photos", "captions", "models", "library"} <= set(row) and {"name", "dim", "vectors"} <= set(row["models"][0])'
json "status: numbers" '(row["photos"], row["missing"], row["contents"], row["captions"], row["failed"]) == (17, 1, 15, 0, 0)'
json "status: model" '(row["models"][0]["name"], row["models"][0]["dim"], row["models"][0]["vectors"]) == ("demo", 192, 15)'
json "status: folders" '[r["path"].endswith("/photos") for r in row["roots"]] == [True]'
exits 0 "models marks the default" "$DESCRY" models --installed
says out '^\* demo ' "models marks the default: with a star"

# search
exits 0 "search" "$DESCRY" search --json a red apple
json "search: shape" 'len(rows) == 10 and all(list(r) == ["rank", "score", "id", "path", "caption", "strength", "width", "height"] for r in rows)'
json "search: in order" '[r["rank"] for r in rows] == list(range(1, 11)) and all(a["score"] >= b["score"] for a, b in zip(rows, rows[1:]))'
json "search: full paths" 'all(r["path"].startswith("/") for r in rows)'
cp out apple
exits 0 "search for one argument" "$DESCRY" search --json 'a red apple'
cmp -s apple out
verdict $? "search: words make one text"
"$DESCRY" embed --model demo --json 'a red apple' "$(sed -n 's/.*"path":"\([^"]*\)".*/\1/p' apple | head -n 1)" >out
json "search: the score is the cosine" 'abs(sum(a * b for a, b in zip(*[r["embedding"] for r in rows])) - read_json("apple")["row"]["score"]) < 2e-3'
exits 0 "search -k" "$DESCRY" search -k 3 --json a red apple
json "search -k: the first of them" 'rows == read_json("apple")["rows"][:3]'
exits 0 "search -k attached" "$DESCRY" search -k3 a red apple
is "search: a line each" "$(wc -l <out)" 3
says out '^  1  -?[0-9]\.[0-9]{4}  /.*\.jpg$' "search: rank, score, path"
third=$(sed -n 's/.*"score":\([-0-9.]*\).*/\1/p' apple | sed -n 3p)
exits 0 "--threshold" "$DESCRY" search --threshold "${third%?}0" -k 20 --json a red apple
json "--threshold: only those" "2 <= len(rows) <= 4 and all(r['score'] >= ${third%?}0 - 1e-6 for r in rows)"
exits 0 "--threshold that nothing reaches" "$DESCRY" search --threshold 1.5 a red apple
silent out "--threshold that nothing reaches: nothing"
says err 'no match' "--threshold that nothing reaches: said"
exits 0 "--under" "$DESCRY" search --under photos/trip -k 50 --json a red apple
json "--under: only those" 'len(rows) == 6 and all("/photos/trip/" in r["path"] for r in rows)'
exits 0 "search by a picture" "$DESCRY" search -k 50 --json ./photos/0002.jpg
json "search by a picture: without itself and its copy" 'len(rows) == 14 and not any(r["path"].endswith(("/0002.jpg", "/copy.jpg")) for r in rows)'
cp out by-path
id=$("$DESCRY" search -k 50 --json apple | sed -n 's/.*"id":\([0-9]*\),"path":"[^"]*\/0002.jpg.*/\1/p')
exits 0 "search by an id" "$DESCRY" search -k 50 --json "#$id"
cmp -s by-path out
verdict $? "search by an id: as by its picture"
exits 0 "search by a picture that the library does not know" "$DESCRY" search -k 3 --json "$gallery/0100.jpg"
json "search by a picture that the library does not know: found" 'len(rows) == 3'
HOME=$work exits 0 "search by a picture at home" "$DESCRY" search -k 50 --json '~/photos/0002.jpg'
cmp -s by-path out
verdict $? "search by a picture at home: found"
exits 1 "search by an id that is not there" "$DESCRY" search '#999999'
exits 1 "search by a picture that is not there" "$DESCRY" search ./nowhere.jpg
says err 'nowhere\.jpg' "search by a picture that is not there: named"
exits 1 "search by what is no picture" "$DESCRY" search "$here/lib.sh"
exits 0 "search for an option" "$DESCRY" search -k 1 -- --json
exits 0 "search for a literal end token" "$DESCRY" search -k 1 --json '<end_of_text>'
json "search for a literal end token: a finite score" 'len(rows) == 1 and -1 <= row["score"] <= 1'
exits 0 "-0" "$DESCRY" search -0 -k 50 a red apple
is "-0: as many NULs as pictures, no line feed" "$(tr -cd '\000\n' <out | od -An -c | tr -d ' \n*' | sed 's/\\0//g')" ""
tr '\000' '\n' <out | head -n 10 >paths
"$PYTHON" -c 'import json; print("\n".join(json.loads(l)["path"] for l in open("apple")))' | cmp -s - paths
verdict $? "-0: the paths of --json"
"$DESCRY" search --json a red apple | cmp -s - apple
verdict $? "search: the same again"
"$DESCRY" search --threads 3 --json a red apple | cmp -s - apple
verdict $? "search: the number of threads makes no difference"

# a second model
cp -R data/models/demo mine
sed 's/0\.48145466/0.5/' mine/open_clip_config.json >config && mv config mine/open_clip_config.json
exits 1 "search with a model that nothing is indexed with" "$DESCRY" search --model ./mine cat
says err 'demo' "search with a model that nothing is indexed with: names the other"
exits 0 "index with a second model" "$DESCRY" index --model mine --json photos/trip
json "index with a second model: computed anew, its full path" 'row["embedded"] == 6 and row["model"].startswith("/") and row["model"].endswith("/mine")'
(cd / && exits 0 "search with the last model, from elsewhere" "$DESCRY" search --json -k 50 cat) >tap
sed "s/^ok 1 /ok $((tests + 1)) /; s/^not ok 1 /not ok $((tests + 1)) /" tap
tests=$((tests + 1))
grep -q '^not' tap && failed=$((failed + 1))
says err '2 models; using the last indexed, .*/mine' "search with two models: says which"
json "search with two models: the last" 'len(rows) == 6'
exits 0 "search with the first model" "$DESCRY" search --model demo --json -k 50 cat
json "search with the first model: all" 'len(rows) > 6'
silent err "search with the first model: nothing to say"

# forget
exits 0 "forget" "$DESCRY" forget photos/trip
says out '^[0-9]+ pictures forgotten: photos/trip$' "forget: how many"
exits 0 "forget --json" "$DESCRY" forget --json photos/copy.jpg ./nowhere
json "forget --json: a row each" '[(r["path"], r["removed"]) for r in rows] == [("photos/copy.jpg", 1), ("./nowhere", 0)]'
[ -f photos/copy.jpg ] && [ -f photos/trip/0010.jpg ]
verdict $? "forget: leaves files alone"
exits 0 "search after forget" "$DESCRY" search --model demo --json -k 50 cat
json "search after forget: not those" 'not any("/trip/" in r["path"] or r["path"].endswith("/copy.jpg") for r in rows)'

# pictures of another size than the model's own
exits 0 "a size in the name" "$DESCRY" embed --model demo@192 --json "$gallery/0001.jpg"
cp out one
exits 0 "--image-size" "$DESCRY" embed --model demo --image-size 192 --json "$gallery/0001.jpg"
cmp -s out one
verdict $? "--image-size: the same, and the same name"
exits 0 "--image-size over a size in the name" "$DESCRY" embed --model demo@64 --image-size 192 --json "$gallery/0001.jpg"
cmp -s out one
verdict $? "--image-size over a size in the name: the same"
exits 0 "another size" "$DESCRY" embed --model demo --json "$gallery/0001.jpg"
cp out plain
json "another size: another embedding, not far from it" '(lambda a, b: 0.7 < sum(x * y for x, y in zip(a, b)) < 0.999)(row["embedding"], read_json("one")["row"]["embedding"])'
cp -R data/models/demo sized
exits 0 "index for another size" "$DESCRY" index --library sized.db --model ./sized@128 photos
exits 0 "search for another size" "$DESCRY" search --library sized.db --json cat
json "search for another size: with no option" 'len(rows) > 0'
exits 0 "status for another size" "$DESCRY" status --library sized.db --json
json "status for another size: its name" '[m["name"].endswith("/sized@128") for m in row["models"]] == [True]'
mv sized sized@64
exits 0 "a folder whose name ends in a size" "$DESCRY" embed --model ./sized@64/ --json "$gallery/0001.jpg"
json "a folder whose name ends in a size: pictures of its own" 'row["embedding"] == read_json("plain")["row"]["embedding"]'
exits 0 "index by a folder whose name ends in a size" "$DESCRY" index --library at.db --model ./sized@64/ photos
exits 0 "search by a folder whose name ends in a size" "$DESCRY" search --library at.db --json cat
json "search by a folder whose name ends in a size: finds" 'len(rows) > 0'
exits 1 "no pixels at all" "$DESCRY" embed --model demo@2 "$gallery/0001.jpg"
says err 'image_size' "no pixels at all: the key"
exits 1 "too many pixels" "$DESCRY" embed --model demo --image-size 99999999999 "$gallery/0001.jpg"
says err 'image_size' "too many pixels: the key"
finish
