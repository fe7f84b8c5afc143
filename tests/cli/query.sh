# SPDX-License-Identifier: Apache-2.0
# The query language: expressions, where they go wrong, NOT, --explain, strengths, filters, pictures by URL.
. "$DESCRY_SOURCE_ROOT/tests/cli/lib.sh"
DESCRY_LIBRARY=$work/lib.db
export DESCRY_LIBRARY
unset http_proxy all_proxy ALL_PROXY no_proxy NO_PROXY
mkdir photos
cp "$gallery"/00[0-3]?.jpg photos
cp photos/0002.jpg "photos/a - b (1).jpg"
cp -R data/models/demo mine
"$DESCRY" index --model ./mine photos >/dev/null || exit 99
cp "$gallery/0100.jpg" new.jpg

# one grammar
exits 0 "an expression in one word" "$DESCRY" search --json -k 50 './photos/0009.jpg + 1.5 * ("a dog" - "a cat")'
cp out one
json "an expression in one word: without the picture" 'len(rows) == 38 and not any(r["path"].endswith("/0009.jpg") for r in rows)'
exits 0 "an expression in words" "$DESCRY" search --json -k 50 ./photos/0009.jpg + 1.5 '*' '(a dog - "a cat")'
cmp -s out one
verdict $? "an expression in words: the same"
exits 0 "with file:" "$DESCRY" search --json -k 50 "file://$PWD/photos/00%309.jpg + 1.5 * (a dog - a cat)"
cmp -s out one
verdict $? "with file:: the same"
exits 0 "a text" "$DESCRY" search --json a t-shirt
cp out text
exits 0 "a text in quotes" "$DESCRY" search --json '"a t-shirt"'
cmp -s out text
verdict $? "a text in quotes: the same"
exits 0 "a name with an operator, from the shell" "$DESCRY" search --json -k 50 "./photos/a - b (1).jpg" + "./photos/0003.jpg"
json "a name with an operator, from the shell: a term" 'len(rows) == 37 and not any(r["path"].endswith(("/0002.jpg", "(1).jpg", "/0003.jpg")) for r in rows)'
cp out name
exits 0 "a name with an operator, in quotes" "$DESCRY" search --json -k 50 '"./photos/a - b (1).jpg" + ./photos/0003.jpg'
cmp -s out name
verdict $? "a name with an operator, in quotes: the same"

