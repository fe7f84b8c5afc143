# SPDX-License-Identifier: Apache-2.0
# Captions in XMP sidecars, read by a reader of its own: Python's XML.
. "$DESCRY_SOURCE_ROOT/tests/cli/lib.sh"
samples=$DESCRY_SOURCE_ROOT/tests/data/xmp

# xmp DESCRIPTION FILE EXPRESSION: Python, true of `p`: values of properties by prefix:name, arrays as lists, languages as dicts
xmp() {
    "$PYTHON" - "$2" "$3" >"$work/check" 2>&1 <<'END'
import sys
import xml.etree.ElementTree as tree
NAMES = {"http://purl.org/dc/elements/1.1/": "dc", "urn:x-descry:caption/1.0/": "descry",
         "http://ns.adobe.com/xap/1.0/": "xmp", "http://darktable.sf.net/": "darktable",
         "http://ns.adobe.com/tiff/1.0/": "tiff", "http://www.digikam.org/ns/1.0/": "digiKam"}
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
def short(name):
    uri, local = name[1:].split("}")
    return NAMES.get(uri, uri) + ":" + local
def value(element):
    if len(element) == 0:
        return element.text or ""
    items = element[0].findall(RDF + "li")
    return {i.get(LANG): i.text for i in items} if element[0].tag == RDF + "Alt" else [i.text for i in items]
p = {}
for holder in tree.parse(sys.argv[1]).getroot().iter(RDF + "Description"):
    for name, text in [(k, v) for k, v in holder.items() if not k.startswith(RDF)] + [(c.tag, value(c)) for c in holder]:
        assert short(name) not in p, name + " twice"
        p[short(name)] = text
if not eval(sys.argv[2]):
    print(p)
    sys.exit(1)
END
    checked=$?
    verdict $checked "$1"
    [ $checked -eq 0 ] || sed 's/^/# /' "$work/check"
}

# same DESCRIPTION FILE FILE
same() {
    cmp -s "$2" "$3"
    verdict $? "$1"
}

exits 0 "version" "$DESCRY" version
says out '^  xmp \(libexempi [0-9.]+\)$' "version: names libexempi"

