/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ABL_ELIGIBILITY_REPORT_BASE64_H
#define ABL_ELIGIBILITY_REPORT_BASE64_H

#include <stdio.h>

/** Bytes that @p bytes become in base64. */
size_t abl_base64_bytes(size_t bytes);

/** @p data in base64, padded. Write errors are left to the stream. */
void abl_base64_write(FILE *file, const void *data, size_t bytes);

#endif
