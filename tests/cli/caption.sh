# SPDX-License-Identifier: Apache-2.0
# Describing pictures: what is printed, how it is chosen, and what cannot be described.
. "$DESCRY_SOURCE_ROOT/tests/cli/lib.sh"

mkdir pictures pictures/below
cp "$gallery/0001.jpg" "$gallery/0002.jpg" pictures
cp "$gallery/0003.jpg" pictures/below
exits 0 "caption" "$DESCRY" caption --model demo pictures
silent err "caption: nothing on standard error"
is "caption: a line for each picture" "$(sed 's/: .*//' out)" "$(printf 'pictures/0001.jpg\npictures/0002.jpg\npictures/below/0003.jpg')"
says out '^pictures/0001.jpg: [a-z]' "caption: words"
cp out plain
exits 0 "caption --json" "$DESCRY" caption --model demo --json pictures
json "caption --json: shape" 'len(rows) == 3 and all(list(r) == ["path", "caption", "ids", "score", "model"] for r in rows)'
json "caption --json: ids from start to end" 'all(r["ids"][0] == 2012 and r["ids"].count(2013) == 1 and r["ids"][-1] == 2013 for r in rows)'
json "caption --json: values" 'all(r["model"] == "demo" and r["score"] > 0 and r["caption"] == r["caption"].strip() != "" for r in rows)'
"$PYTHON" -c 'import json; [print(r["path"] + ": " + r["caption"]) for r in map(json.loads, open("out"))]' | cmp -s - plain
verdict $? "caption --json: says the same"
cp out together
for option in '--batch 1' '--batch 2' '--threads 1' '--threads 3'; do
    exits 0 "caption $option" "$DESCRY" caption --model demo --json $option pictures
    cmp -s out together
    verdict $? "caption $option: the same to the last digit"
done
exits 0 "files, one of them twice" "$DESCRY" caption --model demo pictures/below/0003.jpg pictures/0001.jpg pictures/below/0003.jpg
is "files: in the order given" "$(sed 's/: .*//; s/.*\///' out | tr '\n' ' ')" "0003.jpg 0001.jpg 0003.jpg "

# rules
for rule in group beam greedy top-k top-p; do
    exits 0 "--decode $rule" "$DESCRY" caption --model demo --decode $rule --json pictures
    cp out $rule
done
cmp -s group together
verdict $? "group is the default"
"$DESCRY" caption --model demo --decode beam --json pictures | cmp -s beam -
verdict $? "beam: the same again"
differs "beam is another rule" beam group
exits 0 "top-k of one" "$DESCRY" caption --model demo --decode top-k --top-k 1 --seed 5 --json pictures
cmp -s out greedy
verdict $? "top-k of one is greedy"
exits 0 "6 beams in 3 groups" "$DESCRY" caption --model demo --beams 2 --groups 1 --json pictures
cmp -s out together
verdict $? "6 beams in 3 groups are 2 beams"
wild="--decode top-p --top-p 1 --temperature 2"
exits 0 "a seed" "$DESCRY" caption --model demo $wild --seed 1 pictures
cp out one
exits 0 "the same seed" "$DESCRY" caption --model demo $wild --seed 1 --batch 1 --threads 1 pictures
cmp -s one out
verdict $? "the same seed: the same captions"
exits 0 "another seed" "$DESCRY" caption --model demo $wild --seed 2 pictures
differs "another seed: other captions" one out
is "another seed: a caption of each picture" "$(wc -l <out)" 3
exits 0 "--max-length" "$DESCRY" caption --model demo --max-length 6 --json pictures
json "--max-length: ids" 'all(len(r["ids"]) <= 6 for r in rows)'
exits 0 "--min-length" "$DESCRY" caption --model demo --min-length 20 --json pictures
json "--min-length: ids" 'all(len(r["ids"]) > 20 for r in rows)'
exits 0 "--prompt" "$DESCRY" caption --model demo --prompt 'Three cats' --json pictures
json "--prompt: goes on" 'all(r["caption"].startswith("three cats") for r in rows)'
exits 0 "--prompt that is empty" "$DESCRY" caption --model demo --prompt '' --json pictures
cmp -s out together
verdict $? "--prompt that is empty: as without"
exits 0 "--repetition-penalty" "$DESCRY" caption --model demo --repetition-penalty 1.5 --json pictures
differs "--repetition-penalty: not as without" out together

# --precision: a model stored in f16 is used as it is; in f32 its matrices are rounded
mkdir f32-model
"$PYTHON" - "$DESCRY_DATA_DIR/models/demo" f32-model <<'END'
import json, pathlib, shutil, struct, sys
source, to = map(pathlib.Path, sys.argv[1:])
for name in ("open_clip_config.json", "bpe_demo.txt.gz"):
    shutil.copy(source / name, to)