# written
mkdir p p/below
cp "$gallery/0001.jpg" "$gallery/0002.jpg" "$gallery/0003.jpg" p
cp "$gallery/0004.jpg" p/below
cp "$samples/darktable.xmp" p/0002.jpg.xmp
cp "$samples/digikam.xmp" p/0003.xmp
(cd p && sha256sum *.jpg below/*.jpg) >pictures
"$DESCRY" caption --model demo p >captions
exits 0 "--write-xmp" "$DESCRY" caption --model demo --write-xmp p
same "--write-xmp: prints the same captions" out captions
says err 'p/0003.xmp: has a description that descry did not write, which stays \(--overwrite' "--write-xmp: names what it keeps"
is "--write-xmp: and nothing else" "$(wc -l <err)" 1
(cd p && sha256sum *.jpg below/*.jpg) | cmp -s - pictures
verdict $? "--write-xmp: the pictures are as before"
is "--write-xmp: the sidecars" "$(cd p && find . -name '*.xmp' | sort | tr '\n' ' ')" "./0001.jpg.xmp ./0002.jpg.xmp ./0003.xmp ./below/0004.jpg.xmp "
for n in 0001 0002 below/0004; do
    words=$(sed -n "s|^p/$n.jpg: ||p" captions)
    xmp "$n: the caption" p/$n.jpg.xmp "p['dc:description'] == {'x-default': '$words'} and p['descry:description'] == '$words'"
    xmp "$n: the model and the time" p/$n.jpg.xmp "p['descry:model'] == 'demo' and len(p['descry:date']) == 20 and p['descry:date'][10::9] == 'TZ'"
done
xmp "a sidecar that was there: all else" p/0002.jpg.xmp "p['xmp:Rating'] == '3' and p['dc:subject'] == ['animals', 'kočka & pes'] and p['darktable:history_end'] == '2' and len(p['darktable:history']) == 2"
same "a sidecar with a description: as before" p/0003.xmp "$samples/digikam.xmp"
if command -v exiftool >/dev/null; then
    is "exiftool reads the caption" "$(exiftool -s3 -XMP-dc:Description p/0001.jpg.xmp)" "$(sed -n 's|^p/0001.jpg: ||p' captions)"
fi
touch -d 2001-01-01 p/0001.jpg.xmp
exits 0 "--write-xmp again" "$DESCRY" caption --model demo --write-xmp --json p
json "--write-xmp again: nothing new" '[(r["xmp"], r["outcome"]) for r in rows] == [("p/0001.jpg.xmp", "same"), ("p/0002.jpg.xmp", "same"), ("p/0003.xmp", "kept"), ("p/below/0004.jpg.xmp", "same")]'
is "--write-xmp again: not even touched" "$(stat -c %y p/0001.jpg.xmp | cut -c1-4)" 2001

# another caption, over a person's
exits 0 "--overwrite" "$DESCRY" caption --model demo --write-xmp --overwrite --prompt zebra --json p
json "--overwrite: outcomes" '[r["outcome"] for r in rows] == ["written", "written", "replaced", "written"]'
says err 'p/0003.xmp: replaced a description that descry did not write \(--undo-xmp' "--overwrite: says so"
xmp "--overwrite: the caption, other languages, and the words replaced" p/0003.xmp "p['dc:description']['x-default'].startswith('zebra') and p['dc:description']['de-DE'] == 'Unsere zwei Katzen' and p['dc:title'] == {'x-default': 'Mimi and Max', 'de-DE': 'Mimi und Max'} and p['descry:replaced'] == 'Our two cats <3,\nin spring' and p['tiff:Artist'] == 'Ann' and p['digiKam:TagsList'] == ['Cats']"

# undone
sed -i 's/lang="x-default">.*</lang="x-default">My own words</' p/below/0004.jpg.xmp
exits 0 "--undo-xmp" "$DESCRY" caption --undo-xmp p
is "--undo-xmp: what it says" "$(cat out)" "p/0001.jpg.xmp: deleted
p/0002.jpg.xmp: caption taken out
p/0003.xmp: description put back
p/below/0004.jpg.xmp: description changed since, which stays"
silent err "--undo-xmp: nothing on standard error"
same "--undo-xmp: a sidecar that was there" p/0002.jpg.xmp "$samples/darktable.xmp"
same "--undo-xmp: a description that was replaced" p/0003.xmp "$samples/digikam.xmp"
xmp "--undo-xmp: a description changed since" p/below/0004.jpg.xmp "p == {'dc:description': {'x-default': 'My own words'}}"
[ ! -e p/0001.jpg.xmp ]
verdict $? "--undo-xmp: a sidecar that only had the caption"
exits 0 "--undo-xmp again" "$DESCRY" caption --undo-xmp p
silent out "--undo-xmp again: nothing"
says err 'no captions of descry there' "--undo-xmp again: said"
"$DESCRY" caption --model demo --write-xmp p/0001.jpg >out
exits 0 "--undo-xmp --json of a picture" "$DESCRY" caption --undo-xmp --json p/0001.jpg
json "--undo-xmp --json" 'rows == [{"xmp": "p/0001.jpg.xmp", "outcome": "deleted"}]'

# what cannot be done
exits 2 "--write-xmp and --undo-xmp" "$DESCRY" caption --model demo --write-xmp --undo-xmp p
exits 2 "--overwrite alone" "$DESCRY" caption --model demo --overwrite p
exits 2 "--undo-xmp nothing" "$DESCRY" caption --undo-xmp
exits 3 "--undo-xmp nowhere" "$DESCRY" caption --undo-xmp nowhere p
says err 'nowhere: No such file' "--undo-xmp nowhere: said"
head -c 700 "$samples/darktable.xmp" >p/0001.jpg.xmp
cp p/0001.jpg.xmp damaged
rm p/0003.xmp
mkdir p/0003.jpg.xmp
exits 3 "sidecars that cannot be written" "$DESCRY" caption --model demo --write-xmp --json p
says err 'p/0001.jpg.xmp: damaged XMP: line [0-9]+' "a damaged sidecar is named"
says err 'p/0003.jpg.xmp: not a regular file' "a folder in its place is named"
same "a damaged sidecar stays as it is" p/0001.jpg.xmp damaged
json "the rest is done" '[r["outcome"] for r in rows] == ["failed", "written", "failed", "kept"]'
echo '<rdf:RDF xmlns:d="urn:x-descry:caption/1.0/">' >p/0001.jpg.xmp
exits 3 "--undo-xmp of a damaged one" "$DESCRY" caption --undo-xmp p
says err 'p/0001.jpg.xmp: damaged XMP' "--undo-xmp of a damaged one: named"
says out 'p/0002.jpg.xmp: caption taken out' "--undo-xmp of a damaged one: the rest is done"
"$DESCRY" caption --model demo --write-xmp p/0002.jpg >out
status=0
"$DESCRY" caption --undo-xmp p/0002.jpg >/dev/full 2>err || status=$?
is "--undo-xmp >/dev/full: status 1" "$status" 1

# of a library: what a model has described, whenever that was
mkdir kept
cp "$gallery/0001.jpg" "$gallery/0002.jpg" kept
exits 0 "a library with captions" "$DESCRY" index --library kept.db --model demo --caption kept
exits 0 "caption --library --write-xmp" "$DESCRY" caption --library kept.db --write-xmp --json
json "caption --library --write-xmp: a line each" 'len(rows) == 2 and all(r["outcome"] == "written" and r["xmp"] == r["path"] + ".xmp" for r in rows)'
xmp "caption --library --write-xmp: by which model" kept/0001.jpg.xmp 'p["dc:description"]["x-default"] == p["descry:description"] and p["descry:model"] == "demo"'
exits 0 "caption --library --write-xmp again" "$DESCRY" caption --library kept.db --write-xmp --json
json "caption --library --write-xmp again" '[r["outcome"] for r in rows] == ["same", "same"]'
rm kept/0002.jpg
exits 3 "of a library: a picture that is gone" "$DESCRY" caption --library kept.db --write-xmp
says err 'kept/0002.jpg: No such file' "of a library: a picture that is gone: named"
exits 0 "caption --library --undo-xmp" "$DESCRY" caption --library kept.db --undo-xmp
is "caption --library --undo-xmp" "$(ls -A kept)" "0001.jpg"

# folders and files that may not be written, which root may
mkdir -p bin/cmd closed
mkdir -m 777 open
cp "$DESCRY" bin/cmd/descry
cp "$DESCRY_BUILD_ROOT"/libdescry.so.0 bin
cp -R data/models/demo model
chmod -R a+rX bin model
cp "$gallery/0001.jpg" closed
cp "$gallery/0002.jpg" open/a.jpg
cp "$gallery/0002.jpg" open/b.jpg
cp "$samples/darktable.xmp" open/a.jpg.xmp
chmod 444 open/a.jpg.xmp
chmod 555 closed
exits 3 "an unwritable folder" as_user bin/cmd/descry caption --model model --write-xmp --json closed open
says err 'closed/0001.jpg.xmp: .*Permission denied' "an unwritable folder: the sidecar is named"
says err 'open/a.jpg.xmp: Permission denied' "a sidecar that may not be written is named"
json "an unwritable folder: the rest is done" '[r["outcome"] for r in rows] == ["failed", "failed", "written"]'
same "a sidecar that may not be written: as before" open/a.jpg.xmp "$samples/darktable.xmp"
is "an unwritable folder: nothing left behind" "$(ls -A closed open | tr '\n' ' ')" "closed: 0001.jpg  open: a.jpg a.jpg.xmp b.jpg b.jpg.xmp "
finish
