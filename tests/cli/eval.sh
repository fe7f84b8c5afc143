# SPDX-License-Identifier: Apache-2.0
# eval, adapt, tag, --head.
. "$DESCRY_SOURCE_ROOT/tests/cli/lib.sh"
XDG_DATA_HOME=$work/share OPENBLAS_NUM_THREADS=1
export XDG_DATA_HOME OPENBLAS_NUM_THREADS
numpy=
for python in "$PYTHON" python3 /usr/bin/python3; do
    [ -n "$numpy" ] || ! "$python" -c 'import numpy' 2>/dev/null || numpy=$python
done
[ -n "$numpy" ]
verdict $? "a Python with NumPy, for the reference"
reference="$numpy $here/eval_reference.py"

# SIMAT
mkdir simat
$reference make-simat simat
$reference simat simat >wanted
exits 0 "eval simat" "$DESCRY" eval simat simat --lambda 0,0.5,1,1.5,2 --json
cp out scores
$reference compare wanted scores split lambda score subj rel obj 2>err
verdict $? "eval simat: the scores of the formula, to 4 digits"
exits 0 "eval simat: text" "$DESCRY" eval simat simat --split test --lambda 0:2:0.5
says out '^test split, [0-9]+ changes$' "eval simat: text: the split"
is "eval simat: text: a line for each lambda" "$(grep -Ec '^ +(0|0.5|1|1.5|2) +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9.]+$' out)" 5
says out '^  best: [0-9.]+ with lambda [0-9.]+$' "eval simat: text: the best"
mv simat/words.txt simat/words.off && sed '$d' simat/words.off >simat/words.txt
exits 1 "eval simat: fewer names than vectors" "$DESCRY" eval simat simat
says err 'words\.npy' "eval simat: fewer names than vectors: said"
mv simat/words.off simat/words.txt
cp simat/transfos.csv kept.csv
sed '3s/,[0-9]*,\(True\|False\)$/,x,\1/' kept.csv >simat/transfos.csv
exits 1 "eval simat: a bad number" "$DESCRY" eval simat simat
says err 'transfos\.csv: row 3: norm2 is "x"' "eval simat: a bad number: named"
cp kept.csv simat/transfos.csv
mv simat/oscar.npy oscar.off
exits 1 "eval simat: a file is missing" "$DESCRY" eval simat simat
says err 'simat/oscar\.npy' "eval simat: a file is missing: named"
mv oscar.off simat/oscar.npy
exits 2 "eval simat: a bad range" "$DESCRY" eval simat simat --lambda 1:0:1
exits 2 "eval simat: a bad split" "$DESCRY" eval simat simat --split both,dev
exits 1 "eval simat: another model's length" "$DESCRY" eval simat simat --model demo

# heads
mkdir pairs
$reference pairs pairs
exits 0 "adapt on arrays" "$DESCRY" adapt pairs --name ./pairs.safetensors --epochs 4 --batch 64 --rate 0.01 --decay-every 2 --seed 3 --json
cp out report
json "adapt: what it says" 'row["pairs"] == 450 and row["held_out"] == 50 and row["epochs"] == 4 and row["head"] == "./pairs.safetensors" and row["stopped"] is False'
$reference adapt pairs pairs.safetensors report 2>err
verdict $? "adapt: the head and the losses of the formula"
exits 0 "adapt: again, on 3 threads" "$DESCRY" adapt pairs --name ./again.safetensors --epochs 4 --batch 64 --rate 0.01 --decay-every 2 --seed 3 --threads 3
cmp -s pairs.safetensors again.safetensors
verdict $? "adapt: the same head from the same seed"
exits 0 "adapt on an archive" "$DESCRY" adapt pairs.npz --name ./packed.safetensors --epochs 4 --batch 64 --rate 0.01 --decay-every 2 --seed 3
cmp -s pairs.safetensors packed.safetensors
verdict $? "adapt on an archive: the same head from the same pairs"
$reference simat simat pairs.safetensors >wanted
exits 0 "eval simat --head" "$DESCRY" eval simat simat --lambda 0,0.5,1,1.5,2 --head ./pairs.safetensors --json
cp out mapped
$reference compare wanted mapped split lambda score subj rel obj 2>err
verdict $? "eval simat --head: the scores of the formula, to 4 digits"
differs "eval simat --head: not the scores without" scores mapped
exits 2 "adapt: a name needs a model" "$DESCRY" adapt pairs --name short
exits 2 "adapt: --temperature 0" "$DESCRY" adapt pairs --name ./x.safetensors --temperature 0
[ ! -e x.safetensors ]
verdict $? "adapt: nothing is left of a failure"