data = (source / "open_clip_model.safetensors").read_bytes()
size = struct.unpack("<Q", data[:8])[0]
header, body = json.loads(data[8:8 + size]), data[8 + size:]
header.pop("__metadata__", None)
assert all(t["dtype"] == "F16" for t in header.values())
header = {name: {**t, "dtype": "F32", "data_offsets": [2 * at for at in t["data_offsets"]]} for name, t in header.items()}
values = struct.unpack(f"<{len(body) // 2}e", body)
text = json.dumps(header).encode()
(to / "open_clip_model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + struct.pack(f"<{len(values)}f", *values))
END
one="$gallery/0001.jpg"
for model in demo ./f32-model; do
    for precision in f32 bf16; do
        exits 0 "embed $model, $precision" "$DESCRY" embed --model $model --precision $precision --npy "${model#./}-$precision.npy" cat "$one"
        exits 0 "caption $model, $precision" "$DESCRY" caption --model $model --precision $precision pictures
        cp out "${model#./}-$precision"
    done
done
cmp -s demo-f32.npy demo-bf16.npy && cmp -s demo-f32.npy f32-model-f32.npy
verdict $? "--precision: stored in f16, or the same in f32: the same embeddings"
npy "--precision bf16: embeddings rounded somewhat" f32-model-bf16.npy '(lambda b: close(a, b, 1e-2) and not close(a, b, 1e-5) and
    all(sum(x * y for x, y in zip(a[i:i + 192], b[i:i + 192])) > 0.9999 for i in (0, 192)))(read_npy("f32-model-f32.npy")["a"])'
cmp -s demo-f32 demo-bf16 && cmp -s demo-f32 f32-model-f32
verdict $? "--precision: stored in f16, or the same in f32: the same captions"
is "--precision bf16: a caption of each picture" "$(wc -l <f32-model-bf16)" 3

# what cannot be done
exits 2 "--precision auto" "$DESCRY" caption --model demo --precision auto pictures
says err "'auto' is not f32 or bf16" "--precision auto: said"
exits 2 "--precision int8" "$DESCRY" caption --model demo --precision int8 pictures
exits 2 "caption nothing" "$DESCRY" caption --model demo
exits 2 "caption without a model" "$DESCRY" caption pictures
exits 2 "--decode of no known name" "$DESCRY" caption --model demo --decode best pictures
exits 2 "--beams 65" "$DESCRY" caption --model demo --beams 65 --groups 1 pictures
exits 2 "--groups that do not divide" "$DESCRY" caption --model demo --beams 5 --groups 3 pictures
exits 2 "--min-length above --max-length" "$DESCRY" caption --model demo --min-length 8 --max-length 7 pictures
says err 'min_length 8' "--min-length above --max-length: said"
exits 2 "--max-length beyond the context" "$DESCRY" caption --model demo --max-length 34 pictures
exits 0 "--max-length at the context" "$DESCRY" caption --model demo --max-length 33 pictures
exits 2 "--temperature 0" "$DESCRY" caption --model demo --temperature 0 pictures
exits 2 "--top-p 1.1" "$DESCRY" caption --model demo --top-p 1.1 pictures
exits 2 "--seed -1" "$DESCRY" caption --model demo --seed -1 pictures
exits 2 "--batch 1025" "$DESCRY" caption --model demo --batch 1025 pictures
exits 2 "a prompt longer than the context" "$DESCRY" caption --model demo --prompt "$(printf 'cat %.0s' $(seq 40))" pictures
says err "prompt is longer than the model's context of 32 ids" "a prompt longer than the context: said"
silent out "a prompt longer than the context: no caption"
exits 2 "a prompt that fills max-length" "$DESCRY" caption --model demo --max-length 6 --prompt 'one two three four five six' pictures
says err 'nothing to go on with' "a prompt that fills max-length: said"

printf 'not a picture' >bad.jpg
head -c 3000 "$gallery/0004.jpg" >pictures/cut.jpg
exits 3 "some bad" "$DESCRY" caption --model demo --json nowhere.jpg pictures bad.jpg "$gallery/0005.jpg"
says err 'nowhere.jpg: No such file' "some bad: a missing one is named"
says err 'bad.jpg' "some bad: what is no picture is named"
says err 'pictures/cut.jpg' "some bad: a damaged one is named"
says err '3 of 7 could not be described' "some bad: counted"
json "some bad: the rest is done" '[r["path"].split("/")[-1] for r in rows] == ["0001.jpg", "0002.jpg", "0003.jpg", "0005.jpg"]'
exits 3 "all bad" "$DESCRY" caption --model demo nowhere.jpg
silent out "all bad: nothing on standard output"
mkdir empty
exits 0 "an empty folder" "$DESCRY" caption --model demo empty
silent out "an empty folder: nothing"

# a model without a decoder
"$PYTHON" "$here/plain_model.py" "$DESCRY_DATA_DIR/models/demo" plain-model
exits 0 "a model without a decoder: embeds" "$DESCRY" embed --model ./plain-model cat
exits 1 "a model without a decoder" "$DESCRY" caption --model ./plain-model pictures
says err 'no decoder: it cannot describe pictures' "a model without a decoder: said"
says err 'one that can is coca_ViT-L-14/.*: --model coca_ViT-L-14/mscoco_finetuned_laion2b_s13b_b90k' "a model without a decoder: where one is"

# signals
total=$(ls "$gallery" | wc -l)
for signal in INT:130 TERM:143; do
    exits ${signal#*:} "SIG${signal%:*}" "$PYTHON" "$here/interrupt.py" ${signal%:*} out '"model"' "$DESCRY" caption --model demo --json --batch 2 "$gallery"
    kept=$(wc -l <out)
    json "SIG${signal%:*}: whole lines, whole batches" "0 < len(rows) == $kept < $total and len(rows) % 2 == 0 and all(r['caption'] for r in rows)"
    says err "descry: stopped after $kept of $total pictures" "SIG${signal%:*}: says how many are done"
done

status=0
"$DESCRY" caption --model demo pictures >/dev/full 2>err || status=$?
is "caption >/dev/full: status 1" "$status" 1
finish
