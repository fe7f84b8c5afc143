/* SPDX-License-Identifier: Apache-2.0
 * Public addresses: those not in the special-purpose registries of RFC 6890, also of IPv4 addresses embedded in IPv6. */
#include "net/fetch.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

typedef struct range {
    uint8_t start[16];
    int bits;
} range;

static const range LOCAL4[] = {
    {{0}, 8},             /* this network */
    {{10}, 8},            /* private */
    {{100, 64}, 10},      /* carrier-grade NAT */
    {{127}, 8},           /* loopback */
    {{169, 254}, 16},     /* link-local */
    {{172, 16}, 12},      /* private */
    {{192, 0, 0}, 24},    /* protocol assignments */
    {{192, 0, 2}, 24},    /* documentation */
    {{192, 88, 99}, 24},  /* 6to4 relays, deprecated */
    {{192, 168}, 16},     /* private */
    {{198, 18}, 15},      /* benchmarks */
    {{198, 51, 100}, 24}, /* documentation */
    {{203, 0, 113}, 24},  /* documentation */
    {{224}, 3},           /* multicast, reserved, broadcast */
};

/* Of IPv6 only global unicast, 2000::/3, can be public; within it: */
static const range LOCAL6[] = {
    {{0x20, 0x01}, 23},             /* protocol assignments, Teredo among them */
    {{0x20, 0x01, 0x0D, 0xB8}, 32}, /* documentation */
    {{0x3F, 0xFF}, 20},             /* documentation */
};

static int within(const uint8_t *address, const range *r)
{
    int bytes = r->bits / 8, rest = r->bits % 8;
    if (memcmp(address, r->start, (size_t)bytes) != 0)
        return 0;
    return rest == 0 || (address[bytes] ^ r->start[bytes]) >> (8 - rest) == 0;
}

static int is_public4(const uint8_t *address)
{
    for (size_t i = 0; i < sizeof LOCAL4 / sizeof *LOCAL4; i++)
        if (within(address, &LOCAL4[i]))
            return 0;
    return 1;
}

static int is_public6(const uint8_t *address)
{
    static const range MAPPED = {{[10] = 0xFF, [11] = 0xFF}, 96}, NAT64 = {{0x00, 0x64, 0xFF, 0x9B}, 96},
                       SIX_TO_FOUR = {{0x20, 0x02}, 16}, UNICAST = {{0x20}, 3};
    if (within(address, &MAPPED) || within(address, &NAT64))
        return is_public4(address + 12);
    if (within(address, &SIX_TO_FOUR))
        return is_public4(address + 2);
    if (!within(address, &UNICAST))
        return 0;
    for (size_t i = 0; i < sizeof LOCAL6 / sizeof *LOCAL6; i++)
        if (within(address, &LOCAL6[i]))
            return 0;
    return 1;
}

int descry_address_is_public(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof in);
        return is_public4((const uint8_t *)&in.sin_addr);
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, address, sizeof in6);
        return is_public6(in6.sin6_addr.s6_addr);
    }
    return 0;
}