# signals
long="--epochs 100000 --patience 100000 --batch 64 --rate 0.01"
for signal in INT:130 TERM:143; do
    exits ${signal#*:} "adapt: SIG${signal%:*}" "$PYTHON" "$here/interrupt.py" ${signal%:*} err 'epoch [0-9][0-9]' "$DESCRY" adapt pairs $long --name ./stopped.safetensors --json
    json "adapt: SIG${signal%:*}: says so" 'row["stopped"] is True and row["epochs"] >= 9 and row["best_loss"] < row["first_loss"]'
    exits 0 "adapt: SIG${signal%:*}: the best so far is kept" "$DESCRY" eval simat simat --lambda 1 --head ./stopped.safetensors
    rm stopped.safetensors
    is "adapt: SIG${signal%:*}: nothing half written" "$(ls | grep -c stopped)" 0
done
for i in 1 2 3 4 5; do
    for picture in "$gallery"/*.jpg; do
        printf '%s\ta thing\n' "$gallery/$(printf './%.0s' $(seq $i))${picture##*/}"
    done
done >many.tsv
exits 130 "adapt: SIGINT among the pictures" "$PYTHON" "$here/interrupt.py" INT err 'pictures/s' "$DESCRY" adapt many.tsv --model demo --name ./stopped.safetensors
says err 'descry: stopped after [0-9]+ of 1000 pictures' "adapt: SIGINT among the pictures: said"
[ ! -e stopped.safetensors ]
verdict $? "adapt: SIGINT among the pictures: no head"

# what follows embeds some thousand pictures, which takes minutes under sanitizers; damage.sh has the same commands on few
[ "${SANITIZE:-none}" = none ] || finish

# captions, with the demo model
captions=$DESCRY_SOURCE_ROOT/samples/facts.json
exits 0 "eval retrieval" "$DESCRY" eval retrieval "$captions" --model demo --json
cp out plain
json "eval retrieval: shape" 'row["pictures"] == 200 and row["captions"] == 200 and row["unreadable"] == 0 and all(
    0 < row[way]["recall@1"] <= row[way]["recall@5"] <= row[way]["recall@10"] <= 1 for way in ("text_to_image", "image_to_text"))'
"$DESCRY" embed --model demo --npy images.npy "$gallery"/*.jpg
"$PYTHON" -c 'import json, sys
print(*("--text\n" + r["caption"] for r in json.load(open(sys.argv[1]))), sep="\n")' "$captions" >texts
(
    IFS='
'
    set -f
    # shellcheck disable=SC2046 # a word for each line
    "$DESCRY" embed --model demo --npy texts.npy $(cat texts)
)
cat >recall.py <<'END'
import json
import numpy as np
s = np.load("texts.npy").astype(float) @ np.load("images.npy").astype(float).T
row = json.load(open("plain"))
for way, m in (("text_to_image", s), ("image_to_text", s.T)):
    rank = (m > np.diag(m)[:, None]).sum(1)
    for k in (1, 5, 10):
        assert abs((rank < k).mean() - row[way][f"recall@{k}"]) < 0.0101, (way, k)  # copies' equal scores may fall both ways
END
"$numpy" recall.py 2>err
verdict $? "eval retrieval: the figures of the formula"
exits 0 "adapt on captions" "$DESCRY" adapt "$captions" --model demo --epochs 3 --batch 64 --name tried
says out "^$work/share/descry/heads/[0-9a-f]{64}/tried\.safetensors\$" "adapt: where the head is"
exits 0 "eval retrieval --head" "$DESCRY" eval retrieval "$captions" --model demo --head tried --json
differs "eval retrieval --head: other figures than without" out plain
exits 0 "embed" "$DESCRY" embed --model demo --json 'a cat' "$gallery/0001.jpg"
cp out plain
exits 0 "embed --head" "$DESCRY" embed --model demo --head tried --json 'a cat' "$gallery/0001.jpg"
cp out mapped
cat >map.py <<'END'
import glob, json, sys
import numpy as np
sys.path.insert(0, sys.argv[1])
from eval_reference import read_head, unit
h = read_head(glob.glob("share/descry/heads/*/tried.safetensors")[0])
for line, mapped, kind in zip(open("plain"), open("mapped"), ("text", "image"), strict=True):
    x = np.array(json.loads(line)["embedding"])
    y = unit(h[kind + ".weight"] @ x + h[kind + ".bias"])
    assert np.abs(y - json.loads(mapped)["embedding"]).max() < 1e-6
    assert np.abs(x - y).max() > 1e-3
