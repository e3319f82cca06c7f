/* Context fields inside another JSON file.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_CONTEXT_READ_H
#define ABL_ELIGIBILITY_CONTEXT_READ_H

#include "eligibility/context.h"
#include "eligibility/profile_reader.h"

/** Reads the fields of abl_context_parse() from an object without "schema";
 * those that are not there stay as they are.
 * @retval ABL_E_FORMAT */
abl_status abl_context_read_fields(abl_context *out,
                                   const abl_json_reader *reader,
                                   const json_t *object) ABL_MUST_CHECK;

#endif
