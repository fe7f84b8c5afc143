# SPDX-License-Identifier: Apache-2.0
# Bad input of eval and adapt: one clear line each, and the right exit status.
. "$DESCRY_SOURCE_ROOT/tests/cli/lib.sh"
XDG_DATA_HOME=$work/share OPENBLAS_NUM_THREADS=1
export XDG_DATA_HOME OPENBLAS_NUM_THREADS
numpy=
for python in "$PYTHON" python3 /usr/bin/python3; do
    [ -n "$numpy" ] || ! "$python" -c 'import numpy' 2>/dev/null || numpy=$python
done
[ -n "$numpy" ]
verdict $? "a Python with NumPy, to make arrays"

# bad STATUS PATTERN DESCRIPTION COMMAND...: fails with one line that says why, and nothing else
bad() {
    wanted=$1 pattern=$2 what=$3
    shift 3
    run "$@"
    [ "$status" -eq "$wanted" ] && [ "$(wc -l <err)" -eq 1 ] && grep -Eq -e "^descry: $pattern" err && [ ! -s out ]
    verdict $? "$what: status $wanted, one line, \"$pattern\""
}

# arrays, each in a folder and in an archive
"$numpy" "$here/damage.py" pairs 2>err
verdict $? "arrays are made"
adapt="$DESCRY adapt --name ./h.safetensors --epochs 1"
exits 0 "good arrays" $adapt good
exits 0 "a good archive" $adapt good.npz
rm h.safetensors
while read -r name array wrong; do
    bad 1 "$name/$array\\.npy: $wrong" "$name: folder" $adapt "$name"
    bad 1 "$name\\.npz: $array: $wrong" "$name: archive" $adapt "$name.npz"
done <<'END'
cut images .*(do not fit its shape|its header says 960 bytes, there are 952)
long images .*(do not fit its shape|its header says 960 bytes, there are 968)
stub images .*(cut off|ends too early)
text images not a .npy array
integers images an array of type '<i8'
complex texts an array of type '<c16'
words texts texts where numbers are wanted
objects texts .*Python objects
fortran texts in Fortran order
header images a .npy header of 2147483632 bytes
huge images .*(do not fit its shape|its header says 2399999999976 bytes, there are 960)
impossible images .*its shape is impossible
flat images not an array of pairs by their length
deep images not an array of pairs by their length
thin images not an array of pairs by their length
nan texts row 7, counted from 0, is not finite
infinite texts row 39, counted from 0, is not finite
zero texts row 0, counted from 0, is zero
END
for name in fewer.npz fewer narrow narrow.npz; do
    bad 1 "$name: images are 40 vectors of length 6, texts (39 of length 6|40 of length 5)" "$name" $adapt $name
done
bad 1 "three: 3 pairs are too few" "three pairs" $adapt three
bad 1 "one\\.npz: there is no array 'texts'" "an archive of one array" $adapt one.npz
bad 1 "packed\\.npz: not an \\.npz file" "an archive that is cut off" $adapt packed.npz
bad 1 "flipped\\.npz: images: damaged" "an archive whose checksum is wrong" $adapt flipped.npz
bad 1 "plain\\.npz: not an \\.npz file" "an archive that is none" $adapt plain.npz
bad 1 "none\\.npz: No such file" "no archive" $adapt none.npz
mkdir none
bad 1 "none/images\\.npy: No such file" "a folder without arrays" $adapt none
mkfifo none/images.npy
bad 1 "none/images\\.npy: not a regular file" "a pipe" $adapt none
bad 1 "the model's embeddings have length [0-9]+, those of good 6" "another model's length" "$DESCRY" adapt good --model demo --name x
[ ! -e h.safetensors ] && [ ! -e share ]
verdict $? "no head is left"

# SIMAT
mkdir simat
"$numpy" "$here/eval_reference.py" make-simat simat 2>err
verdict $? "a SIMAT is made"
cp -R simat kept
while read -r file how wrong; do
    "$numpy" "$here/damage.py" spoil kept/$file simat/$file $how
    bad 1 "$wrong" "simat: $file: $how" "$DESCRY" eval simat simat
    cp kept/$file simat
done <<'END'
images.npy nan simat/images\.npy: row 5, counted from 0, is not finite
images.npy zero simat/images\.npy: row 5, counted from 0, is zero
images.npy cut simat/images\.npy: .*do not fit its shape
images.npy integers simat/images\.npy: an array of type
images.npy less simat/images\.npy: not an array of the pictures
words.npy nan simat/words\.npy: row 5, counted from 0, is not finite
words.npy narrow simat/words\.npy: not an array of the words
words.npy less simat/words\.npy: not an array of the words
oscar.npy nan simat/oscar\.npy: row 5, counted from 0, is not finite
oscar.npy less simat/oscar\.npy: not 90 pictures by 24 captions
oscar.npy narrow simat/oscar\.npy: not 90 pictures by 24 captions
oscar.npy cut simat/oscar\.npy: .*do not fit its shape
END
exits 0 "simat: whole again" "$DESCRY" eval simat simat --lambda 1

