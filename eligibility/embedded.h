/* Files that are built into the program; see embed.cmake.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_EMBEDDED_H
#define ABL_ELIGIBILITY_EMBEDDED_H

#include <stddef.h>

/** profiles/net.json, zero-terminated. */
extern const unsigned char abl_profile_net_json[];
extern const size_t abl_profile_net_json_bytes;

/** report/report.css, zero-terminated. */
extern const unsigned char abl_report_css[];
extern const size_t abl_report_css_bytes;

#endif