# the formula
"$DESCRY" embed --model demo --json 'a dog' 'a cat' ./photos/0009.jpg "$(sed -n '1s/.*"path":"\([^"]*\)".*/\1/p' one)" >out
json "the score is that of the formula" 'abs((lambda d, c, x, f: (lambda s: sum(a * b for a, b in zip(s, f)) / math.sqrt(sum(a * a for a in s)))([p + 1.5 * (q - r) for p, q, r in zip(x, d, c)]))(*[r["embedding"] for r in rows]) - read_json("one")["row"]["score"]) < 1e-3'
exits 0 "--explain" "$DESCRY" search --json --explain '#2 + 1.5 * ("a dog" - a cat) NOT a car'
json "--explain: the terms" '[(t["term"], t["weight"]) for t in row["terms"]] == [("#2", 1), ("\"a dog\"", 1.5), ("a cat", -1.5)]'
json "--explain: they add up" 'all(abs(sum(t["contribution"] for t in r["terms"]) - r["score"]) < 1e-5 for r in rows)'
exits 0 "--explain, as text" "$DESCRY" search -k 1 --explain '#2 - 0.5 * a cat'
says out '^    [+-][0-9.]{6}  -0\.5 \* a cat$' "--explain, as text: a line for each term"

exits 0 "a picture, more like this than that" "$DESCRY" search --json -k 1 './photos/0002.jpg + "four crowns" - "four anchors"'
json "a picture, more like this than that: as docs/query.md says" 'row["path"].endswith("/0007.jpg")'

# mistakes
exits 2 "a mistake" "$DESCRY" search --library ./nowhere.db 'a dog + (a cat'
says err '^descry: the query, character 9: this bracket is never closed' "a mistake: its place"
is "a mistake: a caret under it" "$(tail -n 2 err)" "  a dog + (a cat
          ^"
exits 2 "a mistake behind wide characters" "$DESCRY" search 'été + 水 - + b'
is "a mistake behind wide characters: a caret under it" "$(tail -n 1 err)" "             ^"
exits 2 "a mistake far on" "$DESCRY" search "$(printf '%0200d' 0) + + $(printf '%0200d' 0)"
is "a mistake far on: a short line" "$(tail -n 2 err | awk '{ print length }' | tr '\n' ' ')" "108 66 "
says err '^  \.\.\.0+ \+ \+ 0+\.\.\.$' "a mistake far on: what is around it"
exits 2 "control characters" "$DESCRY" search "$(printf 'a\033[31m\n + ')"
says err "^descry: the query, character " "control characters: the mistake is named"
[ "$(tr -d -c '\033' <err | wc -c)" -eq 0 ]
verdict $? "control characters: kept from the terminal"
exits 2 "nothing left" "$DESCRY" search '"a" - "a"'
says err 'cancel each other out' "nothing left: said"
silent out "nothing left: nothing found"
exits 1 "too deep" "$DESCRY" search "$(printf '%040d' 0 | tr 0 '(')a"
exits 1 "a picture that is not there" "$DESCRY" search 'a cat + ./nowhere.jpg'
says err 'nowhere\.jpg' "a picture that is not there: named"

# parts
exits 0 "a part that is all" "$DESCRY" search --json -k 50 '#3[0,0,1,1]'
cp out part
exits 0 "the whole" "$DESCRY" search --json -k 50 '#3'
cmp -s out part
verdict $? "a part that is all: the same"
exits 0 "a part" "$DESCRY" search --json -k 50 --explain '#3[0,0,0.5,0.5]'
json "a part: its own scores, without the picture, explained as written" 'len(rows) == 38 and not any(r["id"] == 3 for r in rows) and row["score"] != read_json("part")["row"]["score"] and row["terms"][0]["term"] == "#3[0,0,0.5,0.5]"'
exits 2 "a part of nothing" "$DESCRY" search '#3[0.5,0,0.5,1]'
is "a part of nothing: a caret under it" "$(tail -n 1 err)" "    ^"
exits 0 "sizes" "$DESCRY" search --json -k 1 '#3'
json "sizes: of the picture" 'row["width"] > 0 and row["height"] > 0'

# no model without need
mv mine away
exits 0 "known pictures need no model" "$DESCRY" search --json '#3 + 2 * (./photos/0009.jpg - #5) NOT #7' --not-threshold 0.9
exits 1 "a text needs one" "$DESCRY" search '#3 + a cat'
exits 1 "a part needs one" "$DESCRY" search '#3[0,0,0.5,0.5]'
exits 1 "an unknown picture needs one" "$DESCRY" search ./new.jpg
mv away mine

# NOT
exits 0 "without NOT" "$DESCRY" search --json -k 50 a thing on a red background
cp out all
exits 0 "NOT" "$DESCRY" search --json -k 50 --not-threshold 0.3 a thing on a red background NOT a cat
cp out not
json "NOT: in the same order, with the same scores" '0 < len(rows) < 41 and [r for r in read_json("all")["rows"] if r["id"] in {q["id"] for q in rows}] != [] and [r["score"] for r in read_json("all")["rows"] if r["id"] in {q["id"] for q in rows}] == [r["score"] for r in rows]'
exits 0 "the excluded" "$DESCRY" search --json -k 50 --threshold 0.3 a cat
json "NOT: exactly what matches is gone" '{r["id"] for r in rows if r["score"] > 0.3} == {r["id"] for r in read_json("all")["rows"]} - {r["id"] for r in read_json("not")["rows"]}'
exits 0 "several NOTs" "$DESCRY" search --json -k 50 'a thing NOT a cat NOT ("a dog" + "a car") NOT #3'
json "several NOTs: less, and not the picture" '0 < len(rows) < 39 and 3 not in {r["id"] for r in rows}'
exits 2 "NOT in brackets" "$DESCRY" search '(a NOT b) + c'

# strength
exits 0 "strength" "$DESCRY" search --json -k 50 four anchors
json "strength: from 0 to 100, as the score" 'all(0 <= r["strength"] <= 100 for r in rows) and all(a["strength"] >= b["strength"] for a, b in zip(rows, rows[1:]))'
json "strength: high for what is there" 'row["strength"] > 95 and row["path"].endswith(("/0002.jpg", "(1).jpg"))'
silent err "strength: nothing to add"
exits 0 "--min-strength" "$DESCRY" search --json --min-strength 95 -k 50 four anchors
json "--min-strength: only those" 'all(r["strength"] >= 95 for r in rows)'
exits 0 "what is not there" "$DESCRY" search -k 1 the square root of seven
says err '^descry: nothing here matches well$' "what is not there: said"
says out '^  1  -?0\.[0-9]{4}  [ 0-9]{2}[0-9] %  /.*\.jpg$' "what is not there: the strength is shown"
exits 0 "--min-strength that nothing reaches" "$DESCRY" search --min-strength 100 the square root of seven
silent out "--min-strength that nothing reaches: nothing"
says err '^descry: nothing here matches well$' "--min-strength that nothing reaches: said"
exits 2 "--min-strength of a picture" "$DESCRY" search --min-strength 50 '#1'
exits 2 "--min-strength 101" "$DESCRY" search --min-strength 101 cat
exits 0 "strength of a picture" "$DESCRY" search --json -k 1 '#1'
json "strength of a picture: none" 'row["strength"] is None'

# filters
mkdir -p stamped/home "stamped/My Holidays"
stamp() {
    "$PYTHON" "$here/exif.py" "$gallery/$1.jpg" "stamped/$2.jpg" "$3" "$4" "$5" "$6"
}
stamp 0101 "My Holidays/munich" '2019:07:21 14:03:59' 'NIKON D90' 48.137 11.575
stamp 0102 "My Holidays/sydney" '2019:12:31 23:59:59' 'Canon EOS 5D' -33.8599 151.2111
stamp 0103 home/new '2020:01:01 00:00:00' 'NIKON D3' '' ''
stamp 0104 home/none '' '' '' ''
exits 0 "index pictures with metadata" "$DESCRY" index --library ./stamped.db --model ./mine stamped
found() { # found DESCRIPTION "NAMES..." WORD...: their names, sorted
    what=$1 names=$2
    shift 2
    run "$DESCRY" search --library ./stamped.db -k 50 -0 "$@"
    is "$what" "$(tr '\000' '\n' <out | sed 's/.*\///; s/\.jpg$//' | sort | tr '\n' ' ')" "$names "
}
found "date:" "munich sydney" a cat date:2019
found "date: of months" "munich" date:2019-06..2019-08 a cat
found "date: from" "new sydney" a date:2019-08.. cat
found "date: to the end of that day" "munich sydney" a cat date:..2019-12-31 NOT the square root of seven --not-threshold 0.9
found "camera:" "munich new" './photos/0009.jpg + 1.5 * (a dog - "a cat") camera:nikon'
found "camera: in quotes" "sydney" 'a cat camera:"canon eos"'
found "near:" "sydney" a cat near:-33.8,151.2,10
found "in: a folder from the shell" "munich sydney" a cat "in:stamped/My Holidays"
found "in: with quotes" "munich sydney" 'a cat in:"stamped/My Holidays"'
ln -s "$work/stamped/home" "$HOME/pictures"
found "in: from home" "new none" a cat 'in:~/pictures'
found "has:" "munich sydney" a cat has:place
found "has: two things" "munich sydney" a cat has:date,place
exits 0 "has: nothing that is there" "$DESCRY" search --library ./stamped.db a cat has:caption
silent out "has: nothing that is there: nothing found"
found "filters together, and a flag" "munich" a cat camera:nikon in:./stamped --before 2020
found "with --words" "munich" --words jpg camera:nikon date:2019
found "with --hybrid" "munich" --hybrid jpg camera:nikon date:2019
found "a text in quotes" "munich new none sydney" '"date:2019"'
exits 0 "filters and a cat" "$DESCRY" search --library ./stamped.db --json a date:2019 cat has:place
cp out both
exits 0 "flags and a cat" "$DESCRY" search --library ./stamped.db --json a cat --after 2019 --before 2020
cmp -s out both
verdict $? "filters and flags: the same"
mv mine away
exits 0 "filters alone" "$DESCRY" search --library ./stamped.db camera:n has:date
is "filters alone: newest first, without a score or a model" "$(sed "s| /.*/| |" out)" "  1  new.jpg
  2  sydney.jpg
  3  munich.jpg"
silent err "filters alone: nothing to add"
exits 0 "filters alone, as JSON" "$DESCRY" search --library ./stamped.db --json -k 2 in:stamped
json "filters alone, as JSON: the score is null" '[(r["rank"], r["score"], r["path"].split("/")[-1]) for r in rows] == [(1, None, "new.jpg"), (2, None, "sydney.jpg")]'
exits 0 "filters alone, none without a date first" "$DESCRY" search --library ./stamped.db --json in:stamped
json "filters alone: those without a date last" '[r["path"].split("/")[-1] for r in rows][3:] == ["none.jpg"]'
mv away mine
exits 2 "filters alone and a threshold" "$DESCRY" search --library ./stamped.db --threshold 0.1 has:date
exits 0 "--explain of filters" "$DESCRY" search --library ./stamped.db --explain 'a date:2019-07 cat camera:"NIKON D" near:48,11,100 in:stamped has:place,date'
is "--explain of filters: what is understood" "$(cat err)" "descry: only pictures in $PWD/stamped, taken at 2019-07-01T00:00:00 or later, taken before 2019-08-01T00:00:00, by a camera 'NIKON D', at most 100 km from 48,11, with a place, with a date"
says out '^    [+-][0-9.]{6}  a cat$' "--explain of filters: the text around them"
exits 2 "a flag and a filter" "$DESCRY" search --library ./stamped.db --camera nikon a cat camera:canon
says err '^descry: the query, character 7: camera: is in the options, too, where one is enough$' "a flag and a filter: named"
is "a flag and a filter: a caret under it" "$(tail -n 1 err)" "        ^"
exits 2 "a flag and a filter among words" "$DESCRY" search --library ./stamped.db --words --after 2019 cat date:2020
is "a flag and a filter among words: a caret under it" "$(tail -n 1 err)" "      ^"
exits 2 "a filter in brackets" "$DESCRY" search 'a dog + (a cat date:2019)'
is "a filter in brackets: a caret under it" "$(tail -n 1 err)" "                 ^"
exits 2 "a filter twice" "$DESCRY" search 'date:2019 a cat date:2020'
says err '^descry: the query, character 17: date: is given twice$' "a filter twice: its place"
exits 2 "a date that is none" "$DESCRY" search 'a cat date:2019..soon'
is "a date that is none: a caret under it" "$(tail -n 1 err)" "                   ^"

# URLs
if [ "$URLS" = yes ]; then
    cp photos/0009.jpg "$gallery/0150.jpg" .
    echo "not a picture" >text.jpg
    "$PYTHON" -u -m http.server --bind 127.0.0.1 0 >server.out 2>&1 &
    server=$!
    until port=$(sed -n 's/.* port \([0-9]*\).*/\1/p' server.out) && [ -n "$port" ]; do sleep 0.05; done
    url=http://127.0.0.1:$port
    exits 0 "a picture by URL" "$DESCRY" search --allow-private-urls --json -k 50 "$url/0009.jpg + 1.5 * (a dog - a cat)"
    cmp -s out one
    verdict $? "a picture by URL: as by its path"
    exits 0 "an unknown picture by URL" "$DESCRY" search --allow-private-urls --json -k 50 "$url/0150.jpg"
    json "an unknown picture by URL: found" 'len(rows) == 39'
    exits 1 "a picture by URL that is not there" "$DESCRY" search --allow-private-urls "$url/none.jpg"
    says err "$url/none.jpg: .*404" "a picture by URL that is not there: named"
    exits 1 "a text by URL" "$DESCRY" search --allow-private-urls "$url/text.jpg"
    before=$(wc -l <server.out)
    exits 1 "a private URL" "$DESCRY" search "$url/0009.jpg"
    says err 'leads to 127\.0\.0\.1, which is not a public address' "a private URL: said"
    exits 1 "a private URL by name" "$DESCRY" search "http://localhost:$port/0009.jpg"
    is "a private URL: nobody asked" "$(wc -l <server.out)" "$before"
    kill "$server"
    exits 1 "nobody there" "$DESCRY" search --allow-private-urls "$url/0009.jpg"
else
    exits 1 "a URL in a build without" "$DESCRY" search http://127.0.0.1/a.jpg
fi
finish
