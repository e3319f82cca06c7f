/* Naming a script in a Content-Security-Policy by its hash.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_REPORT_SCRIPT_SOURCE_H
#define ABL_ELIGIBILITY_REPORT_SCRIPT_SOURCE_H

#include <stdio.h>

/** Writes 'sha256-...' with its quotes: the source of the inline script whose
 * element holds exactly these bytes. No other script runs on such a page.
 * Write errors are left to the stream.
 * @par Source W3C, Content Security Policy Level 3, section 2.3.1 */
void abl_script_source_write(FILE *file, const void *script, size_t bytes);

#endif
