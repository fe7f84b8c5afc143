# SPDX-License-Identifier: Apache-2.0
# tokenize, preprocess, embed.
. "$DESCRY_SOURCE_ROOT/tests/cli/lib.sh"
one=$gallery/0001.jpg two=$gallery/0002.jpg
echo "not a picture" >broken.jpg

# tokenize: ids of open_clip
exits 0 "tokenize" "$DESCRY" tokenize 'a photo of a cat' 'Hello World!'
is "tokenize: plain" "$(cat out)" "49406 320 1125 539 320 2368 49407
49406 3306 1002 256 49407"
exits 0 "tokenize --json" "$DESCRY" tokenize --json '<end_of_text>' '' 'It&#39;s' 日本語
json "tokenize: shape" 'all(list(r) == ["text", "ids"] for r in rows)'
json "tokenize: a literal end token, an empty text, an entity, Japanese" '[r["ids"] for r in rows] == [
    [49406, 49407, 49407], [49406, 49407], [49406, 585, 568, 49407], [49406, 39121, 44353, 34002, 508, 49407]]'
json "tokenize: the text as given" 'rows[0]["text"] == "<end_of_text>" and rows[2]["text"] == "It&#39;s" and rows[3]["text"] == "\u65e5\u672c\u8a9e"'
printf 'a dog\n\na\rcat\nbad \377\320 byte\nlast' >lines
status=0
"$DESCRY" tokenize --stdin --json <lines >out 2>err || status=$?
is "tokenize --stdin: status 0" "$status" 0
json "tokenize --stdin: a line each, the last unfinished" '[r["text"] for r in rows] == ["a dog", "", "a\rcat", "bad \ufffd\ufffd byte", "last"]'
json "tokenize --stdin: ids" 'rows[0]["ids"] == [49406, 320, 1929, 49407] and rows[1]["ids"] == [49406, 49407]'
exits 0 "tokenize --stdin of nothing" "$DESCRY" tokenize --stdin </dev/null
silent out "tokenize --stdin: nothing for nothing"
status=0
"$DESCRY" tokenize --stdin </ >out 2>err || status=$?
is "tokenize --stdin of a folder: status 1" "$status" 1
long=$(yes 'a photo of a cat' | head -n 40 | tr '\n' ' ')
exits 0 "a long text" "$DESCRY" tokenize --json "$long"
json "a long text: cut to 77, the end token kept" 'len(row["ids"]) == 77 and row["ids"][-1] == 49407 and row["ids"][-3:-1] == [320, 2368]'
exits 0 "tokenize with a model" "$DESCRY" tokenize --json --model demo "$long"
json "tokenize with a model: its length" 'len(row["ids"]) == 32'
exits 1 "tokenize with no such model" "$DESCRY" tokenize --model nowhere cat

# preprocess
exits 0 "preprocess --rgb" "$DESCRY" preprocess --model demo --rgb --npy rgb.npy --json "$one"
json "preprocess: shape of the report" 'row["path"].endswith("/0001.jpg") and row["output"] == "rgb.npy" and row["dtype"] == "uint8" and row["shape"] == [96, 96, 3]'
npy "preprocess --rgb: bytes of a picture" rgb.npy 'shape == (96, 96, 3) and descr == "|u1" and len(set(a)) > 50'
exits 0 "preprocess" "$DESCRY" preprocess --model demo --npy chw.npy "$one"
silent out "preprocess: says nothing"
npy "preprocess: normalised as CLIP does, planes of red, green, blue" chw.npy 'shape == (3, 96, 96) and descr == "<f4" and
    (lambda mean, std, rgb: close(a, [(rgb[3 * i + c] / 255 - mean[c]) / std[c] for c in range(3) for i in range(96 * 96)], 1e-6))(
    (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711), read_npy("rgb.npy")["a"])'
exits 1 "preprocess of no picture" "$DESCRY" preprocess --model demo --npy no.npy broken.jpg
says err 'broken\.jpg' "preprocess of no picture: named"
[ ! -e no.npy ]
verdict $? "preprocess of no picture: no file"
exits 1 "preprocess to a folder that is not there" "$DESCRY" preprocess --model demo --npy nowhere/x.npy "$one"
says err 'nowhere/x\.npy' "preprocess to a folder that is not there: named"
exits 1 "preprocess to a full disk" "$DESCRY" preprocess --model demo --npy /dev/full "$one"
says err '/dev/full: No space' "preprocess to a full disk: said"
exits 1 "--max-side" "$DESCRY" preprocess --model demo --max-side 255 --npy no.npy "$one"
exits 1 "--max-pixels" "$DESCRY" preprocess --model demo --max-pixels 65535 --npy no.npy "$one"
exits 1 "--max-pixels-per-byte" "$DESCRY" preprocess --model demo --max-pixels-per-byte 1 --npy no.npy "$one"
says err 'limit of 1 a byte' "--max-pixels-per-byte: said"
exits 0 "--max-pixels-per-byte 0" "$DESCRY" preprocess --model demo --max-pixels-per-byte 0 --npy any.npy "$one"
exits 0 "limits that suffice" "$DESCRY" preprocess --model demo --max-side 256 --max-pixels 65536 --npy yes.npy "$one"

