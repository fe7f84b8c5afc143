/* SPDX-License-Identifier: Apache-2.0
 * What the tools are, take and give.  The schemas are JSON with ' in place of ". */
#include "mcp/protocol.h"

#include <stdlib.h>
#include <string.h>

#define ID "{'type': 'integer', 'minimum': 1, 'description': 'id of a picture of the library'}"

#define K(most, usual) "{'type': 'integer', 'minimum': 1, 'maximum': " most ", 'description': 'how many pictures (" usual ")'}"

#define QUERY                                                                                                                    \
    "{'type': 'string', 'minLength': 1, 'maxLength': 65536, 'description': 'words, ids as #17, + - * NOT, filters as date:2019, "     \
    "camera:nikon, near:48.1,11.6,20, in:/folder, album:NAME, has:caption; files and URLs are refused'}"

/* What is not known of a picture is not there. */
#define MATCH                                                                                                                    \
    "{'type': 'object', 'required': ['id', 'path'], 'properties': {"                                                             \
    "'id': {'type': 'integer'}, 'path': {'type': 'string', 'description': 'of its file, or where it is from'}, "                  \
    "'caption': {'type': 'string'}, 'taken': {'type': 'string'}, 'camera': {'type': 'string'}, 'title': {'type': 'string'}, "      \
    "'lat': {'type': 'number'}, 'lon': {'type': 'number'}, 'width': {'type': 'integer'}, 'height': {'type': 'integer'}, "          \
    "'score': {'type': 'number'}, 'strength': {'type': 'number', 'description': 'percent of unrelated texts that find less'}}}"

#define MATCHES                                                                                                                  \
    "{'type': 'object', 'required': ['pictures'], 'properties': {'pictures': {'type': 'array', 'items': " MATCH "}, "             \
    "'matches_well': {'type': 'boolean', 'description': 'whether the best is a good match, if that is known'}, "                  \
    "'nextCursor': {'type': 'string', 'description': 'for more of them'}}}"

