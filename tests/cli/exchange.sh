# SPDX-License-Identifier: Apache-2.0
# What pictures say of themselves; embeddings from NumPy and for it.
. "$DESCRY_SOURCE_ROOT/tests/cli/lib.sh"
DESCRY_LIBRARY=$work/lib.db
export DESCRY_LIBRARY
# the Python that has NumPy need not be the first one
numpy=
for python in "$PYTHON" /usr/bin/python3; do
    [ -n "$numpy" ] || ! "$python" -c 'import numpy' 2>/dev/null || numpy=$python
done
[ -n "$numpy" ] || { echo "Bail out! no Python with NumPy"; exit 1; }

# np DESCRIPTION SCRIPT: a script that asserts what it says
np() {
    "$numpy" -c "import numpy
$2" >"$work/check" 2>&1
    checked=$?
    verdict $checked "$1"
    [ $checked -eq 0 ] || sed 's/^/# /' "$work/check"
}

# metadata
mkdir -p photos/trip photos/home
stamp() {
    "$PYTHON" "$here/exif.py" "$gallery/$1.jpg" "photos/$2.jpg" "$3" "$4" "$5" "$6"
}
stamp 0001 trip/munich '2019:07:21 14:03:59' 'NIKON D90' 48.137 11.575
stamp 0002 trip/sydney '2019:12:31 23:59:59' 'Canon EOS 5D' -33.8599 151.2111
stamp 0003 home/new '2020:01:01 00:00:00' 'NIKON D3' '' ''
stamp 0004 home/none '' '' '' ''
cp "$gallery/0005.jpg" photos/home/plain.jpg
exits 0 "index pictures with metadata" "$DESCRY" index --model demo photos
found() { # found DESCRIPTION "NAMES..." OPTION...: their names, sorted
    what=$1 names=$2
    shift 2
    run "$DESCRY" search -k 50 -0 "$@" cat
    is "$what" "$(tr '\000' '\n' <out | sed 's/.*\///; s/\.jpg$//' | sort | tr '\n' ' ')" "$names "
}
found "no filter" "munich new none plain sydney"
found "--after takes its own first moment" "new" --after 2020
found "--before does not" "munich sydney" --before 2020
found "--after and --before" "munich" --after 2019-07-21 --before 2019-07-22
found "--after with a time" "new sydney" --after 2019-07-21T14:04
found "--camera, in capitals or not" "munich new" --camera nikon
found "--near" "munich" --near 48.2,11.6,50
found "--near in the south" "sydney" --near -33.8,151.2,10
found "--near everywhere" "munich sydney" --near=0,0,20038
found "--under twice" "munich new none plain sydney" --under photos/trip --under photos/home
found "--under twice, once nowhere" "munich sydney" --under photos/trip --under ./nowhere
found "filters together" "munich" --under photos/trip --camera nikon --after 2019 --before 2020 --near 48,11,100
run "$DESCRY" search --json -k 1 --camera D90 cat
json "search --json: taken, camera, lat, lon" 'list(row) == ["rank", "score", "id", "path", "caption", "strength", "width", "height", "taken", "camera", "lat", "lon"] and row["taken"] == "2019-07-21T14:03:59" and row["camera"] == "NIKON D90" and abs(row["lat"] - 48.137) < 1e-6 and abs(row["lon"] - 11.575) < 1e-6'
run "$DESCRY" search --json -k 1 --under photos/home/plain.jpg cat
json "search --json: nothing that is not known" 'list(row) == ["rank", "score", "id", "path", "caption", "strength", "width", "height"]'
for wrong in '--after 2019-13' '--after yesterday' '--before 2019-02-29' '--near 1,2' '--near 91,0,1' '--near 0,181,1' '--near 0,0,-1' '--near 0,0,x'; do
    # shellcheck disable=SC2086 # an option and its value
    exits 2 "search $wrong" "$DESCRY" search $wrong cat
done
says err "LAT,LON,KM" "search --near: says what it takes"

