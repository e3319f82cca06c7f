/* What the readers of a profile's parts share. Internal to eligibility/.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_PROFILE_PARTS_H
#define ABL_ELIGIBILITY_PROFILE_PARTS_H

#include "eligibility/profile.h"
#include "eligibility/profile_reader.h"

/** Reads "tag" and "source" of an object. */
abl_status abl_source_read(abl_source *out, const abl_json_reader *reader,
                           const json_t *object) ABL_MUST_CHECK;

/** Member @p key of the reader's object, and a reader that is at it. */
const json_t *abl_json_enter(abl_json_reader *inner,
                             const abl_json_reader *reader,
                             const json_t *object, const char *key);

/** Reads "rules" of @p root.
 * @param changes_only  what is not there stays as it is in @p profile */
abl_status abl_profile_read_rules(abl_profile *profile,
                                  const abl_json_reader *reader,
                                  const json_t *root,
                                  bool changes_only) ABL_MUST_CHECK;

/** Reads the groups "access", "exam" and "surface" of @p root, and takes over
 * what the access planner needs of the rules. Rules come before. */
abl_status abl_profile_read_numbers(abl_profile *profile,
                                    const abl_json_reader *reader,
                                    const json_t *root,
                                    bool changes_only) ABL_MUST_CHECK;

/** abl_profile_load() of built-in names only. */
abl_status abl_profile_load_built_in(abl_profile *out, const char *what,
                                     abl_error *err) ABL_MUST_CHECK;

#endif
