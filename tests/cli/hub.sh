# SPDX-License-Identifier: Apache-2.0
# For tests of 'descry pull': a hub on this machine, and what they look at.
. "$DESCRY_SOURCE_ROOT/tests/cli/lib.sh"
unset HF_ENDPOINT HF_TOKEN HF_TOKEN_PATH HF_HUB_OFFLINE TRANSFORMERS_OFFLINE HUGGINGFACE_HUB_CACHE HUGGING_FACE_HUB_TOKEN
unset HF_HUB_DISABLE_IMPLICIT_TOKEN HF_HUB_DISABLE_SYMLINKS http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY

# start_hub: with the bundled model under a name of no tag and under one of open_clip's
start_hub() {
    mkdir -p hub/org/tiny hub/laion/CLIP-ViT-B-32-laion2B-s34B-b79K
    cp data/models/demo/open_clip_config.json data/models/demo/open_clip_model.safetensors data/models/demo/bpe_demo.txt.gz hub/org/tiny
    printf '{"tokenizer_class": "CLIPTokenizer"}\n' >hub/org/tiny/tokenizer_config.json
    echo README >hub/org/tiny/README.md
    cp hub/org/tiny/open_clip_model.safetensors hub/laion/CLIP-ViT-B-32-laion2B-s34B-b79K
    "$PYTHON" "$here/hub.py" hub &
    hub_process=$!
    trap 'kill $hub_process; chmod -R u+rwX "$work" 2>/dev/null; rm -rf "$work"' EXIT
    while [ ! -e hub/ports ]; do sleep 0.05; done
    read -r hub_port storage_port proxy_port <hub/ports
    HF_ENDPOINT=http://127.0.0.1:$hub_port
    HF_HOME=$work/hf
    export HF_ENDPOINT HF_HOME
    model=$HF_HOME/hub/models--org--tiny
    weights=$(sha256sum hub/org/tiny/open_clip_model.safetensors | cut -d' ' -f1)
    bytes=$(stat -c %s hub/org/tiny/open_clip_model.safetensors)
    commit=$(printf 'c0%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20)
}

# mode WORD...: from now on
mode() {
    echo "$*" >hub/mode
    : >hub/log
}
# fresh: without anything fetched
fresh() {
    rm -rf "$HF_HOME/hub"
}
# nothing_loads DESCRIPTION
nothing_loads() {
    run "$DESCRY" embed --model hf-hub:org/tiny cat
    [ "$status" -eq 1 ] && [ ! -e "$model/blobs/$weights" ]
    verdict $? "$1: no model"
}
# loads DESCRIPTION
loads() {
    run "$DESCRY" embed --model hf-hub:org/tiny --json cat
    cmp -s "$model/snapshots/$commit/open_clip_model.safetensors" hub/org/tiny/open_clip_model.safetensors && [ "$status" -eq 0 ]
    verdict $? "$1: the model"
    is "$1: nothing else is left" "$(ls "$model/blobs" | grep -c incomplete)" 0
}
