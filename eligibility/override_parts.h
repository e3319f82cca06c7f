/* Parts of reading an override. Internal to overrides.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_OVERRIDE_PARTS_H
#define ABL_ELIGIBILITY_OVERRIDE_PARTS_H

#include "eligibility/override.h"
#include "eligibility/profile_reader.h"

/** Text that may be left out: then "". */
abl_status abl_override_text(char *out, size_t size,
                             const abl_json_reader *reader,
                             const json_t *object,
                             const char *key) ABL_MUST_CHECK;

/** The reader that looks at a member of the same object. */
abl_json_reader abl_override_member(const abl_json_reader *reader,
                                    const char *key);
/** The same for an entry of a list. */
abl_json_reader abl_override_entry(const abl_json_reader *reader,
                                   const char *list, size_t n);

/** A list of 1 to @p most entries; NULL when it was left out. */
abl_status abl_override_list(const json_t **out, const abl_json_reader *reader,
                             const json_t *root, const char *key,
                             size_t most) ABL_MUST_CHECK;

/** "labels", "structures" and "context" of the root. */
abl_status abl_override_labels(abl_override *out, const abl_json_reader *reader,
                               const json_t *root) ABL_MUST_CHECK;
abl_status abl_override_structures(abl_override *out,
                                   const abl_json_reader *reader,
                                   const json_t *root) ABL_MUST_CHECK;
abl_status abl_override_facts(abl_override *out, const abl_json_reader *reader,
                              const json_t *root) ABL_MUST_CHECK;

/** A label map that is used, and no use without one. */
abl_status
abl_override_check_labels(const abl_override *override,
                          const abl_json_reader *reader) ABL_MUST_CHECK;

#endif
