# SPDX-License-Identifier: Apache-2.0
# Models from a hub on this machine, which behaves well, then badly.
. "$DESCRY_SOURCE_ROOT/tests/cli/hub.sh"

exits 2 "pull without a model" "$DESCRY" pull </dev/null
says out '^  1  small ' "pull without a model: choices"
is "pull without a model: four" "$(grep -c '^  [1-4]  ' out)" 4
is "pull without a model: size, score, speed, licence" "$(grep -Ec 'GB, COCO [0-9.]+, about [0-9.]+ pictures/s here, licence: ' out)" 4
says err "which model" "pull without a model: asks"
exits 1 "pull of an unknown name" "$DESCRY" pull nothing
says err "nothing: no published model" "pull of an unknown name: said"
exits 2 "pull of an impossible name" "$DESCRY" pull hf-hub:../x
exits 2 "pull --list of something" "$DESCRY" pull --list x
exits 2 "pull --remove of nothing" "$DESCRY" pull --remove
exits 0 "pull --list of nothing" "$DESCRY" pull --list
silent out "pull --list of nothing: nothing"
exits 1 "offline" env HF_HUB_OFFLINE=1 "$DESCRY" pull hf-hub:org/tiny
says err "HF_HUB_OFFLINE" "offline: said"
if [ "$URLS" = no ]; then
    finish
fi

start_hub

# ---- licences
mode
exits 1 "an unknown licence" "$DESCRY" pull hf-hub:org/tiny </dev/null
says err 'hf-hub:org/tiny: [0-9.]+ MB in 4 files, .*licence: unknown' "an unknown licence: size and licence are told"
says err '[-]-yes' "an unknown licence: what to do"
is "an unknown licence: nothing is fetched" "$(grep -c GET hub/log)" 1
mode licence=openrail
exits 1 "a licence with conditions" "$DESCRY" pull hf-hub:org/tiny </dev/null
nothing_loads "a licence with conditions"
mode licence=mit

# ---- a good day
exits 0 "pull" "$DESCRY" pull hf-hub:org/tiny
says out '^fetched: hf-hub:org/tiny$' "pull: said"
says err 'licence: mit' "pull: the licence that the hub tells"
is "the cache: which commit" "$(cat "$model/refs/main")" "$commit"
is "the cache: a link" "$(readlink "$model/snapshots/$commit/open_clip_model.safetensors")" "../../blobs/$weights"
is "the cache: files" "$(ls "$model/snapshots/$commit" | tr '\n' ' ')" "bpe_demo.txt.gz open_clip_config.json open_clip_model.safetensors tokenizer_config.json "
git_digest=$("$PYTHON" -c 'import hashlib,sys; d=open(sys.argv[1],"rb").read(); print(hashlib.sha1(b"blob %d\0" % len(d) + d).hexdigest())' hub/org/tiny/open_clip_config.json)
is "the cache: a small file by git's digest" "$(readlink "$model/snapshots/$commit/open_clip_config.json")" "../../blobs/$git_digest"
loads "pull"
exits 0 "embeddings" "$DESCRY" embed --model hf-hub:org/tiny --json 'a red apple'
sed s/hf-hub:org.tiny/demo/ out >fetched
exits 0 "embeddings of the original" "$DESCRY" embed --model demo --json 'a red apple'
cmp -s out fetched
verdict $? "embeddings are those of the original"
exits 0 "models" "$DESCRY" models --installed --json tiny
json "models: it is installed" '[r["name"] for r in rows] == ["hf-hub:org/tiny"]'
mode licence=mit
exits 0 "pull again" "$DESCRY" pull --json hf-hub:org/tiny
json "pull again: nothing was to be fetched" 'row["fetched"] is False and row["missing"] == 0'
is "pull again: not asked for" "$(grep -c 'GET.*resolve' hub/log)" 0
exits 0 "pull --list" "$DESCRY" pull --list
says out '^hf-hub:org/tiny  [0-9.]+ MB  /' "pull --list: it"
mode licence=mit commit
exits 0 "pull of a new commit" "$DESCRY" pull hf-hub:org/tiny
is "pull of a new commit: current" "$(cut -c1-4 "$model/refs/main")" c1c1
is "pull of a new commit: what is there is not fetched" "$(grep -c 'GET.*resolve' hub/log)" 0
exits 0 "pull --remove" "$DESCRY" pull --remove hf-hub:org/tiny
[ ! -e "$model" ]
verdict $? "pull --remove: gone"
exits 1 "pull --remove again" "$DESCRY" pull --remove hf-hub:org/tiny
mode licence=mit
exits 0 "pull without links" env HF_HUB_DISABLE_SYMLINKS=1 "$DESCRY" pull hf-hub:org/tiny
[ -f "$model/snapshots/$commit/open_clip_model.safetensors" ] && [ ! -L "$model/snapshots/$commit/open_clip_model.safetensors" ]
verdict $? "pull without links: a file"
exits 0 "pull without links, again" env HF_HUB_DISABLE_SYMLINKS=1 "$DESCRY" pull --json hf-hub:org/tiny
json "pull without links, again: it is there" 'row["missing"] == 0'
mode
exits 0 "pull by a tag, as Immich writes it" "$DESCRY" pull --yes ViT-B-32__laion2b-s34b-b79k
says out '^fetched: ViT-B-32/laion2b_s34b_b79k$' "pull by a tag: its name"
exits 0 "pull --list by tag" "$DESCRY" pull --list
says out '^ViT-B-32/laion2b_s34b_b79k  ' "pull --list by tag: it"

