/* Which sentences of a report may be shown to strangers.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_TEACH_SAFE_TEXT_H
#define ABL_ELIGIBILITY_TEACH_SAFE_TEXT_H

#include "eligibility/cases/case_read.h"

/**
 * Whether a sentence can hold nothing of the source: every word is one of
 * words.txt (those that our rules make their sentences of), every number is
 * at most five digits with at most two decimals, and no digits are joined by
 * '-', '/', ':' or a second '.', so that no date, time or UID passes. All else
 * but plain punctuation, "±" and "°" is refused.
 *
 * The sentences of R1 to R17 are made by us from measured values; this is the
 * second lock, for reports of other versions or edited ones.
 */
bool abl_teach_text_is_safe(const char *text);

/** A unit that a rule may have: "", "mm", "%", "deg", "mL", "HU", "cm". */
bool abl_teach_unit_is_known(const char *unit);

/** Titles and sources of limits, as the built-in profiles state them. */
typedef struct abl_teach_sources abl_teach_sources;

/** Loads every built-in profile, alone and with each overlay.
 * @param[out] out  abl_teach_sources_destroy() it
 * @retval ABL_E_NOMEM */
abl_status abl_teach_sources_create(abl_teach_sources **out,
                                    abl_error *err) ABL_MUST_CHECK;
void abl_teach_sources_destroy(abl_teach_sources *sources);

/** Title of rule @p id (1 to ABL_RULE_COUNT) in the profile "net". */
const char *abl_teach_rule_title(const abl_teach_sources *sources, int id);

/** The built-in text equal to the source of @p rule; NULL when there is none:
 * it comes from somebody's own profile, whose words are not known. */
const char *abl_teach_rule_source(const abl_teach_sources *sources,
                                  const abl_case_rule *rule);

/** Share of a lesion's surface, in per cent, above which it bulges: of "net". */
double abl_teach_max_exophytic_percent(const abl_teach_sources *sources);

#endif
