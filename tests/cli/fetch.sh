# SPDX-License-Identifier: Apache-2.0
# Models from a hub on this machine: what breaks, where, how often, and what the environment asks for.
. "$DESCRY_SOURCE_ROOT/tests/cli/hub.sh"
[ "$URLS" = yes ] || finish
start_hub

# gap PATTERN: hundredths of a second between the first two requests that match
gap() {
    grep "$1" hub/log | awk 'NR == 1 { first = $NF } NR == 2 { printf "%d", ($NF - first) * 100 }'
}

# ---- another program is at it: descry's lock, and that of Hugging Face's programs
mode licence=mit
mkdir -p "$HF_HOME/hub/.locks/models--org--tiny"
for lock in descry-pull "$weights"; do
    rm -rf "$model" held
    : >err
    flock "$HF_HOME/hub/.locks/models--org--tiny/$lock.lock" sh -c 'touch held; for i in $(seq 600); do
        grep -q "another program" err && break; sleep 0.05; done; touch "$0"' "$lock.released" &
    while [ ! -e held ]; do sleep 0.05; done
    exits 0 "held by another: $lock" "$DESCRY" pull hf-hub:org/tiny
    [ -e "$lock.released" ]
    verdict $? "held by another: $lock: it waits"
    is "held by another: $lock: says so once" "$(grep -c '^descry: hf-hub:org/tiny: another program is fetching it' err)" 1
done

# ---- a connection that breaks once, at each tenth of the file
for tenth in 0 1 2 3 4 5 6 7 8 9; do
    fresh
    at=$((bytes * tenth / 10))
    mode licence=mit drop=$at:1
    exits 0 "a break at ${tenth}0 %" "$DESCRY" pull hf-hub:org/tiny
    ranges=$(sed -n 's|^storage GET [^ ]* \([^ ]*\) .*|\1|p' hub/log | tr '\n' ' ')
    is "a break at ${tenth}0 %: what was asked for" "$ranges" "- $([ $at -gt 0 ] && echo "bytes=$at-" || echo -) "
    loads "a break at ${tenth}0 %"
done

# ---- killed
fresh
mode licence=mit
run "$PYTHON" "$here/killed_pulls.py" "$DESCRY" "$model" hub/org/tiny 50
verdict "$status" "killed 50 times: $(cat out)"

# ---- no room
fresh
mode licence=mit huge
exits 1 "a file larger than the disk" "$DESCRY" pull hf-hub:org/tiny
says err "$HF_HOME/hub: has room for [0-9.]+ MB, but 1152921504[0-9]+\.[0-9] MB are to be fetched" "a file larger than the disk: said"
is "a file larger than the disk: not begun" "$(grep -c '^storage' hub/log)" 0
nothing_loads "a file larger than the disk"

# ---- refusals
mode licence=mit fail=429:1 retry=2
exits 0 "429" "$DESCRY" pull hf-hub:org/tiny
[ "$(gap '^storage GET')" -ge 190 ]
verdict $? "429: as long after it as Retry-After says"
loads "429"
fresh
mode licence=mit busy=1 retry=2
exits 0 "429 from the hub" "$DESCRY" pull hf-hub:org/tiny
[ "$(gap '^hub GET /api')" -ge 190 ]
verdict $? "429 from the hub: as long after it as Retry-After says"
fresh
for refusal in 401:GatedRepo 403:GatedRepo 403; do
    mode api=$refusal
    exits 1 "$refusal" "$DESCRY" pull hf-hub:org/tiny
    says err "conditions.* at $HF_ENDPOINT/org/tiny; then HF_TOKEN" "$refusal: the page to visit"
done
mode licence=mit gone=open_clip_model.safetensors
exits 1 "a file that is not there" "$DESCRY" pull hf-hub:org/tiny
says err "org/tiny/resolve/$commit/open_clip_model.safetensors: the server answers 404, EntryNotFound" "a file that is not there: said"
mode licence=mit
exits 1 "a repository that is not there" "$DESCRY" pull hf-hub:org/other
says err '^descry: hf-hub:org/other: no such repository' "a repository that is not there: said"
[ ! -e "$model" ]
verdict $? "refusals: nothing is left"