END
"$numpy" map.py "$here" 2>err
verdict $? "embed --head: W x + b, to length 1"
exits 0 "index" "$DESCRY" index --model demo --library lib.db "$gallery"
exits 0 "search --head" "$DESCRY" search --library lib.db --head tried --json -k 5 two cats
cp out found
"$DESCRY" embed --model demo --head tried --logits --json 'two cats' "$gallery"/*.jpg >all
cat >order.py <<'END'
import json
scale = None
rows = sorted(((json.loads(l)["logits"][0], json.loads(l)["input"]) for l in open("all")), reverse=True)
found = [json.loads(l) for l in open("found")]
assert [f["path"].split("/")[-1] for f in found] == [path.split("/")[-1] for _, path in rows[:5]], (found, rows[:5])
ratios = [f["score"] / logit for f, (logit, _) in zip(found, rows)]
assert max(ratios) / min(ratios) < 1.002, ratios  # vectors are kept in half precision
END
"$PYTHON" order.py 2>err
verdict $? "search --head: the order and the scores of mapped embeddings"
exits 0 "search --head for a picture" "$DESCRY" search --library lib.db --head tried --json -k 3 '#1'
json "search --head for a picture: not itself" 'len(rows) == 3 and all(r["id"] != 1 for r in rows)'
exits 0 "search --head --threshold" "$DESCRY" search --library lib.db --head tried --threshold 1.5 two cats
silent out "search --head --threshold: none"

# a head, NOT and --explain together: the formula over mapped vectors
sum='#2 + 1.5 * ("a dog" - a cat)'
exits 0 "--head, all" "$DESCRY" search --library lib.db --head tried --json -k 500 --explain "$sum"
cp out all
json "--head --explain: the terms add up" 'len(rows) > 190 and all([t["weight"] for t in r["terms"]] == [1, 1.5, -1.5] and
    abs(sum(t["contribution"] for t in r["terms"]) - r["score"]) < 1e-5 for r in rows)'
exits 0 "--explain without a head" "$DESCRY" search --library lib.db --json -k 500 --explain "$sum"
json "--head --explain: other contributions than without" 'max(abs(r["terms"][0]["contribution"] - q["terms"][0]["contribution"])
    for q in read_json("all")["rows"] for r in rows if r["id"] == q["id"]) > 0.01'
exits 0 "--head, what NOT means" "$DESCRY" search --library lib.db --head tried --json -k 500 --threshold 0.2 a red car
cp out avoid
exits 0 "--head NOT --explain" "$DESCRY" search --library lib.db --head tried --json -k 500 --explain --not-threshold 0.2 "$sum NOT a red car"
json "--head NOT --explain: exactly what matches is gone" '0 < len(read_json("avoid")["rows"]) < 150 and
    rows == [{**r, "rank": i + 1} for i, r in enumerate(
        r for r in read_json("all")["rows"] if r["id"] not in {a["id"] for a in read_json("avoid")["rows"]})]'
exits 2 "--head NOT without a threshold" "$DESCRY" search --library lib.db --head tried "$sum NOT a red car"
says err 'without a head' "--head NOT without a threshold: said"
exits 1 "no such head" "$DESCRY" search --library lib.db --head nothing two cats
says err 'nothing: no such head' "no such head: said"
exits 1 "adapt on a library without captions" "$DESCRY" adapt --library lib.db
says err 'no picture .* has a caption' "adapt on a library without captions: said"

# pairs of a library: as many as have captions, the stored vectors with the captions' texts
"$PYTHON" - "$captions" <<'END'
import json, sqlite3, sys
texts = {row["file"].split("/")[-1]: row["caption"] for row in json.load(open(sys.argv[1]))}
db = sqlite3.connect("lib.db")
for path, content in db.execute("SELECT path, content FROM places ORDER BY id LIMIT 120").fetchall():
    name = path.decode() if isinstance(path, bytes) else path
    db.execute("INSERT INTO captions (content, author, text, written) VALUES (?, 'person', ?, 0)", (content, texts[name.split("/")[-1]]))
db.commit()
END
exits 0 "adapt on a library" "$DESCRY" adapt --library lib.db --epochs 3 --batch 32 --json
json "adapt on a library: the pictures with captions" 'row["pairs"] == 108 and row["held_out"] == 12 and 0 < row["first_loss"] < 1.5 and row["head"].endswith("/adapted.safetensors")'

# a file of captions with a picture that cannot be read
printf '%s\ta cat\n./none.jpg\ta dog\n%s\ta dog\tanother\n' "$gallery/0001.jpg" "$gallery/0002.jpg" >some.tsv
exits 3 "eval retrieval with a missing picture" "$DESCRY" eval retrieval some.tsv --model demo --json
says err 'none\.jpg' "eval retrieval with a missing picture: named"
json "eval retrieval with a missing picture: left out" 'row["pictures"] == 2 and row["captions"] == 3 and row["unreadable"] == 1'
exits 1 "eval retrieval of no captions" "$DESCRY" eval retrieval recall.py --model demo

# classes
mkdir -p classes/cat classes/dog classes/red_car
"$PYTHON" - "$captions" "$gallery" <<'END'
import json, shutil, sys
for row in json.load(open(sys.argv[1])):
    for name, folder in (("cat", "cat"), ("dog", "dog"), ("car", "red_car")):
        if list(row["things"]) == [name]:
            shutil.copy(f"{sys.argv[2]}/../{row['file']}", f"classes/{folder}")
END
exits 0 "eval zeroshot" "$DESCRY" eval zeroshot classes --model demo --templates simple --json
json "eval zeroshot: the classes" '[r["class"] for r in rows[1:]] == ["cat", "dog", "red car"] and sum(r["pictures"] for r in rows[1:]) == row["pictures"] > 10'
json "eval zeroshot: figures that fit together" 'row["top5"] == 1 and abs(sum(r["top1"] * r["pictures"] for r in rows[1:]) / row["pictures"] - row["top1"]) < 1e-9
    and abs(sum(r["top1"] for r in rows[1:]) / 3 - row["mean_class_top1"]) < 1e-9 and row["top1"] > 0.6'
echo junk >classes/cat/junk.jpg
printf 'cat\tdog\ndog\tcat\nred_car\tcar\n' >names.tsv
exits 3 "eval zeroshot --classes" "$DESCRY" eval zeroshot classes --classes names.tsv --model demo
says err 'junk\.jpg' "eval zeroshot: an unreadable picture is named"
says out 'top 1 +0\.[0-4]' "eval zeroshot --classes: wrong names, wrong answers"

# labels
printf 'cat\ndog\ncar\n' >labels
exits 3 "tag" "$DESCRY" tag "$gallery/0001.jpg" none.jpg --labels labels -l violin --model demo --json -k 9
json "tag: shape" 'len(rows) == 1 and list(row) == ["path", "labels"] and [l["label"] for l in row["labels"]][0] == "violin"'
json "tag: probabilities of all labels add up" 'len(row["labels"]) == 4 and abs(sum(l["probability"] for l in row["labels"]) - 1) < 1e-6'
json "tag: likeliest first" 'sorted((l["score"] for l in row["labels"]), reverse=True) == [l["score"] for l in row["labels"]]'
exits 0 "tag: text" "$DESCRY" tag "$gallery/0001.jpg" --labels labels -k 1 --templates openai --model demo
is "tag: text: the picture, then a label" "$(grep -Ec '0001\.jpg$|^  [01]\.[0-9]{4}  (cat|dog|car)$' out)" 2
exits 2 "tag without labels" "$DESCRY" tag "$gallery/0001.jpg" --model demo
exits 2 "tag: a template without {}" sh -c 'echo plain >t; exec "$DESCRY" tag "$1" -l cat --templates t --model demo' - "$gallery/0001.jpg"

# analogies
exits 0 "eval analogies" "$DESCRY" eval analogies "$DESCRY_SOURCE_ROOT/samples/analogies.jsonl" --model demo --lambda 0,0.5,1,1.5,2 --each --json
json "eval analogies: shape" '[r["lambda"] for r in rows[:5]] == [0, 0.5, 1, 1.5, 2] and row["analogies"] >= 50 and len(rows) == 5 + row["analogies"]'
json "eval analogies: each as counted" 'sum(r["right"] for r in rows[5:]) == max(r["right"] for r in rows[:5]) and all(r["found"] not in ("", r["start"]) for r in rows[5:])'
# docs/eval.md has the rates; a model trained anew may be a little worse
json "eval analogies: the change of texts counts" 'rows[0]["right"] < 0.4 * row["analogies"] and rows[2]["right"] > 0.8 * row["analogies"]
    and max(r["right"] for r in rows[:5]) > 0.85 * row["analogies"]'
cp out analogies
# the same list as a SIMAT: one change for each, all of the test split and of equal weight, so the scores are the rates
mkdir gallery-simat
"$PYTHON" - "$DESCRY_SOURCE_ROOT/samples" gallery-simat <<'END'
import csv, json, os, sys
samples, folder = sys.argv[1:]
names = sorted(os.listdir(samples + "/gallery"))
changes = [json.loads(line) for line in open(samples + "/analogies.jsonl")]
wanted = sorted({tuple(c["wanted"]) for c in changes})
open(folder + "/images.txt", "w").write("".join(f"{samples}/gallery/{n}\n" for n in names))
open(folder + "/captions.txt", "w").write("".join(f"scene {i}\n" for i in range(len(wanted))))
with open(folder + "/triplets.csv", "w", newline="") as file:
    csv.writer(file).writerows([["region_id", "dataset_id"], *([7000 + i, i] for i in range(len(names)))])
number = {f"gallery/{n}": i for i, n in enumerate(names)}
with open(folder + "/transfos.csv", "w", newline="") as file:
    csv.writer(file).writerows([["region_id", "field", "value", "target", "target_ids", "norm2", "is_test"],
        *([7000 + number[c["start"]], "subj", c["negative"], c["positive"], wanted.index(tuple(c["wanted"])), 1, True] for c in changes)])
values = b"".join(bytes([0, 0, 0x80, 0x3F] if f"gallery/{n}" in w else 4) for n in names for w in wanted)
header = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }" % (len(names), len(wanted))
open(folder + "/oscar.npy", "wb").write(b"\x93NUMPY\1\0\x76\0" + header.ljust(117).encode() + b"\n" + values)
END
exits 0 "eval simat of the same" "$DESCRY" eval simat gallery-simat --model demo --split test --lambda 0,0.5,1,1.5,2 --json
json "eval simat of the same: the same rates" 'len(rows) == 5 and all(r["lambda"] == a["lambda"] and r["changes"] == a["analogies"]
    and abs(r["score"] - 100 * a["right"] / a["analogies"]) < 1e-6 for r, a in zip(rows, read_json("analogies")["rows"]))'
echo '{"start": "a.jpg", "positive": "x", "negative": "y", "wanted": []}' >bad.jsonl
exits 1 "eval analogies: none wanted" "$DESCRY" eval analogies bad.jsonl --model demo
says err 'object 1: not an analogy' "eval analogies: none wanted: said"
exits 2 "eval of an unknown kind" "$DESCRY" eval retreival
says err "did you mean 'retrieval'" "eval of an unknown kind: the nearest"
exits 2 "eval alone" "$DESCRY" eval
finish