static const struct {
    const char *name, *title, *description, *input, *output;
    bool writes, destroys, idempotent;
} tools[MCP_TOOLS] = {
    [MCP_SEARCH] = {"search", "Search pictures",
                    "Finds pictures of the library, best first: by what is to be seen in them (ranking vectors, the usual), by words in "
                    "captions, file names and titles, all of which have to be there (words), or by both (hybrid). Filters alone list "
                    "pictures, the newest first.",
                    "{'type': 'object', 'required': ['query'], 'properties': {'query': " QUERY ", 'k': " K("100", "10") ", "
                    "'ranking': {'type': 'string', 'enum': ['vectors', 'words', 'hybrid']}, "
                    "'cursor': {'type': 'string', 'maxLength': 64, 'description': 'nextCursor of the same search, for the pictures after "
                    "those'}}, 'additionalProperties': false}",
                    MATCHES, .idempotent = true},
    [MCP_SIMILAR] = {"similar", "Similar pictures", "Finds the pictures that look most like one of the library.",
                     "{'type': 'object', 'required': ['id'], 'properties': {'id': " ID ", 'k': " K("100", "10") "}, "
                     "'additionalProperties': false}",
                     MATCHES, .idempotent = true},
    [MCP_DESCRIBE] = {"describe", "Describe a picture",
                      "What is known of a picture of the library, by its id or path: caption, date, place, camera, title. Without a "
                      "caption the model writes one, if it can; it is not kept.",
                      "{'type': 'object', 'properties': {'id': " ID ", "
                      "'path': {'type': 'string', 'minLength': 1, 'maxLength': 4096}}, 'additionalProperties': false}",
                      "{'type': 'object', 'required': ['id', 'path'], 'properties': {"
                      "'id': {'type': 'integer'}, 'path': {'type': 'string'}, 'caption': {'type': 'string'}, "
                      "'captioned_by': {'type': 'string', 'description': 'person, or the name of a model'}, "
                      "'taken': {'type': 'string'}, 'camera': {'type': 'string'}, 'title': {'type': 'string'}, 'lat': {'type': 'number'}, "
                      "'lon': {'type': 'number'}, 'width': {'type': 'integer'}, 'height': {'type': 'integer'}}}",
                      .idempotent = true},
    [MCP_PHOTO] = {"photo", "Look at a picture", "A picture of the library as a small JPEG to look at.",
                   "{'type': 'object', 'required': ['id'], 'properties': {'id': " ID ", 'side': {'type': 'integer', 'minimum': 16, "
                   "'maximum': 1024, 'description': 'pixels of the longer side (512)'}}, 'additionalProperties': false}",
                   NULL, .idempotent = true},
    [MCP_CONTACT_SHEET] = {"contact_sheet", "Look at many pictures",
                           "One JPEG of many small pictures, row by row: of these ids, or the first that a query finds.",
                           "{'type': 'object', 'properties': {'ids': {'type': 'array', 'minItems': 1, 'maxItems': 100, 'items': " ID "}, "
                           "'query': " QUERY ", 'k': " K("100", "20, of a query") ", 'columns': {'type': 'integer', 'minimum': 1, "
                           "'maximum': 20}}, 'additionalProperties': false}",
                           "{'type': 'object', 'required': ['pictures', 'columns'], 'properties': {'columns': {'type': 'integer'}, "
                           "'pictures': {'type': 'array', 'items': {'type': 'object', 'required': ['id', 'row', 'column'], 'properties': "
                           "{'id': {'type': 'integer'}, 'row': {'type': 'integer'}, 'column': {'type': 'integer'}, "
                           "'path': {'type': 'string'}}}}}}",
                           .idempotent = true},
    [MCP_STATUS] = {"status", "What the library holds", "How many pictures and captions, which models and folders.",
                    "{'type': 'object', 'properties': {}, 'additionalProperties': false}",
                    "{'type': 'object', 'required': ['library', 'photos', 'captions', 'missing', 'failed', 'models', 'folders', "
                    "'may_write', 'may_index'], 'properties': {'library': {'type': 'string'}, 'photos': {'type': 'integer'}, "
                    "'captions': {'type': 'integer'}, 'missing': {'type': 'integer'}, 'failed': {'type': 'integer'}, "
                    "'models': {'type': 'array', 'items': {'type': 'object', 'required': ['name', 'vectors'], 'properties': {'name': "
                    "{'type': 'string'}, 'vectors': {'type': 'integer'}}}}, "
                    "'folders': {'type': 'array', 'items': {'type': 'string'}}, 'may_write': {'type': 'boolean'}, "
                    "'may_index': {'type': 'array', 'items': {'type': 'string'}, 'description': 'folders that index may look through'}}}",
                    .idempotent = true},
    [MCP_SET_CAPTION] = {"set_caption", "Write a caption",
                         "Sets the user's own caption of a picture, which replaces the one before; an empty text removes it. The picture's "
                         "file is not changed.",
                         "{'type': 'object', 'required': ['id', 'text'], 'properties': {'id': " ID ", "
                         "'text': {'type': 'string', 'maxLength': 65536}}, 'additionalProperties': false}",
                         "{'type': 'object', 'required': ['id'], 'properties': {'id': {'type': 'integer'}, 'caption': {'type': 'string'}}}",
                         .writes = true, .destroys = true, .idempotent = true},
    [MCP_INDEX] = {"index", "Add pictures",
                   "Looks through folders, or all that it may, for new and changed pictures and adds them to the library. It may take "
                   "long; what was done before it is cancelled is kept.",
                   "{'type': 'object', 'properties': {'paths': {'type': 'array', 'minItems': 1, 'maxItems': 100, 'items': {'type': 'string', "
                   "'minLength': 1, 'maxLength': 4096}}}, 'additionalProperties': false}",
                   "{'type': 'object', 'required': ['found', 'embedded', 'unchanged', 'recognised', 'failed', 'missing'], 'properties': {"
                   "'found': {'type': 'integer'}, 'embedded': {'type': 'integer'}, 'unchanged': {'type': 'integer'}, "
                   "'recognised': {'type': 'integer'}, 'failed': {'type': 'integer'}, 'missing': {'type': 'integer'}, "
                   "'failures': {'type': 'array', 'items': {'type': 'string'}}}}",
                   .writes = true, .idempotent = true},
};

static json_t *parse(const char *schema)
{
    char *text = strdup(schema);
    for (char *at = text; at && (at = strchr(at, '\''));)
        *at = '"';
    json_t *object = text ? json_loads(text, 0, NULL) : NULL;
    free(text);
    return object;
}

static json_t *describe(int i)
{
    json_t *tool = json_pack("{s:s, s:s, s:s, s:o, s:{s:s, s:b, s:b, s:b, s:b}}", "name", tools[i].name, "title", tools[i].title,
                             "description", tools[i].description, "inputSchema", parse(tools[i].input), "annotations", "title",
                             tools[i].title, "readOnlyHint", !tools[i].writes, "destructiveHint", (int)tools[i].destroys, "idempotentHint",
                             (int)tools[i].idempotent, "openWorldHint", 0);
    if (tool && tools[i].output && json_object_set_new(tool, "outputSchema", parse(tools[i].output))) {
        json_decref(tool);
        return NULL;
    }
    return tool;
}

json_t *mcp_describe_tools(int count)
{
    json_t *array = json_array();
    for (int i = 0; i < count && array; i++)
        if (json_array_append_new(array, describe(i))) {
            json_decref(array);
            array = NULL;
        }
    return array;
}
