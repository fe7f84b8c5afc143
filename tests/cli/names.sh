# SPDX-License-Identifier: Apache-2.0
# Names of files that are not what one expects, and files that cannot be read.
. "$DESCRY_SOURCE_ROOT/tests/cli/lib.sh"
DESCRY_LIBRARY=$work/lib.db
export DESCRY_LIBRARY
mkdir photos
newline=$(printf 'photos/two\nlines.jpg')
bytes=$(printf 'photos/caf\351.jpg')
cp "$gallery/0001.jpg" "$newline"
cp "$gallery/0002.jpg" "$bytes"
cp "$gallery/0003.jpg" 'photos/back\slash "quoted" %s.jpg'
cp "$gallery/0004.jpg" "$(printf 'photos/\033[31mred\302\205.jpg')"
cp "$gallery/0005.jpg" 'photos/naïve 日本.jpg'
cp "$gallery/0006.jpg" 'photos/-rf.jpg'
exits 0 "index" "$DESCRY" index --model demo photos
exits 0 "search" "$DESCRY" search -k 50 cat
is "search: a line each" "$(wc -l <out)" 6
says out '/two\\nlines\.jpg$' "search: a line feed is escaped"
says out '/caf\\xe9\.jpg$' "search: a byte that is not UTF-8 is escaped"
says out '/back\\\\slash "quoted" %s\.jpg$' "search: a backslash is doubled"
says out '/\\x1b\[31mred\\xc2\\x85\.jpg$' "search: control characters are escaped"
says out '/naïve 日本\.jpg$' "search: letters are letters"
exits 0 "search --json" "$DESCRY" search -k 50 --json cat
json "search --json: text, and bytes where needed" '{r["path"].split("/photos/")[1] for r in rows} == {"two\nlines.jpg", "caf\ufffd.jpg",
    "back\\slash \"quoted\" %s.jpg", "\x1b[31mred\x85.jpg", "na\u00efve \u65e5\u672c.jpg", "-rf.jpg"}'
json "search --json: path_bytes is the path" '[base64.b64decode(r["path_bytes"]).split(b"/")[-1] for r in rows if "path_bytes" in r] == [b"caf\xe9.jpg"]'
exits 0 "search -0" "$DESCRY" search -0 -k 50 cat
xargs -0 -n 1 sh -c '[ -f "$0" ] && echo a file' <out >listed
is "search -0: every path is a file" "$(grep -c '^a file$' listed)" 6
exits 0 "search by such a picture" "$DESCRY" search -k 50 --json "./$bytes"
json "search by such a picture: found, but not itself" 'len(rows) == 5 and not any("path_bytes" in r for r in rows)'
exits 0 "forget such a picture" "$DESCRY" forget --json "$bytes"
json "forget such a picture: one" 'row["removed"] == 1 and base64.b64decode(row["path_bytes"]) == b"photos/caf\xe9.jpg"'
folder=$(printf 'fol\377der')
mkdir "$folder"
cp "$gallery/0007.jpg" "$folder"
exits 0 "index a folder that is not UTF-8" "$DESCRY" index "$folder"
exits 0 "status" "$DESCRY" status --json
json "status: its bytes" '[base64.b64decode(r["path_bytes"]).split(b"/")[-1] for r in row["roots"] if "path_bytes" in r] == [b"fol\xffder"]'
exits 0 "status: plain" "$DESCRY" status
says out '/fol\\xffder$' "status: plain: escaped"
exits 0 "a library that is not UTF-8" "$DESCRY" index --json --model demo --library "$folder/$folder.db" "$folder"
json "a library that is not UTF-8: its bytes" 'base64.b64decode(row["library_bytes"]).endswith(b"fol\xffder/fol\xffder.db")'

# what is invisible is shown as escapes, but not where words and emoji need it
mkdir unseen
"$PYTHON" - "$gallery/0001.jpg" unseen >names <<'END'
import shutil, sys
escaped = ["exe\u202egpj", "\u2066a\u2069b", "a\u061cb", "so\u00adft", "a\u180eb", "\U000e0001a", "a\u200bb", "a\ufeffb", "a\u2060b",
           "a\u2063b", "\ufff9a\ufffb", "\u3164", "a\U000e0061\U000e0062", "\u200da", "a\u200d", "a\u200c\u200cb", "\ufe0fa", "a\ufe0f",
           "1\ufe0f", "\u845b\U000e0100\U000e0101", "\U0001f3f4\U000e0067", "\U0001f3f4" + "\U000e0061" * 20 + "\U000e007f",
           "a\u034f\u034fb", "a\u2028b", "\U000e0167", "\u17b5a"]
kept = ["\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0915\u094d\u200d\u0937", "\u0d05\u0d35\u0d28\u0d4d\u200d", "Auf\u200clage",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\u2764\ufe0f\u200d\U0001f525", "\U0001f44d\U0001f3fd", "1\ufe0f\u20e3",
        "\u845b\U000e0100", "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "\u2229\ufe00",
        "\U0001f3f3\ufe0f\u200d\U0001f308", "\u1820\u180b\u1821", "caf\u00e9 \u65e5\u672c \u05d0"]
for n, name in enumerate(escaped):
    shutil.copy(sys.argv[1], f"{sys.argv[2]}/e{n:02}_{name}_.jpg")
for n, name in enumerate(kept):
    shutil.copy(sys.argv[1], f"{sys.argv[2]}/k{n:02}_{name}_.jpg")
    print(f"k{n:02}_{name}_.jpg")