# embed
exits 3 "embed with a picture that is not there" "$DESCRY" embed --model demo --json "$one" 'a cat' ./nothing.jpg -t ./text -i "$two"
says err 'nothing\.jpg' "embed: the missing picture is named"
json "embed: texts, then pictures, as given" '[r["input"].split("/")[-1] for r in rows] == ["a cat", "text", "0001.jpg", "0002.jpg"]'
json "embed: kinds" '[r["kind"] for r in rows] == ["text", "text", "image", "image"]'
json "embed: shape" 'all(set(r) == {"input", "kind", "model", "dim", "embedding"} and r["model"] == "demo" and r["dim"] == len(r["embedding"]) for r in rows)'
json "embed: length 1" 'all(abs(math.hypot(*r["embedding"]) - 1) < 1e-6 for r in rows)'
json "embed: all different" 'len({str(r["embedding"]) for r in rows}) == 4'
cp out normal
exits 0 "embed --raw" "$DESCRY" embed --model demo --json --raw "$one" 'a cat' -t ./text -i "$two"
json "embed --raw: same direction" 'all(close([x / math.hypot(*r["embedding"]) for x in r["embedding"]], n["embedding"], 1e-6)
    for r, n in zip(rows, read_json("normal")["rows"]))'
json "embed --raw: not of length 1" 'any(abs(math.hypot(*r["embedding"]) - 1) > 1e-2 for r in rows)'
exits 3 "embed --npy" "$DESCRY" embed --model demo --npy rows.npy "$one" 'a cat' ./nothing.jpg -t ./text -i "$two"
silent out "embed --npy: nothing printed"
says err '1 of 3 pictures' "embed --npy: says that a row is absent"
npy "embed --npy: the same, without the missing row" rows.npy 'shape == (4, 192) and descr == "<f4" and
    close(a, [x for r in read_json("normal")["rows"] for x in r["embedding"]], 1e-7)'
exits 0 "embed: plain" "$DESCRY" embed --model demo 'a cat'
is "embed: plain is a line of numbers" "$(awk '{ print NR, NF }' out)" "1 192"
set -- "$gallery"/00[0-3]*.jpg
exits 0 "embed more than a batch" "$DESCRY" embed --model demo --npy many.npy "$@"
for picture; do
    "$DESCRY" embed --model demo --json "$picture"
done >out
npy "embed more than a batch: as one by one" many.npy "shape == ($#, 192) and close(a, [x for r in read_json('out')['rows'] for x in r['embedding']], 2e-6)"
exits 0 "embed with threads" "$DESCRY" embed --model demo --threads 3 --npy threads.npy "$@"
cmp -s many.npy threads.npy
verdict $? "embed: the number of threads makes no difference"

# logits
exits 3 "--logits with a missing picture" "$DESCRY" embed --model demo --logits --json 'a cat' ./none.jpg --text ./text "$one" "$two"
json "--logits: a row for each picture, a number for each text" '[r["input"].split("/")[-1] for r in rows] == ["0001.jpg", "0002.jpg"] and all(len(r["logits"]) == 2 for r in rows)'
json "--logits: one scale times the cosine" '(lambda t, i: (lambda c, l: all(abs(x / y - l[0] / c[0]) < 1e-3 * abs(l[0] / c[0]) for x, y in zip(l, c)) and l[0] / c[0] > 1)(
    [sum(x * y for x, y in zip(p["embedding"], q["embedding"])) for p in i for q in t], [x for r in rows for x in r["logits"]]))(
    read_json("normal")["rows"][:2], read_json("normal")["rows"][2:])'
exits 0 "--logits --npy" "$DESCRY" embed --model demo --logits --npy logits.npy 'a cat' --text ./text "$one" "$two"
npy "--logits --npy: pictures x texts" logits.npy 'shape == (2, 2)'
exits 3 "nothing but missing pictures" "$DESCRY" embed --model demo --npy none.npy ./none.jpg broken.jpg -i broken.jpg
npy "nothing but missing pictures: an empty array, but for the text" none.npy 'shape == (1, 192)'
exits 1 "embed to a full disk" "$DESCRY" embed --model demo --npy /dev/full "$@"
status=0
"$DESCRY" embed --model demo cat >/dev/full 2>err || status=$?
is "embed to a full standard output: status 1" "$status" 1
name=$(printf 'odd\377.jpg')
cp "$one" "$name"
exits 0 "embed: a name that is not UTF-8" "$DESCRY" embed --model demo --json -i "$name"
json "embed: its bytes" 'row["input"] == "odd\ufffd.jpg" and base64.b64decode(row["input_bytes"]) == b"odd\xff.jpg"'
finish