# ---- tokens
mode licence=mit
fresh
exits 0 "pull with a token" env HF_TOKEN=hf_secret "$DESCRY" pull hf-hub:org/tiny
is "the token: to the hub" "$(grep '^hub' hub/log | grep -vc 'Bearer hf_secret')" 0
grep -q '^storage GET' hub/log
verdict $? "the storage was asked"
is "the token: not to the storage" "$(grep '^storage' hub/log | grep -c 'hf_secret')" 0
fresh
mode licence=mit
echo ' hf_file ' | tr -d ' ' >"$HF_HOME/token"
exits 0 "pull with a token in a file" "$DESCRY" pull hf-hub:org/tiny
is "the token in a file: to the hub" "$(grep '^hub' hub/log | grep -vc 'Bearer hf_file')" 0
rm "$HF_HOME/token"

# ---- bad days: a connection that breaks, again and again
fresh
mode licence=mit drop=$((bytes / 7 + 1))
exits 0 "a connection that breaks" "$DESCRY" pull hf-hub:org/tiny
grep -q "^storage GET .* bytes=$((bytes / 7 + 1))-" hub/log
verdict $? "a connection that breaks: it goes on where it was"
loads "a connection that breaks"
fresh
mode licence=mit drop=1000000 whole
exits 1 "a server without ranges, whose connection breaks" "$DESCRY" pull hf-hub:org/tiny
nothing_loads "a server without ranges, whose connection breaks"
mode licence=mit whole
exits 0 "a server without ranges" "$DESCRY" pull hf-hub:org/tiny
loads "a server without ranges"
for answer in 500 429 503 403; do
    fresh
    mode licence=mit fail=$answer:2
    exits 0 "$answer twice" "$DESCRY" pull hf-hub:org/tiny
    loads "$answer twice"
done
fresh
mode licence=mit fail=500
exits 1 "500 for ever" "$DESCRY" pull hf-hub:org/tiny
says err 'answers 500' "500 for ever: said"
nothing_loads "500 for ever"
mode api=403:GatedRepo
exits 1 "a gated model" "$DESCRY" pull hf-hub:org/tiny
says err 'conditions.*HF_TOKEN' "a gated model: what to do"
mode api=401:RepoNotFound
exits 1 "a model that is not there" "$DESCRY" pull hf-hub:org/tiny
says err 'no such repository' "a model that is not there: said"
mode api=404
exits 1 "404" "$DESCRY" pull hf-hub:org/tiny
mode licence=mit bare
exits 1 "no digests" "$DESCRY" pull hf-hub:org/tiny
says err 'no digest' "no digests: said"
nothing_loads "no digests"

# ---- what is not right
fresh
mode licence=mit wrong
exits 1 "other bytes" "$DESCRY" pull hf-hub:org/tiny
says err 'does not have the digest' "other bytes: said"
nothing_loads "other bytes"
is "other bytes: none are kept" "$(ls "$model/blobs" | grep -c incomplete)" 0
mode licence=mit wrong=1
exits 0 "other bytes once" "$DESCRY" pull hf-hub:org/tiny
loads "other bytes once"
fresh
mode licence=mit long
exits 1 "more than was told" "$DESCRY" pull hf-hub:org/tiny
nothing_loads "more than was told"
fresh
mode licence=mit
mkdir -p "$model/blobs"
head -c 500000 /dev/zero >"$model/blobs/$weights.incomplete"
exits 0 "a rest of something else" "$DESCRY" pull hf-hub:org/tiny
loads "a rest of something else"
fresh
mkdir -p "$model/blobs"
ln -s "$work/victim" "$model/blobs/$weights.incomplete"
exits 1 "a link in the rest's place" "$DESCRY" pull hf-hub:org/tiny
[ ! -e victim ]
verdict $? "a link in the rest's place: nothing is written through it"

# ---- a full disk
fresh
(
    ulimit -f 2000 # blocks of 512 bytes
    exec "$DESCRY" pull hf-hub:org/tiny
) >out 2>err
is "a full disk: status" $? 1
says err 'File too large|No space' "a full disk: said"
nothing_loads "a full disk"
exits 0 "then room" "$DESCRY" pull hf-hub:org/tiny
loads "then room"

# ---- stopped, killed, two at once
fresh
mode licence=mit slow
"$DESCRY" pull hf-hub:org/tiny >out 2>err &
puller=$!
while [ ! -s "$model/blobs/$weights.incomplete" ]; do sleep 0.05; done
exits 1 "pull --remove of what is being fetched" "$DESCRY" pull --remove hf-hub:org/tiny
says err 'held by another' "pull --remove of what is being fetched: said"
kill -TERM $puller
wait $puller
is "stopped: by the signal" $? 143
nothing_loads "stopped"
[ -s "$model/blobs/$weights.incomplete" ]
verdict $? "stopped: what came is kept"
"$DESCRY" pull hf-hub:org/tiny >out 2>err &
puller=$!
sleep 0.3
kill -KILL $puller
wait $puller
nothing_loads "killed"
mode licence=mit
exits 0 "after that" "$DESCRY" pull hf-hub:org/tiny
grep -q "^storage GET .* bytes=[1-9]" hub/log
verdict $? "after that: it goes on"
loads "after that"
fresh
mode licence=mit slow
"$DESCRY" pull hf-hub:org/tiny >/dev/null 2>&1 &
one=$!
"$DESCRY" pull hf-hub:org/tiny >/dev/null 2>&1 &
wait $!
is "two at once: the second" $? 0
wait $one
is "two at once: the first" $? 0
is "two at once: fetched once" "$(grep -c '^storage GET' hub/log)" 1
loads "two at once"

# ---- as a new user would
exits 0 "index without a model names the command" sh -c '"$DESCRY" index --library new.db . 2>&1 | grep "descry pull"'
finish
