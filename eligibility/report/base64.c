/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/base64.h"

size_t abl_base64_bytes(size_t bytes)
{
    return (bytes + 2) / 3 * 4;
}

void abl_base64_write(FILE *file, const void *data, size_t bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *in = data;
    for (size_t n = 0; n < bytes; n += 3) {
        const unsigned b0 = in[n], b1 = n + 1 < bytes ? in[n + 1] : 0,
                       b2 = n + 2 < bytes ? in[n + 2] : 0;
        const unsigned all = b0 << 16 | b1 << 8 | b2;
        const char group[4] = {digits[all >> 18], digits[all >> 12 & 63],
                               n + 1 < bytes ? digits[all >> 6 & 63] : '=',
                               n + 2 < bytes ? digits[all & 63] : '='};
        fwrite(group, 1, sizeof group, file);
    }
}
