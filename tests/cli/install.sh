# SPDX-License-Identifier: Apache-2.0
# The installed tree: a program is built against it with what pkg-config says, and run.
RUSTUP_HOME=${RUSTUP_HOME:-$HOME/.rustup} # where rustc may be, before HOME becomes another
export RUSTUP_HOME
. "$DESCRY_SOURCE_ROOT/tests/cli/lib.sh"
flags=
[ "$SANITIZE" = none ] || flags="-fsanitize=$SANITIZE"

run meson install -C "$DESCRY_BUILD_ROOT" --destdir "$work/root" --no-rebuild --quiet
is "meson install" "$status" 0
pc=$(find root -name descry.pc)
[ -f "$pc" ]
verdict $? "descry.pc is installed"
libdir=$work/$(dirname "$(dirname "$pc")")
program=$(find root -path '*/bin/descry')
[ -x "$program" ]
verdict $? "the program is installed"
[ "$(find root -name '*.h' | sed 's/.*\///')" = descry.h ]
verdict $? "descry.h is the only header"
[ -z "$(find root -name '*.a')" ]
verdict $? "no static libraries"
for name in man1/descry.1 $(commands | sed 's|.*|man1/descry-&.1|') man1/descry-eval-simat.1 \
    bash-completion/completions/descry zsh/site-functions/_descry fish/vendor_completions.d/descry.fish; do
    [ -s "$(find root -path "*/share/*$name")" ]
    verdict $? "$name is installed"
done
if [ -f "$DESCRY_BUILD_ROOT/serve/descry.service" ]; then
    units=$(dirname "$(find root -name descry.service)")
    case $units in root/*/lib/systemd/user) [ -f "$units/descry.socket" ] ;; *) false ;; esac
    verdict $? "systemd's units are installed"
    is "the service starts the program that is installed" "root$(sed -n 's/^ExecStart=\([^ ]*\) .*/\1/p' "$units/descry.service")" "$program"
fi

# the library
is "soname" "$(objdump -p "$libdir/libdescry.so" | awk '$1 == "SONAME" { print $2 }')" libdescry.so.0
nm -D --defined-only "$libdir/libdescry.so" | awk '$2 != "A" { sub("@@DESCRY_(0|PRIVATE)$", "", $NF); print $NF }' | grep -v '^__\(asan\|ubsan\|odr\)' >symbols
grep -q '^descry_context_open$' symbols
verdict $? "descry_context_open is exported"
is "only descry_* is exported" "$(grep -v '^descry_' symbols)" ""
grep -oh 'descry_[a-z_]*(' "$(find root -name descry.h)" "$DESCRY_SOURCE_ROOT/include/descry_dev.h" | tr -d '(' | sort -u >declared
sort -u symbols | diff declared - >out 2>err
verdict $? "what is exported is what descry.h and descry_dev.h declare"

# the header
include=$(dirname "$(find root -name descry.h)")
printf '#include <descry.h>\nint main(void) { return DESCRY_OK; }\n' >header.c
cp header.c header.cpp
for std in c11 c17; do
    exits 0 "the header alone, $std" $CC -std=$std -Wall -Wextra -Wpedantic -Werror -I"$include" -c header.c -o header.o
done
for std in c++11 c++17; do
    exits 0 "the header alone, $std" ${CXX:-g++} -std=$std -Wall -Wextra -Wpedantic -Werror -I"$include" -c header.cpp -o header.o
done

# the example
PKG_CONFIG_PATH=$(dirname "$work/$pc")
export PKG_CONFIG_PATH
prefix=$work/root$(sed -n 's/^prefix=//p' "$pc")
exits 0 "pkg-config" pkg-config --define-variable=prefix="$prefix" --cflags --libs descry
built=$(cat out)
is "pkg-config: the version" "$(pkg-config --modversion descry)" "$("$DESCRY" version | sed -n 's/^descry //p')"
exits 0 "find.c compiles" $CC -std=c11 -Wall -Wextra -Wpedantic -Werror $flags "$DESCRY_SOURCE_ROOT/examples/find.c" $built -o find
LD_LIBRARY_PATH=$libdir
export LD_LIBRARY_PATH
mkdir photos
cp "$gallery"/000[1-9].jpg photos
DESCRY_DATA_DIR=$(dirname "$(find "$work/root" -type d -name models)") # of the installed tree
export DESCRY_DATA_DIR
is "the model is installed" "$(basename "$DESCRY_DATA_DIR")" descry
exits 0 "find runs" ./find demo find.db photos "a red apple"
is "find: five matches" "$(wc -l <out)" 5
awk '{ print $1, $2, $3 }' out >found

