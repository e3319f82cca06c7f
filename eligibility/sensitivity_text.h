/* The words for a change; internal to sensitivity.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_SENSITIVITY_TEXT_H
#define ABL_ELIGIBILITY_SENSITIVITY_TEXT_H

#include "eligibility/sensitivity.h"

/** One or two sentences; empty when there is nothing to say. Of the patient's
 * own rules it says that it leaves the lesions aside. */
void abl_sensitivity_describe(char *out, size_t size, const abl_sensitivity *of,
                              abl_verdict verdict, bool of_patient);

/** "the lesion were 3.2 mm smaller (33.0 mm) or the limit 33.2 mm instead of
 * 30 mm"; empty when the flip holds nothing. */
void abl_sensitivity_say_flip(char *out, size_t size,
                              const abl_rule_sensitivity *of,
                              const abl_flip *flip);

#endif
