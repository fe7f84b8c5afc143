// SPDX-License-Identifier: Apache-2.0
// Indexes a folder and searches it, in C++.
//
//     c++ find.cpp $(pkg-config --cflags --libs descry) -o find
//     ./find demo pictures.db ~/Pictures "a red apple beside a dog"
#include <descry.h>

#include <iomanip>
#include <iostream>
#include <memory>
#include <stdexcept>

// A handle that closes itself: owner<descry_model, descry_model_close>.
template <typename T, void (*close)(T **)> struct closer {
    void operator()(T *handle) const { close(&handle); }
};
template <typename T, void (*close)(T **)> using owner = std::unique_ptr<T, closer<T, close>>;

static descry_error err;

static void check(int rc)
{
    if (rc < 0)
        throw std::runtime_error(err.message);
}

static void find(char **argv)
{
    descry_context *ctx;
    check(descry_context_open(&ctx, nullptr, &err));
    owner<descry_context, descry_context_close> context(ctx);
    descry_model *model;
    check(descry_model_open(&model, ctx, argv[1], nullptr, &err));
    owner<descry_model, descry_model_close> own_model(model);
    descry_library *library;
    check(descry_library_open(&library, ctx, argv[2], nullptr, &err));
    owner<descry_library, descry_library_close> own_library(library);

    check(descry_index(library, model, &argv[3], 1, nullptr, nullptr, &err));

    descry_search_options options;
    descry_search_options_init(&options);
    options.k = 5;
    descry_results *results;
    check(descry_search(&results, library, model, argv[4], &options, &err));
    owner<descry_results, descry_results_close> own_results(results);
    const descry_match *match;
    int more;
    while ((more = descry_results_next(results, &match, &err)) == 1)
        std::cout << match->rank << "  " << std::fixed << std::setprecision(4) << match->score << "  " << match->path << '\n';
    check(more);
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        std::cerr << "usage: find MODEL LIBRARY FOLDER QUERY\n";
        return 2;
    }
    try {
        find(argv);
    } catch (const std::exception &e) {
        std::cerr << "find: " << e.what() << '\n';
        return 1;
    }
}
