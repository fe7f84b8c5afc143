/* SPDX-License-Identifier: Apache-2.0
 * A worker of another version, which has nothing in common with this one but how it says so. */
#include "decoders/wire.h"

#include <string.h>
#include <unistd.h>

int main(void)
{
    descry_hello hello;
    if (read(DESCRY_WIRE_SOCKET, &hello, sizeof hello) != sizeof hello)
        return 1;
    memset(hello.version, 0, sizeof hello.version);
    memcpy(hello.version, "0.0.9", 5);
    hello.form = DESCRY_WIRE_FORM + 1;
    if (write(DESCRY_WIRE_SOCKET, &hello, sizeof hello) != sizeof hello)
        return 1;
    while (read(DESCRY_WIRE_SOCKET, &hello, 1) > 0)
        continue;
    return 0;
}
