/* SPDX-License-Identifier: Apache-2.0 */
#include "meta/xmp.h"

const char *descry_xmp_feature(void)
{
#ifdef DESCRY_WITH_XMP
    return "xmp (libexempi " DESCRY_WITH_XMP ")";
#else
    return NULL;
#endif
}
