/* SPDX-License-Identifier: Apache-2.0 */
#include "net/fetch.h"

const char *descry_fetch_feature(void)
{
#ifdef DESCRY_WITH_URL
    return "url (libcurl " DESCRY_WITH_URL ")";
#else
    return NULL;
#endif
}