# the same in other languages, where they are there: as good as find.c
same() {
    exits 0 "find in $1 runs" "$@" demo "$(echo "$1" | tr -dc a-z).db" photos "a red apple"
    awk 'NR <= 5 { print $1, $2, $3 }' out | cmp -s - found
    verdict $? "find in $1: the same matches"
}
exits 0 "find.cpp compiles" ${CXX:-g++} -std=c++11 -Wall -Wextra -Wpedantic -Werror $flags "$DESCRY_SOURCE_ROOT/examples/find.cpp" \
    $built -o find-cpp
same ./find-cpp
same "$PYTHON" "$DESCRY_SOURCE_ROOT/examples/find.py"
if command -v go >/dev/null && [ -z "$flags" ]; then
    cp "$DESCRY_SOURCE_ROOT/examples/find.go" .
    exits 0 "find.go compiles" env CGO_CFLAGS="$(pkg-config --define-variable=prefix="$prefix" --cflags descry)" \
        CGO_LDFLAGS="$(pkg-config --define-variable=prefix="$prefix" --libs descry)" GOFLAGS= GOTOOLCHAIN=local \
        go build -o find-go find.go
    same ./find-go
fi
if rustc --version >/dev/null 2>&1 && [ -z "$flags" ]; then
    exits 0 "find.rs compiles" rustc -D warnings -o find-rs -L "$libdir" -l descry "$DESCRY_SOURCE_ROOT/examples/find.rs"
    same ./find-rs
fi
unset DESCRY_DATA_DIR # the program finds its model beside itself
exits 0 "the installed program" "$program" search --library find.db -k 5 a red apple
awk '{ print $1, $2, $3 }' out | cmp -s - found
verdict $? "the installed program: the same matches"
exits 0 "the installed program: models" "$program" models --installed
says out "$work/root.*/models/demo" "the installed program: uses the installed model"
exits 2 "find: usage" ./find
exits 1 "find: no such model" ./find ./nowhere find.db photos cat
says err 'nowhere' "find: no such model: named"