# a library of the schema before
"$PYTHON" -c 'import sqlite3, sys
db = sqlite3.connect("old.db"); db.executescript(open(sys.argv[1]).read()); db.commit()' "$DESCRY_SOURCE_ROOT/tests/unit/fixtures/library-v1.sql"
exits 0 "status of an older library" "$DESCRY" status --json --library old.db
json "status of an older library: as it was" '(row["photos"], row["missing"], row["sources"]) == (5, 1, 0)'
cp lib.db before.db
"$PYTHON" -c 'import sqlite3
db = sqlite3.connect("before.db"); db.execute("UPDATE contents SET metadata = 0, taken = NULL, camera = NULL"); db.commit()'
run "$DESCRY" search --library before.db --camera nikon cat
silent out "a library without metadata: not found by them"
exits 0 "index of a library without metadata" "$DESCRY" index --library before.db --json
json "index of a library without metadata: nothing is embedded" '(row["embedded"], row["unchanged"]) == (0, 5)'
run "$DESCRY" search --library before.db -0 --camera nikon cat
is "index of a library without metadata: they are read" "$(tr -cd '\000' <out | wc -c)" 2

# export
exits 0 "export --npz" "$DESCRY" export --npz all.npz
says out '^5 pictures in all\.npz$' "export --npz: says how many"
"$DESCRY" export --jsonl --vectors >all.jsonl
np "export --npz: numpy.load reads it" '
a = numpy.load("all.npz", allow_pickle=False)
assert sorted(a.files) == ["features", "urls"]
f, u = a["features"], a["urls"]
assert f.dtype == numpy.float32 and f.shape == (5, 192) and f.flags.c_contiguous
assert u.dtype.kind == "U" and u.shape == (5,) and all(s.startswith("/") for s in u)
assert numpy.abs(numpy.linalg.norm(f, axis=1) - 1).max() < 1e-3'
np "export --jsonl --vectors: the same rows" '
import json
rows = [json.loads(l) for l in open("all.jsonl")]
a = numpy.load("all.npz")
assert [r["path"] for r in rows] == list(a["urls"])
assert (numpy.array([r["embedding"] for r in rows], dtype=numpy.float32) == a["features"]).all()
assert [r.get("camera") for r in rows if r["path"].endswith("munich.jpg")] == ["NIKON D90"]
assert all(set(r) >= {"id", "path", "caption", "embedding"} and "source" not in r for r in rows)'
exits 0 "export --jsonl" "$DESCRY" export --jsonl --after 2019 --before 2020
json "export --jsonl: filtered, without vectors" 'len(rows) == 2 and all("embedding" not in r and r["taken"].startswith("2019") for r in rows)'
exits 0 "export --jsonl --npy" "$DESCRY" export --jsonl --npy v.npy --under photos/trip
npy "export --jsonl --npy: a row for each line" v.npy 'shape == (2, 192) and descr == "<f4"'
exits 0 "export --jsonl --npy of nothing" "$DESCRY" export --jsonl --npy v.npy --under ./nowhere
silent out "export --jsonl --npy of nothing: no line"
npy "export --jsonl --npy of nothing: no row" v.npy 'shape == (0, 192)'
exits 1 "export --npy of a model that is not there" "$DESCRY" export --jsonl --npy w.npy --model nobody
[ ! -e w.npy ]
verdict $? "export --npy of a model that is not there: no file"
exits 2 "export to nowhere" "$DESCRY" export
exits 2 "export to both" "$DESCRY" export --npz x.npz --jsonl
exits 1 "export of a model that is not there" "$DESCRY" export --npz x.npz --model nobody
exits 1 "export to a folder that is not there" "$DESCRY" export --npz no/x.npz
says err 'no/x\.npz' "export to a folder that is not there: named"
[ ! -e x.npz ]
verdict $? "export that fails leaves no file"

