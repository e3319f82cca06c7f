/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/teach/case_id.h"

#include <stdio.h>
#include <string.h>

#include "imaging/sha256.h"

enum {
    BLOCK_BYTES = 64,
    SUM_BYTES = 32
};

static unsigned nibble(char digit)
{
    return (unsigned)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

static void bytes_of_hex(unsigned char out[SUM_BYTES], const char hex[65])
{
    for (int n = 0; n < SUM_BYTES; n++)
        out[n] =
            (unsigned char)(nibble(hex[2 * n]) << 4 | nibble(hex[2 * n + 1]));
}

/* SHA-256 of the padded key followed by the data. */
static void sum_with_pad(char hex[65], const unsigned char key[BLOCK_BYTES],
                         unsigned char pad, const void *data, size_t bytes)
{
    unsigned char block[BLOCK_BYTES];
    for (int n = 0; n < BLOCK_BYTES; n++)
        block[n] = key[n] ^ pad;
    abl_sha256 sha;
    abl_sha256_init(&sha);
    abl_sha256_update(&sha, block, sizeof block);
    abl_sha256_update(&sha, data, bytes);
    abl_sha256_finish(hex, &sha);
}

void abl_hmac_sha256(char hex[65], const void *key, size_t key_bytes,
                     const void *data, size_t data_bytes)
{
    unsigned char padded[BLOCK_BYTES] = {0}, inner[SUM_BYTES];
    if (key_bytes > sizeof padded) {
        abl_sha256_hex(hex, key, key_bytes);
        bytes_of_hex(padded, hex);
    } else {
        memcpy(padded, key, key_bytes);
    }
    sum_with_pad(hex, padded, 0x36, data, data_bytes);
    bytes_of_hex(inner, hex);
    sum_with_pad(hex, padded, 0x5c, inner, sizeof inner);
}

void abl_case_id_from_order(char id[24], size_t number)
{
    snprintf(id, 24, "case-%02zu", number);
}

void abl_case_id_from_salt(char id[24], const void *salt, size_t salt_bytes,
                           const char *data)
{
    char hex[65];
    abl_hmac_sha256(hex, salt, salt_bytes, data, strlen(data));
    snprintf(id, 24, "case-%.10s", hex);
}
