# SPDX-License-Identifier: Apache-2.0
# Help, wrong usage, exit statuses, standard output that fails.
. "$DESCRY_SOURCE_ROOT/tests/cli/lib.sh"

exits 2 "no command" "$DESCRY"
silent out "no command: nothing on standard output"
says err '^usage: descry' "no command: usage on standard error"
exits 0 "help" "$DESCRY" help
silent err "help: nothing on standard error"
for option in --help -h; do
    "$DESCRY" help >help
    exits 0 "$option" "$DESCRY" $option
    cmp -s help out
    verdict $? "$option is help"
done
exits 0 "--version" "$DESCRY" --version
says out '^descry [0-9]+\.[0-9]+\.[0-9]+$' "--version: the version"

is "help lists the commands there are" "$(commands)" "$(sed -n '/commands\[\] = {/,/}/p' "$DESCRY_SOURCE_ROOT/cmd/main.c" | grep -o '&cmd_[a-z]*' | sed 's/&cmd_//')"
for command in $(commands); do
    "$DESCRY" help | grep -Eq "^  $command +[a-z]"
    verdict $? "help says what $command is"
    exits 0 "$command --help" "$DESCRY" $command --help
    silent err "$command --help: nothing on standard error"
    says out "^usage: descry $command" "$command --help: usage"
    says out '^Examples:$' "$command --help: examples"
    "$DESCRY" help $command | cmp -s - out
    verdict $? "help $command is $command --help"
    awk 'length > 120 { exit 1 }' out
    verdict $? "$command --help: no line longer than 120"
    exits 0 "$command -h after others" "$DESCRY" $command -h --nonsense
    exits 2 "$command --nonsense" "$DESCRY" $command --nonsense
    silent out "$command --nonsense: nothing on standard output"
    says err "unknown option '--nonsense'" "$command --nonsense: named"
    exits 2 "$command -Z" "$DESCRY" $command -Z
    says err "unknown option '-Z'" "$command -Z: named"
    # every option that help names is one
    case $command in
        eval | completions) ;; # kinds and shells
        *) [ -n "$(options_of $command)" ] ;;
    esac
    verdict $? "$command has options, if it is one that has"
    refused=""
    [ "$command" != serve ] || refused="not expected" # words that keep it from running until it is stopped
    for option in $(options_of $command); do
        run "$DESCRY" $command "$option" $refused </dev/null
        [ "$status" -le 3 ] && ! grep -q "unknown option" out err
        verdict $? "$command knows $option"
    done
done

# one figure, wherever it is told
good=$(sed -n 's/^#define DESCRY_STRENGTH_GOOD \([0-9]*\).*/\1/p' "$DESCRY_SOURCE_ROOT/include/descry.h")
exits 0 "search --help" "$DESCRY" search --help
says out "has less than $good %, nothing here matches well" "search --help: the figure that search goes by"
grep -q "below $good, nothing matches well" "$DESCRY_SOURCE_ROOT/README.md" &&
    grep -q "has less than $good %" "$DESCRY_SOURCE_ROOT/docs/query.md"
verdict $? "the figure that search goes by in what one reads"

exits 2 "unknown command" "$DESCRY" nonsense
says err "unknown command 'nonsense'" "unknown command: named"
exits 2 "a slip" "$DESCRY" serach cat
says err "did you mean 'search'" "a slip: the near command"
exits 2 "a slip in an option" "$DESCRY" search --treshold 1 cat
says err "did you mean '--threshold'" "a slip in an option: the near option"
exits 2 "help of an unknown command" "$DESCRY" help nonsense
exits 2 "option before the command" "$DESCRY" --json status

exits 2 "option without its value" "$DESCRY" search --under
says err "option '--under' needs a value" "option without its value: named"
exits 2 "short option without its value" "$DESCRY" search -k
says err "option '-k' needs a value" "short option without its value: named"
exits 2 "flag with a value" "$DESCRY" search --json=1 cat
says err "takes no value" "flag with a value: said"
for bad in 0 -1 +1 ' 1' 1x '' 99999999999999999999999; do
    exits 2 "-k '$bad'" "$DESCRY" search -k "$bad" cat
