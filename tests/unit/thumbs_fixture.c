/* SPDX-License-Identifier: Apache-2.0 */
#include "thumbs_fixture.h"

#include <stdio.h>
#include <string.h>

static world the_world;

const char *in(const char *name)
{
    static char paths[4][PATH_SIZE];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, PATH_SIZE, "%s/%s", the_world.folder, name);
    return path;
}

void open_library(world *w, uint64_t thumbs_bytes)
{
    descry_library_options options = DESCRY_LIBRARY_OPTIONS_INIT;
    options.thumbs_bytes = thumbs_bytes;
    descry_library_close(&w->library);
    check_rc(descry_library_open(&w->library, w->ctx, w->path, &options, &w->err), &w->err);
}

void add(world *w, const char *name)
{
    const char *slash = strrchr(name, '/'), *path = in(slash ? slash + 1 : name);
    char from[PATH_SIZE];
    snprintf(from, sizeof from, "tests/data/%s", name);
    copy_file(source_path("%s", from), path);
    check_rc(descry_index(w->library, w->model, &path, 1, NULL, NULL, &w->err), &w->err);
}

int open_world(void **state)
{
    world *w = &the_world;
    *w = (world){{0}};
    *state = w;
    if (make_folder(w->folder))
        return -1;
    snprintf(w->path, PATH_SIZE, "%s", in("library.db"));
    snprintf(w->kept, PATH_SIZE, "%s", in("library.db.thumbs"));
    check_rc(descry_context_open(&w->ctx, NULL, &w->err), &w->err);
    check_rc(descry_model_open(&w->model, w->ctx, source_path("models/demo"), NULL, &w->err), &w->err);
    open_library(w, 1 << 30);
    return 0;
}

int close_world(void **state)
{
    world *w = *state;
    descry_library_close(&w->library);
    descry_model_close(&w->model);
    descry_context_close(&w->ctx);
    return remove_folder(w->folder);
}