# ---- the token
mode licence=mit back
exits 0 "a storage that sends back to the hub" env HF_TOKEN=hf_secret "$DESCRY" pull hf-hub:org/tiny
is "a storage that sends back to the hub: no token there" "$(sed -n 's|^hub GET /plain/[^ ]* - \([^ ]*\) .*|\1|p' hub/log)" -
is "a storage that sends back to the hub: no token on the way" "$(grep '^storage' hub/log | grep -c hf_secret)" 0
loads "a storage that sends back to the hub"
for header in 'HF_TOKEN=hf_a hf_b' "HF_TOKEN=hf_a
X-More: 1"; do
    fresh
    mode licence=mit
    exits 0 "what is no token" env "$header" "$DESCRY" pull hf-hub:org/tiny
    is "what is no token: not sent" "$(grep -c Bearer hub/log)" 0
done
fresh
mode licence=mit
echo hf_path >token
exits 0 "HF_TOKEN_PATH" env HF_TOKEN_PATH="$work/token" "$DESCRY" pull hf-hub:org/tiny
is "HF_TOKEN_PATH: it" "$(grep '^hub' hub/log | grep -vc 'Bearer hf_path')" 0
fresh
mode licence=mit
exits 0 "HF_TOKEN before HF_TOKEN_PATH" env HF_TOKEN=hf_given HF_TOKEN_PATH="$work/token" "$DESCRY" pull hf-hub:org/tiny
is "HF_TOKEN before HF_TOKEN_PATH: it" "$(grep '^hub' hub/log | grep -vc 'Bearer hf_given')" 0
fresh
mode licence=mit
exits 0 "HF_HUB_DISABLE_IMPLICIT_TOKEN" env HF_HUB_DISABLE_IMPLICIT_TOKEN=1 HF_TOKEN_PATH="$work/token" "$DESCRY" pull hf-hub:org/tiny
is "HF_HUB_DISABLE_IMPLICIT_TOKEN: no token" "$(grep -c Bearer hub/log)" 0

# ---- places
# lands DESCRIPTION FOLDER VARIABLE=VALUE...: with these alone, that is the cache, for pull and for whoever loads
lands() {
    what=$1 folder=$2
    shift 2
    mode licence=mit
    exits 0 "$what" env -u HF_HOME "$@" "$DESCRY" pull hf-hub:org/tiny
    [ -f "$folder/models--org--tiny/snapshots/$commit/open_clip_model.safetensors" ]
    verdict $? "$what: there"
    exits 0 "$what: loads" env -u HF_HOME "$@" "$DESCRY" embed --model hf-hub:org/tiny --json cat
    exits 0 "$what: loads offline" env -u HF_HOME "$@" HF_HUB_OFFLINE=1 "$DESCRY" embed --model hf-hub:org/tiny --json cat
}
lands "HF_HOME" "$work/a/hub" HF_HOME="$work/a"
lands "HF_HUB_CACHE" "$work/b" HF_HUB_CACHE="$work/b" HF_HOME="$work/c"
lands "HUGGINGFACE_HUB_CACHE" "$work/d" HUGGINGFACE_HUB_CACHE="$work/d"
lands "XDG_CACHE_HOME" "$work/e/huggingface/hub" XDG_CACHE_HOME="$work/e"
lands "no variable" "$HOME/.cache/huggingface/hub" A=b
[ ! -e c ]
verdict $? "HF_HUB_CACHE goes before HF_HOME"
lands "HF_ENDPOINT with a slash" "$work/f" HF_HUB_CACHE="$work/f" HF_ENDPOINT="$HF_ENDPOINT/"
fresh
mode licence=mit
for variable in HF_HUB_OFFLINE=1 HF_HUB_OFFLINE=true TRANSFORMERS_OFFLINE=yes; do
    exits 1 "$variable" env "$variable" "$DESCRY" pull hf-hub:org/tiny
