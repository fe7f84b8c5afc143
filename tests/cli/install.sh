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
finish
