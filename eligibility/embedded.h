/* Files that are built into the program; see embed.cmake.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_EMBEDDED_H
#define ABL_ELIGIBILITY_EMBEDDED_H

#include <stddef.h>

/** profiles/NAME.json and profiles/overlays/NAME.json, zero-terminated. */
extern const unsigned char abl_profile_net_json[];
extern const size_t abl_profile_net_json_bytes;
extern const unsigned char abl_profile_strict_json[];
extern const size_t abl_profile_strict_json_bytes;
extern const unsigned char abl_profile_collision_json[];
extern const size_t abl_profile_collision_json_bytes;
extern const unsigned char abl_overlay_mwa_json[];
extern const size_t abl_overlay_mwa_json_bytes;
extern const unsigned char abl_overlay_cryo_json[];
extern const size_t abl_overlay_cryo_json_bytes;
extern const unsigned char abl_overlay_rfa_json[];
extern const size_t abl_overlay_rfa_json_bytes;
extern const unsigned char abl_overlay_navigated_json[];
extern const size_t abl_overlay_navigated_json_bytes;

/** Text of a built-in profile or overlay; NULL when there is none. */
const char *abl_embedded_profile(size_t *bytes, const char *name);

/** applicators/generic.json, zero-terminated. */
extern const unsigned char abl_applicators_generic_json[];
extern const size_t abl_applicators_generic_json_bytes;

/** report/report.css, zero-terminated. */
extern const unsigned char abl_report_css[];
extern const size_t abl_report_css_bytes;

/** cases/worklist.css and worklist.js, zero-terminated. */
extern const unsigned char abl_worklist_css[];
extern const size_t abl_worklist_css_bytes;
extern const unsigned char abl_worklist_js[];
extern const size_t abl_worklist_js_bytes;

/** report/viewer.css and report/viewer.js, zero-terminated. */
extern const unsigned char abl_viewer_css[];
extern const size_t abl_viewer_css_bytes;
extern const unsigned char abl_viewer_js[];
extern const size_t abl_viewer_js_bytes;

/** teach/teach.css, teach.js and words.txt, zero-terminated. */
extern const unsigned char abl_teach_css[];
extern const size_t abl_teach_css_bytes;
extern const unsigned char abl_teach_js[];
extern const size_t abl_teach_js_bytes;
extern const unsigned char abl_teach_words[];
extern const size_t abl_teach_words_bytes;

#endif
