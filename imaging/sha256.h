/* SHA-256, for the provenance of model and input files.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_SHA256_H
#define ABL_IMAGING_SHA256_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct abl_sha256 {
    uint32_t state[8];
    uint64_t bytes;
    unsigned char block[64];
} abl_sha256;

void abl_sha256_init(abl_sha256 *sha);
void abl_sha256_update(abl_sha256 *sha, const void *data, size_t bytes);

/** Ends the sum: 64 lower-case hex digits and a terminator.
 * @par Source FIPS PUB 180-4, section 6.2 */
void abl_sha256_finish(char hex[65], abl_sha256 *sha);

/** The sum of one buffer. */
void abl_sha256_hex(char hex[65], const void *data, size_t bytes);

#ifdef __cplusplus
}
#endif
#endif