done
for bad in nan inf '' 0.3x; do
    exits 2 "--threshold '$bad'" "$DESCRY" search --threshold "$bad" cat
done
exits 2 "--threads -1" "$DESCRY" version --threads -1
exits 2 "--threads 1025" "$DESCRY" version --threads 1025
exits 2 "--precision int8" "$DESCRY" embed --precision int8 cat
says err "not supported by this build" "--precision int8: said"
exits 2 "--precision f64" "$DESCRY" embed --precision f64 cat
for command in search index adapt; do # vectors of a library are all made in one
    exits 2 "$command --precision" "$DESCRY" $command --precision f32 cat
    says err "precision" "$command --precision: said"
done
exits 2 "search for nothing" "$DESCRY" search
exits 2 "search for an empty text" "$DESCRY" search ''
exits 2 "--json and --print0" "$DESCRY" search --json -0 cat
exits 2 "embed nothing" "$DESCRY" embed
exits 2 "--logits without a picture" "$DESCRY" embed --model demo --logits cat
exits 2 "--logits --raw" "$DESCRY" embed --model demo --logits --raw cat ./cat.jpg
exits 2 "tokenize nothing" "$DESCRY" tokenize
exits 2 "tokenize --stdin and a text" "$DESCRY" tokenize --stdin cat
exits 2 "preprocess nothing" "$DESCRY" preprocess --npy x.npy
exits 2 "preprocess two" "$DESCRY" preprocess --npy x.npy a b
exits 2 "preprocess to nowhere" "$DESCRY" preprocess a
exits 2 "--pillow 11" "$DESCRY" preprocess --pillow 11 --npy x.npy a
exits 2 "status of something" "$DESCRY" status something
exits 2 "forget nothing" "$DESCRY" forget
exits 2 "DESCRY_CPU of no known name" env DESCRY_CPU=mmx "$DESCRY" version

# without a model
exits 2 "index without a model" "$DESCRY" index "$gallery"
says err '--model' "index without a model: says what to do"
[ ! -e home/.local ]
verdict $? "index without a model: makes no library"
exits 1 "index with a model that is not there" "$DESCRY" index --model ./nowhere "$gallery"
[ ! -e home/.local ]
verdict $? "index with a model that is not there: makes no library"
exits 2 "embed without a model" "$DESCRY" embed cat
exits 1 "search without a library" "$DESCRY" search cat
says err 'there is no library' "search without a library: said"
exits 1 "status without a library" "$DESCRY" status
exits 1 "forget without a library" "$DESCRY" forget x
[ ! -e home/.local ]
verdict $? "nothing but index makes a library"

# version, models
exits 0 "version" "$DESCRY" version --json --threads 3
json "version: shape" 'len(rows) == 1 and set(row) == {"version", "cpu", "threads", "features"}'
json "version: values" 'row["threads"] == 3 and row["cpu"] in ("portable", "avx2", "avx512", "neon") and len(row["features"]) > 1'
exits 0 "DESCRY_CPU" env DESCRY_CPU=portable "$DESCRY" version --json
json "DESCRY_CPU: portable" 'row["cpu"] == "portable"'
exits 0 "models" "$DESCRY" models
says out '^  demo  dim [0-9]+' "models: demo"
says out '^  ViT-B-32$' "models: an architecture"
says out '^  demo  dim [0-9]+  [0-9.]+ MB  captions  /' "models: demo describes pictures"
says out '^  coca_ViT-L-14  captions$' "models: an architecture that describes pictures"
exits 0 "models --json" "$DESCRY" models --json
json "models: shape" 'all(set(r) == {"name", "installed", "path", "dim", "bytes", "default", "captions", "source"} for r in rows if not r["source"])'
json "models: demo" '[r["dim"] > 0 and r["bytes"] > 0 and r["path"][0] == "/" for r in rows if r["name"] == "demo"] == [True]'
json "models: an architecture" '{"name": "ViT-B-32", "installed": False, "path": None, "dim": None, "bytes": None, "default": False, "captions": False, "source": None} in rows'
json "models: what can describe pictures" '[r["name"] for r in rows if r["captions"]][:3] == ["demo", "coca_ViT-B-32", "coca_ViT-L-14"]'
json "models: published weights of CoCa" '{r["name"]: r["source"] for r in rows if r["source"] and r["captions"]} == {
    f"{a}/{tag}_s13b_b90k": f"hf-hub:laion/{tag[:-7]}CoCa-{a[5:]}-laion2B-s13B-b90k"
    for a in ("coca_ViT-B-32", "coca_ViT-L-14") for tag in ("laion2b", "mscoco_finetuned_laion2b")}'
