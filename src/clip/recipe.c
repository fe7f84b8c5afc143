/* SPDX-License-Identifier: Apache-2.0 */
#include "clip/recipe.h"

#include "base/error.h"
#include "base/json.h"
#include "base/paths.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CACHE_LIMIT = 1 << 16 };

/* ---- the cache: lines of "key digest"; if it is damaged, digests are recomputed ---------------------------------- */

static int cache_path(descry_buf *path)
{
    int rc = descry_path_xdg(path, "XDG_CACHE_HOME", ".cache", NULL);
    return rc ? rc : descry_buf_printf(path, NULL, "/descry");
}

static int cache_key(char key[160], const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return DESCRY_ERR_IO;
    snprintf(key, 160, "%llx.%llx.%llx.%lld.%ld.%lld.%ld", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino,
             (unsigned long long)st.st_size, (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
             (long long)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
    return 0;
}

static int cache_find(const char *folder, const char *key, char digest[DESCRY_SHA256_HEX])
{
    descry_buf path = {0}, lines = {0};
    int rc = descry_buf_printf(&path, NULL, "%s/digests", folder);
    if (!rc)
        rc = descry_file_read(&lines, path.data, CACHE_LIMIT, NULL);
    size_t length = strlen(key);
    int found = 0;
    for (char *line = rc ? NULL : lines.data; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
        if (strncmp(line, key, length) == 0 && line[length] == ' ' &&
            strspn(line + length + 1, "0123456789abcdef") == DESCRY_SHA256_HEX - 1 &&
            line[length + DESCRY_SHA256_HEX] == '\n') {
            memcpy(digest, line + length + 1, DESCRY_SHA256_HEX - 1);
            digest[DESCRY_SHA256_HEX - 1] = 0;
            found = 1;
        }
    descry_buf_free(&path);
    descry_buf_free(&lines);
    return found;
}

static void cache_add(const char *folder, const char *key, const char *digest)
{
    descry_buf text = {0};
    struct stat st;
    int fd = -1;
    if (descry_buf_printf(&text, NULL, "%s/digests", folder) == 0 && descry_path_make_folders(text.data, NULL) == 0)
        fd = open(text.data, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd >= 0 && fstat(fd, &st) == 0 && st.st_size > CACHE_LIMIT - 512 && ftruncate(fd, 0) != 0)
        st.st_size = 0; /* ignored: the cache is merely not used */
    text.size = 0;
    if (fd >= 0 && descry_buf_printf(&text, NULL, "%s %s\n", key, digest) == 0 && /* one write: lines stay whole */
        write(fd, text.data, text.size) != (ssize_t)text.size)
        (void)!ftruncate(fd, 0);
    if (fd >= 0)
        close(fd);
    descry_buf_free(&text);
}

/* ---- digests --------------------------------------------------------------------------------------------------- */

static int digest_weights(char hex[DESCRY_SHA256_HEX], const char *path, descry_error *err)
{
    char key[160];
    descry_buf folder = {0};
    int cached = cache_key(key, path) == 0 && cache_path(&folder) == 0;
    if (cached && cache_find(folder.data, key, hex)) {
        descry_buf_free(&folder);
        return 0;
    }
    int rc = descry_file_digest(hex, path, err);
    if (!rc && cached)
        cache_add(folder.data, key, hex);
    descry_buf_free(&folder);
    return rc;
}

int descry_recipe(char recipe[DESCRY_SHA256_HEX], const char *weights_path, const char *config, size_t config_size,
                  const char *tokenizer, const char *precision, descry_error *err)
{
    char weights[DESCRY_SHA256_HEX];
    uint8_t digest[DESCRY_SHA256_SIZE];
    int rc = digest_weights(weights, weights_path, err);
    if (rc)
        return rc;
    json_error_t where;
    int code;
    json_t *json = descry_json_load(config, config_size, 0, &where, &code);
    char *canonical = json ? descry_json_dump(json, JSON_SORT_KEYS | JSON_COMPACT) : NULL;
    descry_buf text = {0};
    rc = canonical ? descry_buf_printf(&text, err, "descry recipe 1\n%s\n%s\n%s\n", weights, tokenizer, canonical)
                   : descry_fail_memory(err);
    if (!rc && precision)
        rc = descry_buf_printf(&text, err, "%s\n", precision);
    if (!rc)
        rc = descry_sha256_of(text.data, text.size, digest, err);
    if (!rc)
        descry_hex(digest, sizeof digest, recipe);
    descry_buf_free(&text);
    free(canonical);
    json_decref(json);
    return rc;
}