# captions
printf '%s\ta cat\n./none.jpg\ta dog\n%s\ta dog\tanother\n%s\tthree\n' "$gallery/0001.jpg" "$gallery/0002.jpg" "$gallery/0003.jpg" >some.tsv
exits 3 "adapt: a picture that is not there" "$DESCRY" adapt some.tsv --model demo --name ./h.safetensors --epochs 1 --json
json "adapt: a picture that is not there: the rest is done" 'row["pairs"] == 4'
is "adapt: a picture that is not there: named" "$(cat err)" "descry: ./none.jpg: No such file or directory"
rm h.safetensors
printf './none.jpg\ta dog\n./neither.jpg\ta cat\n' >nothing.tsv
run "$DESCRY" eval retrieval nothing.tsv --model demo
[ "$status" -eq 1 ] && [ "$(wc -l <err)" -eq 3 ] && tail -n 1 err | grep -q 'no picture with a caption could be read'
verdict $? "eval retrieval: no picture can be read: status 1, each named"
run "$DESCRY" adapt nothing.tsv --model demo --name ./h.safetensors
[ "$status" -eq 1 ] && [ "$(wc -l <err)" -eq 3 ] && tail -n 1 err | grep -q 'nothing.tsv: 0 pairs are too few'
verdict $? "adapt: no picture can be read: status 1, each named"
: >empty.tsv
printf '{"path": "a.jpg", "caption": 7}' >number.json
printf '[{"path": "a.jpg", "caption": "x"}, {"caption": "y"}]' >nameless.json
printf '{"path": "a.jpg", "caption": "x"' >open.json
printf 'a.jpg\n' >lonely.tsv
printf 'a.jpg\ta \0 b\n' >binary.tsv
"$PYTHON" -c 'print("[" * 100000)' >nested.json
while read -r name wrong; do
    bad 1 "$name: $wrong" "eval retrieval: $name" "$DESCRY" eval retrieval $name --model demo
done <<'END'
empty.tsv no captions
number.json object 1: no "path" with a "caption"
nameless.json object 2: no "path" with a "caption"
open.json object 1:
lonely.tsv line 1: no path, tab and caption
binary.tsv not a text
nested.json object 1:
none.json No such file
END
bad 1 "lonely.tsv: line 1: no path" "adapt: lonely.tsv" "$DESCRY" adapt lonely.tsv --model demo

# classes
mkdir -p classes/cat classes/dog classes/empty nobody/cat nobody/dog
cp "$gallery/0001.jpg" classes/cat
cp "$gallery/0002.jpg" classes/dog
exits 3 "eval zeroshot: a class without pictures" "$DESCRY" eval zeroshot classes --model demo --templates simple --json
is "eval zeroshot: a class without pictures: named" "$(cat err)" "descry: classes/empty: no pictures in it"
json "eval zeroshot: a class without pictures: it competes, the others are judged" 'row["classes"] == 3 and row["pictures"] == 2
    and [(r["class"], r["pictures"]) for r in rows[1:]] == [("cat", 1), ("dog", 1), ("empty", 0)] and rows[3]["top1"] is None'
bad 1 "nobody: no pictures in its folders" "eval zeroshot: no pictures at all" "$DESCRY" eval zeroshot nobody --model demo --templates simple
echo junk >nobody/cat/a.jpg
rmdir nobody/dog
run "$DESCRY" eval zeroshot nobody --model demo --templates simple
[ "$status" -eq 1 ] && grep -q 'nobody/cat/a\.jpg: ' err && tail -n 1 err | grep -q 'nobody: no picture could be read' && [ ! -s out ]
verdict $? "eval zeroshot: no picture can be read: status 1, named"
bad 1 "here: No such file" "eval zeroshot: no folder" "$DESCRY" eval zeroshot here --model demo
bad 1 "classes/cat: has no folders" "eval zeroshot: no classes" "$DESCRY" eval zeroshot classes/cat --model demo

# analogies
line() {
    printf '{"start": "%s", "positive": "a", "negative": "b", "wanted": ["%s"]}\n' "$1" "$2"
}
{
    line "$work/classes/cat/0001.jpg" "$work/classes/dog/0002.jpg"
    line "$work/classes/cat/none.jpg" "$work/classes/dog/0002.jpg"
} >missing.jsonl
bad 1 ".*/none\\.jpg: no such picture" "eval analogies: a picture that is not there" "$DESCRY" eval analogies missing.jsonl --model demo
echo '{"start": 1}' >bad.jsonl
bad 1 "bad\\.jsonl: object 1: not an analogy" "eval analogies: not an analogy" "$DESCRY" eval analogies bad.jsonl --model demo
: >empty.jsonl
bad 1 "empty\\.jsonl: no analogies" "eval analogies: none" "$DESCRY" eval analogies empty.jsonl --model demo
echo junk >classes/cat/junk.jpg
line "$work/classes/cat/0001.jpg" "$work/classes/dog/0002.jpg" >one.jsonl
bad 1 ".*/junk\\.jpg: " "eval analogies: a picture that is none among them" "$DESCRY" eval analogies one.jsonl --model demo
finish