# import: what NumPy makes of it
np "NumPy makes archives" '
a = numpy.load("all.npz")
f, u = a["features"], a["urls"]
web = numpy.array(["https://example.org/\u00e4/%d.jpg" % i for i in range(5)])
numpy.savez("f4.npz", features=f * 3, urls=web, extra=numpy.array([{}], dtype=object))
numpy.savez_compressed("f2.npz", features=f.astype("f2"), urls=numpy.char.add("f2/", u.astype(str)))
numpy.savez_compressed("f8.npz", names=numpy.array([b"b0", b"b1", b"b2", b"b3", b"b4"]), e=numpy.asfortranarray(f.astype(">f8")))
numpy.savez("short.npz", features=f[:, :10], urls=web)
bad = f.copy(); bad[1, 7] = numpy.nan
numpy.savez("bad.npz", features=bad, urls=numpy.char.add("bad/", numpy.arange(5).astype(str)))
numpy.savez("one.npz", features=f[:1], urls=web[:1])
numpy.savez("local.npz", features=f, urls=u)
whole = open("f4.npz", "rb").read(); open("cut.npz", "wb").write(whole[:len(whole) // 2])'
DESCRY_LIBRARY=$work/web.db
exits 2 "import without a model" "$DESCRY" import --npz f4.npz
exits 0 "import --npz" "$DESCRY" import --npz f4.npz --model demo
says out '^5 rows: 5 new; ' "import --npz: says how many"
exits 0 "import --npz again" "$DESCRY" import --npz f4.npz --json
json "import --npz again: nothing new" '(row["rows"], row["added"], row["unchanged"], row["failed"], row["stopped"]) == (5, 0, 5, 0, False)'
exits 0 "import f2, compressed" "$DESCRY" import --npz f2.npz --json
json "import f2, compressed: new" 'row["added"] == 5'
exits 0 "import f8, big-endian, Fortran order, bytes, other keys" "$DESCRY" import --npz f8.npz --features e --urls names --json
json "import f8: new" 'row["added"] == 5'
exits 0 "search what was imported" "$DESCRY" search --json -k 50 two cats
json "search what was imported: by its sources" 'len(rows) == 15 and all(r["source"] is True for r in rows) and {"https://example.org/\u00e4/0.jpg", "b3"} <= {r["path"] for r in rows}'
cp out web
DESCRY_LIBRARY=$work/lib.db run "$DESCRY" search --json two cats
json "search what was imported: the scores of the pictures" 'all(abs(w["score"] - rows[i // 3]["score"]) < 1e-3 for i, w in enumerate(read_json("web")["rows"]))'
id=$(sed -n 's/.*"id":\([0-9]*\),"path":"b3".*/\1/p' web)
exits 0 "search by the id of a source" "$DESCRY" search -k 2 "#$id"
exits 0 "status counts sources" "$DESCRY" status --json
json "status counts sources: all" '(row["photos"], row["sources"], row["missing"]) == (15, 15, 0)'
run "$DESCRY" status
says out '^pictures  15, 15 without a file' "status shows sources"
exits 0 "index leaves sources" "$DESCRY" index --json photos
json "index leaves sources: not missing" '(row["embedded"], row["missing"]) == (5, 0)'
exits 0 "forget a source" "$DESCRY" forget --json 'https://example.org/ä/0.jpg'
json "forget a source: one" 'row["removed"] == 1'
exits 0 "forget sources below" "$DESCRY" forget --json 'https://example.org'
json "forget sources below: the rest" 'row["removed"] == 4'
exits 3 "import with a bad row" "$DESCRY" import --npz bad.npz
says err 'bad\.npz: features: row 1, bad/1: its vector is not finite' "import with a bad row: named"
says out '^5 rows: 4 new, 1 failed' "import with a bad row: the rest is done"
exits 2 "import of another length" "$DESCRY" import --npz short.npz
says err 'short\.npz: features: vectors of 10 numbers; the model.s have 192' "import of another length: said"
exits 1 "import of what is cut off" "$DESCRY" import --npz cut.npz
says err 'cut\.npz' "import of what is cut off: named"
exits 1 "import of what is not there" "$DESCRY" import --npz nowhere.npz --library new.db --model demo
[ ! -e new.db ]
verdict $? "import of what is not there makes no library"
exits 1 "import of another array" "$DESCRY" import --npz f4.npz --features none
says err "f4\.npz: there is no array 'none'" "import of another array: named"

# there and back
DESCRY_LIBRARY=$work/back.db
exits 0 "import of local pictures" "$DESCRY" import --npz local.npz --model demo --json
json "import of local pictures: all" 'row["added"] == 5'
run "$DESCRY" search --json -k 50 two cats
cp out back
DESCRY_LIBRARY=$work/lib.db run "$DESCRY" search --json -k 50 two cats
json "import of local pictures: found as where they were indexed, with their metadata" '[{k: v for k, v in r.items() if k != "id"} for r in rows] == [{k: v for k, v in r.items() if k != "id"} for r in read_json("back")["rows"]]'
exits 0 "index after it" "$DESCRY" index --json photos
json "index after it: nothing to compute" '(row["embedded"], row["unchanged"]) == (0, 5)'
"$DESCRY" export --npz again.npz >out
np "the same comes out again" '
a, b = numpy.load("all.npz"), numpy.load("again.npz")
assert (a["features"] == b["features"]).all() and (a["urls"] == b["urls"]).all()'
finish