done
exits 2 "HF_ENDPOINT that is no URL" env HF_ENDPOINT=hub.invalid "$DESCRY" pull hf-hub:org/tiny
is "offline: nothing is asked" "$(wc -l <hub/log)" 0
exits 0 "HF_HUB_OFFLINE=0" env HF_HUB_OFFLINE=0 "$DESCRY" pull hf-hub:org/tiny

# ---- proxies
proxy=http://127.0.0.1:$proxy_port
fresh
mode licence=mit
exits 0 "http_proxy" env http_proxy="$proxy" HF_ENDPOINT=http://hub.invalid HF_TOKEN=hf_secret "$DESCRY" pull hf-hub:org/tiny
is "http_proxy: all goes there" "$(grep -c '^proxy' hub/log)" "$(grep -vc '^proxy' hub/log)"
is "http_proxy: no token for the storage" "$(grep "^proxy [A-Z]* http://127.0.0.1:$storage_port/" hub/log | cut -d' ' -f5)" -
loads "http_proxy"
fresh
mode licence=mit
exits 0 "no_proxy" env http_proxy="$proxy" no_proxy=127.0.0.1 "$DESCRY" pull hf-hub:org/tiny
is "no_proxy: nothing goes there" "$(grep -c '^proxy' hub/log)" 0
fresh
mode licence=mit
exits 0 "no_proxy for the storage" env http_proxy="$proxy" no_proxy=127.0.0.1 HF_ENDPOINT=http://hub.invalid "$DESCRY" pull hf-hub:org/tiny
is "no_proxy for the storage: not asked for it" "$(grep '^proxy' hub/log | grep -vc 'http://hub.invalid/')" 0
mode licence=mit
exits 1 "https_proxy that leads nowhere" env https_proxy="$proxy" HF_ENDPOINT=https://hub.invalid HF_TOKEN=hf_secret "$DESCRY" pull hf-hub:org/other
grep -q '^proxy CONNECT hub.invalid:443 - - ' hub/log
verdict $? "https_proxy: asked for the hub, without the token"
is "https_proxy: nothing else is asked" "$(grep -vc '^proxy CONNECT' hub/log)" 0

# ---- as a new user would: nothing is there, a model is chosen by its number, what is said is typed
new=$work/newcomer
coca=hub/laion/mscoco_finetuned_CoCa-ViT-L-14-laion2B-s13B-b90k
mkdir "$new" "$coca" photos
cp hub/org/tiny/* "$coca"
for i in 01 02 03 04 05 06 07 08; do cp "$gallery/00$i.jpg" photos; done
unset HF_HOME
HOME=$new
mode
exits 2 "new: index" "$DESCRY" index photos
says err "descry pull" "new: index: the command that fetches a model is named"
exits 1 "new: pull, answered by nothing" "$PYTHON" "$here/answers.py" '' -- "$DESCRY" pull
says out 'nothing is fetched' "new: pull, answered by nothing: said"
exits 1 "new: pull, and no" "$PYTHON" "$here/answers.py" 4 n -- "$DESCRY" pull
says out 'terms: https://huggingface.co/laion/mscoco' "new: pull, and no: where the terms are"
[ ! -e "$new/.cache/huggingface/hub/models--laion--mscoco_finetuned_CoCa-ViT-L-14-laion2B-s13B-b90k" ]
verdict $? "new: pull, and no: nothing is fetched"
exits 0 "new: pull, and yes" "$PYTHON" "$here/answers.py" 4 y -- "$DESCRY" pull
is "new: pull: speed here of each" "$(grep -c 'about [0-9.]* pictures/s here' out)" 4
says out '^fetched: coca_ViT-L-14/mscoco_finetuned_laion2b_s13b_b90k$' "new: pull: fetched"
typed=$(sed -n 's/^use it: descry \(.*\) FOLDER$/\1/p' out)
# shellcheck disable=SC2086 # words
exits 0 "new: what pull says" "$DESCRY" $typed photos
exits 0 "new: search" "$DESCRY" search --json -k 1 a train beneath a palm
json "new: search: the photo" 'row["path"].endswith("photos/0003.jpg")'
finish