print(len(escaped))
END
exits 3 "invisible characters" "$DESCRY" tag --model demo -l cat -l dog unseen/*.jpg unseen/nothing
grep -o 'k[0-9][0-9]_.*_\.jpg' out >kept
sed '$d' names | cmp -s - kept
verdict $? "invisible characters: kept in words and emoji"
is "invisible characters: else escaped" "$(grep -c '/e[0-9][0-9]_.*\\x[0-9a-f][0-9a-f].*_\.jpg$' out)" "$(sed -n '$p' names)"
cp out plain
exits 0 "invisible characters: --json" "$DESCRY" tag --json --model demo -l cat -l dog unseen/*.jpg
json "invisible characters: --json: the names" 'len({r["path"] for r in rows}) == 40 and rows[5]["path"] == "unseen/e05_\U000e0001a_.jpg"'
is "invisible characters: --json: escaped, too" "$(grep -c '/e[0-9][0-9]_.*\\u[0-9a-f][0-9a-f][0-9a-f][0-9a-f].*_\.jpg"' out)" "$(sed -n '$p' names)"
is "invisible characters: --json: not in words and emoji" "$(grep -o 'k[0-9][0-9]_[^"]*' out | grep -vc '\\u')" "$(grep -c '^k' names)"
exits 0 "controls in JSON" "$DESCRY" tokenize --json "$(printf 'a\177b\302\205c\342\200\256d')"
says out '"text":"a\\u007fb\\u0085c\\u202ed"' "controls in JSON: escaped"
exits 3 "invisible characters in a message" "$DESCRY" embed --model demo "$(printf './gnp\342\200\256\363\240\200\201.jpg')"
says err 'gnp\\xe2\\x80\\xae\\xf3\\xa0\\x80\\x81\.jpg' "invisible characters in a message: escaped"
exits 2 "invisible characters in a query" "$DESCRY" search "(\"a$(printf '\342\200\256')b\" x"
says err 'a\?b' "invisible characters in a query: a question mark"

# messages do not drive the terminal
exits 3 "a name with controls in a message" "$DESCRY" index "$(printf 'no\033[2Jwhere\nat all')"
is "a name with controls in a message: one line" "$(wc -l <err)" 1
[ "$(tr -d -c '\033' <err | wc -c)" -eq 0 ]
verdict $? "a name with controls in a message: none of them"
exits 2 "a command with controls" "$DESCRY" "$(printf 'x\033[2J')"
says err "unknown command 'x" "a command with controls: named"
[ "$(tr -d -c '\033' <err | wc -c)" -eq 0 ]
verdict $? "a command with controls: none of them"

# files that cannot be read
mkdir bad
: >bad/empty.jpg
head -c 100 "$gallery/0008.jpg" >bad/short.jpg
echo '<html>' >bad/text.png
cp "$gallery/0008.jpg" bad/good.jpg
ln -s nowhere bad/dangling.jpg
mkfifo bad/pipe.jpg
echo notes >bad/notes.txt
exits 3 "bad files" "$DESCRY" index --json bad
json "bad files: the good one is done" 'row["embedded"] == 1 and row["failed"] == 4'
for name in empty.jpg short.jpg text.png; do
    says err "^descry: .*/$name: ." "bad files: $name is named with a reason"
done
says err '/dangling\.jpg: No such file' "bad files: dangling.jpg is named with a reason"
is "bad files: a line for each that failed, and nothing of others" "$(wc -l <err)" 4

# files and folders of someone else
mkdir -p bin/cmd mine mine/closed
cp "$DESCRY" bin/cmd/descry
cp "$DESCRY_BUILD_ROOT"/libdescry.so.0 bin
cp -R data/models/demo model
chmod -R a+rX bin model
cp "$gallery/0009.jpg" "$gallery/0010.jpg" mine
cp "$gallery/0011.jpg" mine/closed
chmod 755 mine
chmod 644 mine/0009.jpg
chmod 000 mine/0010.jpg mine/closed
mkdir -m 777 theirs
exits 3 "unreadable" as_user bin/cmd/descry index --json --model model --library theirs/lib.db mine
json "unreadable: the rest is done" 'row["embedded"] == 1 and row["failed"] == 2'
says err '/mine/0010\.jpg: Permission denied' "unreadable: the file is named"
says err '/mine/closed: Permission denied' "unreadable: the folder is named"
chmod 644 mine/0010.jpg
chmod 755 mine/closed
exits 0 "readable now" as_user bin/cmd/descry index --json --library theirs/lib.db mine
json "readable now: done" 'row["embedded"] == 2 and row["unchanged"] == 1'
chmod 000 mine/closed
exits 3 "unreadable again" as_user bin/cmd/descry index --json --library theirs/lib.db mine
exits 0 "unreadable again: status" as_user bin/cmd/descry status --json --library theirs/lib.db
json "unreadable again: not lost" 'row["photos"] == 3 and row["models"][0]["vectors"] == 3'
chmod 755 mine/closed

# a folder that must not be written to
mkdir shut
exits 1 "a library in a folder that is shut" as_user sh -c 'chmod 555 shut 2>/dev/null; bin/cmd/descry index --model model --library shut/lib.db mine'
says err 'shut/lib\.db: ' "a library in a folder that is shut: named with the reason"
chmod 755 shut
cp theirs/lib.db shut
chmod 444 shut/lib.db
chmod 555 shut
exits 0 "a library that can only be read: status" as_user bin/cmd/descry status --library shut/lib.db --json
json "a library that can only be read: what it holds" 'row["photos"] == 3'
exits 0 "a library that can only be read: search" as_user bin/cmd/descry search --library shut/lib.db --json cat
json "a library that can only be read: found" 'len(rows) == 3'
exits 1 "a library that can only be read: index" as_user bin/cmd/descry index --library shut/lib.db mine
says err 'shut/lib\.db' "a library that can only be read: index: named"
exits 1 "a library that can only be read: forget" as_user bin/cmd/descry forget --library shut/lib.db mine
finish
