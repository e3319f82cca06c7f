/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/script_source.h"

#include <stdlib.h>

#include "eligibility/report/base64.h"
#include "imaging/sha256.h"

void abl_script_source_write(FILE *file, const void *script, size_t bytes)
{
    char hex[65];
    unsigned char sum[32];
    abl_sha256_hex(hex, script, bytes);
    for (int n = 0; n < 32; n++) {
        const char pair[3] = {hex[2 * n], hex[2 * n + 1], '\0'};
        sum[n] = (unsigned char)strtoul(pair, NULL, 16);
    }
    fputs("'sha256-", file);
    abl_base64_write(file, sum, sizeof sum);
    fputc('\'', file);
}
