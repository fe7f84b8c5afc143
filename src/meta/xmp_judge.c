/* SPDX-License-Identifier: Apache-2.0
 * Whether libexempi accepts a packet.  For a damaged one it writes a line to standard error, which cannot be switched
 * off: a worker has no standard error. */
#include "base/error.h"
#include "meta/xmp.h"
#include "meta/xmp_scan.h"

#include <exempi/xmp.h>
#include <exempi/xmpconsts.h>
#include <exempi/xmperrors.h>
#include <string.h>

/* Before there are threads: libexempi counts without a lock how often it was made ready. */
__attribute__((constructor)) static void begin(void)
{
    xmp_init();
}

static int says(XmpPtr xmp, const char *caption)
{
    XmpStringPtr text = xmp_string_new(), own = xmp_string_new();
    int same = text && own && xmp_get_localized_text(xmp, NS_DC, "description", "", "x-default", NULL, text, NULL) &&
               xmp_get_property(xmp, DESCRY_XMP_OWN, "description", own, NULL) &&
               strcmp(xmp_string_cstr(text), caption) == 0 && strcmp(xmp_string_cstr(own), caption) == 0;
    if (text)
        xmp_string_free(text);
    if (own)
        xmp_string_free(own);
    return same;
}

static const char *reason(int code)
{
    switch (code) {
    case XMPErr_BadXML:
        return "damaged XML";
    case XMPErr_BadRDF:
        return "damaged RDF";
    case XMPErr_BadUnicode:
        return "damaged Unicode";
    case XMPErr_StdException:
        return "libexempi fails on it, as it does without memory";
    default:
        return "libexempi does not understand it";
    }
}

int descry_xmp_judge(const char *data, size_t size, const char *name, const char *caption, descry_error *err)
{
    XmpPtr xmp = xmp_new(data, size); /* xmp_parse would ignore what is not in an x:xmpmeta */
    int rc = 0;
    if (!xmp) {
        int code = xmp_get_error();
        rc = code == XMPErr_NoMemory
                 ? descry_fail_memory(err)
                 : descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged XMP: %s (%d)", name, reason(code), code);
    } else if (caption && !says(xmp, caption))
        rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: the caption would not be read back: left as it is", name);
    if (xmp)
        xmp_free(xmp);
    return rc;
}
