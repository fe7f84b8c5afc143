# SPDX-License-Identifier: Apache-2.0
# Completions, asked of the shells themselves, and manual pages.
. "$DESCRY_SOURCE_ROOT/tests/cli/lib.sh"
PATH=$(dirname "$DESCRY"):$PATH
export PATH
commands=$(commands)
kinds=$("$DESCRY" eval --help | sed -n '/^Kinds:/,/^$/s/^  \([a-z]*\) .*/eval:\1/p')
touch 'a picture.jpg'
mkdir 'some folder'

for shell in bash zsh fish; do
    exits 0 "completions $shell" "$DESCRY" completions $shell
    silent err "completions $shell: nothing on standard error"
    cp out $shell.completions
done
exits 2 "completions for no shell" "$DESCRY" completions
exits 2 "completions for an unknown shell" "$DESCRY" completions csh

# in_bash WORD...: what bash would offer, a line each
in_bash() {
    bash -c '. ./bash.completions; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _descry; printf "%s\n" "${COMPREPLY[@]}"' \
        bash descry "$@" | sort | tr '\n' '|'
}
in_fish() {
    fish --no-config -c 'source ./fish.completions; complete -C $argv[1]' "$1" | cut -f 1 | sort | tr '\n' '|'
}
is "bash: commands" "$(in_bash f)" 'forget|'
is "bash: options" "$(in_bash search --thr)" '--threads|--threshold|'
is "bash: a value of some" "$(in_bash embed --precision '')" 'bf16|f32|'
is "bash: files" "$(in_bash preprocess a)" 'a picture.jpg|'
is "bash: folders" "$(in_bash search --under s)" 'some folder|'
is "bash: no word for a number" "$(in_bash search -k '')" '|'
is "bash: models" "$(in_bash search --model de)" 'demo|'
is "bash: help of a command" "$(in_bash help sea)" 'search|'
is "bash: kinds" "$(in_bash eval '')" 'analogies|retrieval|simat|zeroshot|'
is "bash: options of a kind" "$(in_bash eval simat --la)" '--lambda|'
is "bash: a model of a kind" "$(in_bash eval zeroshot --model de)" 'demo|'
is "bash: files of a kind" "$(in_bash eval retrieval a)" 'a picture.jpg|'
is "bash: no option of another kind" "$(in_bash eval retrieval --la)" '|'
is "bash: what to do with albums" "$(in_bash album '')" 'add|create|list|remove|rename|take|'
is "bash: files for an album" "$(in_bash album add a)" 'a picture.jpg|'
is "fish: what to do with albums" "$(in_fish 'descry album re')" 'remove|rename|'
is "fish: kinds" "$(in_fish 'descry eval ')" 'analogies|retrieval|simat|zeroshot|'
is "fish: options of a kind" "$(in_fish 'descry eval simat --la')" '--lambda|'
is "fish: no option of another kind" "$(in_fish 'descry eval retrieval --la')" ''
is "fish: commands" "$(in_fish 'descry f')" 'forget|'
is "fish: options" "$(in_fish 'descry search --thr')" '--threads|--threshold|'
is "fish: a value of some" "$(in_fish 'descry embed --precision ')" 'bf16|f32|'
is "fish: models" "$(in_fish 'descry search --model de')" 'demo|'
is "fish: folders" "$(in_fish 'descry search --under so')" 'some folder/|'

# zsh completes in a terminal only: _arguments and _describe tell what they were given
cat >zsh.rc <<'END'
compdef() { :; }
_describe() { print -l "${(@P)2}"; }
_arguments() { print -l -- "$@"; }
. ./zsh.completions
in_zsh() { words=("$@"); CURRENT=$#; _descry; }
END
run zsh -f -c '. ./zsh.rc; in_zsh descry ""; in_zsh descry search ""; in_zsh descry help ""; in_zsh descry eval ""; in_zsh descry eval simat ""; in_zsh descry album ""'
silent err "zsh: no complaint"
says out '^search:find pictures' "zsh: commands"
says out '^\*--threshold\[only pictures.*\]:S:$' "zsh: options"
says out '^retrieval:pictures found' "zsh: kinds"
says out '^\*--split\[' "zsh: options of a kind"
says out '^\*--precision\[.*\]:value:\(f32 bf16\)$' "zsh: a value of some"
says out '^1:action:\(list create add' "zsh: what to do with albums"
says out '^1:command:\(.*search.*\)$' "zsh: help of a command"

[ "$(echo $kinds | wc -w)" -eq 4 ] && [ "$(echo $commands | wc -w)" -ge 17 ]
verdict $? "all commands, and four kinds of eval"
for command in '' $commands $kinds; do
    command=$(echo "$command" | tr : ' ')
    exits 0 "manual page of ${command:-descry}" "$DESCRY" help --man $command
    cp out page
    run groff -man -Tutf8 -ww -z page
    silent err "manual page of ${command:-descry}: groff has no complaint"
    run groff -man -Tascii -P-cbou page
    says out '^NAME$' "manual page of ${command:-descry}: a name"
    # what is indented is set: as it is typed
    cp out rendered
    "$DESCRY" help $command | sed '/^Options:/,/^$/d; /^Commands:/,/^$/d' | sed -n 's/^  */ /p' >typed
    [ -s typed ]
    verdict $? "manual page of ${command:-descry}: lines that are typed"
    while IFS= read -r line; do
        grep -qF -e "${line# }" rendered || echo "$line"
    done <typed >out
    silent out "manual page of ${command:-descry}: lines as typed"
    grep '^[A-Z ./]*$' rendered | grep -vxE '(NAME|SYNOPSIS|DESCRIPTION|OPTIONS|NOTES|EXAMPLES|SEE ALSO|COMMANDS|KINDS|ENVIRONMENT|EXIT STATUS|OPTIONS THAT MOST COMMANDS TAKE|)' >out
    silent out "manual page of ${command:-descry}: no other headings"
done
run sh -c '"$DESCRY" help --man eval | tail -n 1; "$DESCRY" help --man'
says out 'descry\\-eval\\-analogies\\fR\(1\)$' "manual page of eval: its kinds"
is "manual page of descry: pages of all" "$(grep -c '^\\fBdescry\\-.*(1)$' out)" "$(echo $commands $kinds | wc -w)"
exits 2 "help of an unknown kind" "$DESCRY" help eval simmat
says err "eval has no kind 'simmat'" "help of an unknown kind: said"
for command in $commands; do
    in_bash '' | tr '|' '\n' | grep -qx "$command"
    verdict $? "bash offers $command"
done
for command in $commands $kinds; do
    command=$(echo "$command" | tr : ' ')
    zsh -f -c '. ./zsh.rc; in_zsh descry "$@" ""' zsh $command >zsh.offers
    case $command in
        eval | completions) ;; # kinds and shells
        *) [ -n "$(options_of $command)" ] ;;
    esac
    verdict $? "$command has options, if it is one that has"
    for option in $(options_of $command); do
        grep -q -e "[*)]$option\[" zsh.offers
        verdict $? "zsh: $command $option"
        in_bash $command "$option" | tr '|' '\n' | grep -qx -e "$option"
        verdict $? "bash: $command $option"
        in_fish "descry $command $option" | tr '|' '\n' | grep -qx -e "$option"
        verdict $? "fish: $command $option"
        "$DESCRY" help --man $command | sed 's/\\-/-/g' | grep -q -e "$option\\\\fR"
        verdict $? "manual page: $command $option"
    done
done
finish