# modules: found from the library, wherever that is
mv root elsewhere
libdir=$work/elsewhere${libdir#"$work/root"}
program=elsewhere${program#root}
LD_LIBRARY_PATH=$libdir
cp photos/0003.jpg other.jpg
echo >>other.jpg
codecs=$libdir/descry/descry-codecs.so
exits 0 "the tree is moved: a picture" "$program" search --library find.db -k 5 ./other.jpg
is "the tree is moved: five matches" "$(wc -l <out)" 5
mkdir links
ln -s "$libdir/libdescry.so.0" links
exits 0 "the library is a link" env LD_LIBRARY_PATH="$work/links" "$program" search --library find.db -k 5 ./other.jpg
[ "$XMP" = no ] || exits 0 "the tree is moved: captions" "$program" caption --model demo --library find.db
# decoders: nothing is decoded without them, least of all in process
decode=$(find "$work/elsewhere" -name descry-decode)
mkdir other && mv "$decode" other
exits 1 "no decoder: a picture" "$program" search --library find.db -k 5 ./other.jpg
says err "other\.jpg: needs descry-decode.* tried $libdir/descry-decode, $libdir/\.\./.*/descry-decode" "no decoder: what was tried is named"
exits 0 "no decoder: a text" "$program" search --library find.db -k 5 a red apple
exits 0 "a decoder by DESCRY_LIBEXEC" env DESCRY_LIBEXEC="$work/other" "$program" search --library find.db -k 5 ./other.jpg
exits 1 "no decoder there" env DESCRY_LIBEXEC="$work/links" "$program" search --library find.db -k 5 ./other.jpg
says err "tried $work/links/descry-decode\$" "no decoder there: not looked for elsewhere"
cp /bin/true "$decode"
exits 1 "a program that is no decoder" "$program" search --library find.db -k 5 ./other.jpg
says err "other\.jpg: .*/libexec/descry/descry-decode: does not start as it should" "a program that is no decoder: named"
exits 2 "DESCRY_SANDBOX" env DESCRY_SANDBOX=no "$program" search --library find.db -k 5 ./other.jpg
says err "DESCRY_SANDBOX=no: neither process nor off" "DESCRY_SANDBOX: what it may say"
mv other/descry-decode "$decode"

# in process, for debugging; no variable leads elsewhere
export DESCRY_SANDBOX=off
mv "$codecs" other
exits 1 "no codecs: a picture" env LD_LIBRARY_PATH="$libdir:$work/other" "$program" search --library find.db -k 5 ./other.jpg
says err "other\.jpg: needs descry-codecs\.so.* tried $codecs, $libdir/descry-codecs\.so" "no codecs: what was tried is named"
exits 0 "no codecs: a text" "$program" search --library find.db -k 5 a red apple
awk '$1 + 0 > 0 { print $1, $2, $3 }' out | cmp -s - found # without captions
verdict $? "no codecs: the same matches"
exits 0 "no codecs: version" "$program" version
says out 'libjpeg' "no codecs: version says what was built"
printf 'P6 2 2 255 %s' abcdefghijkl >plain.ppm
exits 0 "no codecs: a picture in a format of descry's own" "$program" search --library find.db -k 5 ./plain.ppm
mkdir more
cp other.jpg more
run "$program" index --library find.db --model demo more
says err 'needs descry-codecs\.so' "no codecs: index names them"
if [ "$XMP" = yes ]; then # whether a person has described a picture in its own XMP cannot be told
    run "$program" caption --model demo --library find.db --write-xmp
    says err 'photos/0001\.jpg: needs descry-codecs\.so' "no codecs: captions are not written into sidecars"
    is "no codecs: no sidecars" "$(find photos -name '*.xmp')" ""
fi
echo 'const struct { const char *version; } descry_codecs_table = {"0.0.9"};' >old.c
echo 'int nothing;' >nothing.c
echo text >"$codecs"
exits 1 "the codecs are damaged" "$program" search --library find.db -k 5 ./other.jpg
says err "needs $codecs: " "the codecs are damaged: named"
rm "$codecs"
exits 0 "a module of another version compiles" $CC $flags -shared -fPIC old.c -o "$codecs"
exits 1 "codecs of another version" "$program" search --library find.db -k 5 ./other.jpg
says err "$codecs is of descry 0\.0\.9, $libdir/libdescry\.so\.0 of descry " "codecs of another version: both are named"
exits 0 "a module that is none compiles" $CC $flags -shared -fPIC nothing.c -o "$codecs"
exits 1 "codecs that are none" "$program" search --library find.db -k 5 ./other.jpg
says err "$codecs is of descry without a version" "codecs that are none: named"
mv other/descry-codecs.so "$codecs"
unset DESCRY_SANDBOX
exits 0 "the codecs are back" "$program" index --library find.db --model demo more
is "the codecs are back: the picture is indexed" "$("$program" status --library find.db --json | "$PYTHON" -c 'import json, sys; s = json.loads(sys.stdin.readline()); print(s)' | grep -c "'failed': 0")" 1
if [ "$URLS" = yes ]; then
    exits 1 "net: opened" "$program" search --library find.db http://127.0.0.1:1/a.jpg
    says err 'not a public address' "net: asked"
    rm "$libdir/descry/descry-net.so"
    exits 1 "no net" "$program" search --library find.db http://127.0.0.1:1/a.jpg
    says err "^descry: http://127\.0\.0\.1:1/a\.jpg: needs descry-net\.so.* tried $libdir/" "no net: named"
fi
if [ "$XMP" = yes ]; then
    exits 0 "xmp" "$program" caption --model demo --write-xmp photos/0001.jpg
    [ -s photos/0001.jpg.xmp ]
    verdict $? "xmp: written"
    rm "$libdir/descry/descry-xmp.so"
    exits 0 "no xmp in process: a decoder has it" "$program" caption --model demo --write-xmp photos/0003.jpg
    [ -s photos/0003.jpg.xmp ]
    verdict $? "no xmp in process: written"
    run env DESCRY_SANDBOX=off "$program" caption --model demo --write-xmp photos/0002.jpg
    says err "needs descry-xmp\.so.* tried $libdir/" "no xmp: named"
    [ "$status" -ne 0 ] && [ ! -e photos/0002.jpg.xmp ]
    verdict $? "no xmp: nothing is written"
fi
finish
