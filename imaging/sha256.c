/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/sha256.h"

#include <string.h>

static const uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotate_right(uint32_t value, unsigned bits)
{
    return value >> bits | value << (32 - bits);
}

static uint32_t load_big_endian(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
           (uint32_t)at[2] << 8 | at[3];
}

static void expand_schedule(uint32_t w[64], const unsigned char *block)
{
    for (size_t t = 0; t < 16; t++)
        w[t] = load_big_endian(block + 4 * t);
    for (size_t t = 16; t < 64; t++) {
        uint32_t a = w[t - 15], b = w[t - 2];
        uint32_t s0 = rotate_right(a, 7) ^ rotate_right(a, 18) ^ a >> 3;
        uint32_t s1 = rotate_right(b, 17) ^ rotate_right(b, 19) ^ b >> 10;
        w[t] = w[t - 16] + s0 + w[t - 7] + s1;
    }
}

static void digest_block(uint32_t state[8], const unsigned char *block)
{
    uint32_t w[64];
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    expand_schedule(w, block);
    for (size_t t = 0; t < 64; t++) {
        uint32_t s1 =
            rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25);
        uint32_t s0 =
            rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22);
        uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + round_constants[t] + w[t];
        uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
        h = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + t2;
    }
    const uint32_t after[8] = {a, b, c, d, e, f, g, h};
    for (size_t n = 0; n < 8; n++)
        state[n] += after[n];
}

void abl_sha256_init(abl_sha256 *sha)
{
    static const uint32_t initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372,
                                        0xa54ff53a, 0x510e527f, 0x9b05688c,
                                        0x1f83d9ab, 0x5be0cd19};
    memset(sha, 0, sizeof *sha);
    memcpy(sha->state, initial, sizeof initial);
}

void abl_sha256_update(abl_sha256 *sha, const void *data, size_t bytes)
{
    const unsigned char *at = data;
    size_t used = (size_t)(sha->bytes % 64);
    sha->bytes += bytes;
    while (bytes) {
        if (!used && bytes >= 64) {
            digest_block(sha->state, at);
            at += 64;
            bytes -= 64;
            continue;
        }
        size_t step = bytes < 64 - used ? bytes : 64 - used;
        memcpy(sha->block + used, at, step);
        at += step;
        bytes -= step;
        used = (used + step) % 64;
        if (!used)
            digest_block(sha->state, sha->block);
    }
}

void abl_sha256_finish(char hex[65], abl_sha256 *sha)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char tail[72] = {0x80};
    uint64_t bits = sha->bytes * 8;
    size_t pad = 64 - (size_t)(sha->bytes % 64);
    if (pad < 9)
        pad += 64;
    for (size_t n = 0; n < 8; n++)
        tail[pad - 1 - n] = (unsigned char)(bits >> (8 * n));
    abl_sha256_update(sha, tail, pad);
    for (size_t n = 0; n < 64; n++)
        hex[n] = digits[sha->state[n / 8] >> (28 - 4 * (n % 8)) & 15];
    hex[64] = '\0';
}

void abl_sha256_hex(char hex[65], const void *data, size_t bytes)
{
    abl_sha256 sha;
    abl_sha256_init(&sha);
    abl_sha256_update(&sha, data, bytes);
    abl_sha256_finish(hex, &sha);
}