json "models: all pairs, in order" 'len([r for r in rows if r["source"]]) == 200 and (n := [r["name"] for r in rows if r["source"]]) == sorted(n)'
json "models: a pair" '[(r["source"], r["licence"], r["parameters"], round(r["coco"], 3), r["pictures"], r["texts"], r["captions"]) for r in rows
    if r["name"] == "ViT-B-32/openai"] == [("hf-hub:timm/vit_base_patch32_clip_224.openai", None, 151280000, 0.304, True, True, False)]'
exits 0 "models by words" "$DESCRY" models --json b-32 OPENAI
json "models by words: those with all" '{r["name"] for r in rows} == {"ViT-B-32/openai", "ViT-B-32-quickgelu/openai"}'
exits 0 "models by Immich's name" "$DESCRY" models --json ViT-B-32__laion2b-s34b-b79k
json "models by Immich's name: it" '[r["name"] for r in rows] == ["ViT-B-32/laion2b_s34b_b79k"]'
exits 0 "models by a word" "$DESCRY" models CLAP
says out 'CLAP.*/laion  licence unknown  not yet  hf-hub:laion/clap' "models: what this build cannot run"
exits 1 "a published model that is not there" "$DESCRY" embed --model ViT-B-32__openai cat
says err 'timm/vit_base_patch32_clip_224.openai: not in the model cache.*descry pull ViT-B-32/openai' "a published model that is not there: what fetches it"
exits 1 "a published model of another size that is not there" "$DESCRY" embed --model ViT-B-32/openai@336 cat
says err "not in the model cache.*'descry pull ViT-B-32/openai@336' fetches it" "a published model of another size that is not there: what fetches it"
exits 0 "models --installed" "$DESCRY" models --installed --json
json "models --installed: only demo" '[r["name"] for r in rows] == ["demo"]'

# standard output
for command in version help models 'version --json' 'models --json' 'tokenize cat' 'tokenize --json cat' 'search --help'; do
    status=0
    "$DESCRY" $command >/dev/full 2>err || status=$?
    is "$command >/dev/full: status 1" "$status" 1
    says err 'standard output: No space left on device' "$command >/dev/full: said"
done
status=0
"$DESCRY" version >&- 2>err || status=$?
is "closed standard output: status 1" "$status" 1
says err 'standard output' "closed standard output: said"
status=0
"$DESCRY" version <&- >out 2>&- || status=$?
is "closed standard input and error: status 0" "$status" 0
# a reader that goes away is no news: by the signal, and when that is ignored
"$PYTHON" -c 'print("cat\n" * 20000)' >cats
("$DESCRY" tokenize --stdin <cats 2>err; echo $? >code) | head -n 1 >/dev/null
silent err "a reader that goes away: silence"
is "a reader that goes away: ends by the signal" "$(cat code)" 141
(trap '' PIPE; "$DESCRY" tokenize --stdin <cats 2>err; echo $? >code) | head -n 1 >/dev/null
silent err "a reader that goes away, signal ignored: silence"
is "a reader that goes away, signal ignored: status 1" "$(cat code)" 1
finish
