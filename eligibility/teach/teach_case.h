/* One case of a teaching set: what is taken of it, and its page.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_TEACH_TEACH_CASE_H
#define ABL_ELIGIBILITY_TEACH_TEACH_CASE_H

#include <jansson.h>

#include "eligibility/teach/finding_class.h"
#include "eligibility/teach/safe_text.h"
#include "eligibility/teach/teach_source.h"

/** Most lesions that a page asks about; the largest come first. */
#define ABL_TEACH_MAX_LESIONS 12

typedef struct abl_teach_case {
    char id[24];
    const char *folder; /**< of the result; borrowed, never written */
    abl_case report;
    abl_teach_source source;
    unsigned classes; /**< bits of abl_finding_class */
    size_t question_count;
    char *data; /**< JSON for the page, safe inside a script element */
} abl_teach_case;

void abl_teach_case_clear(abl_teach_case *item);

/**
 * Paints the pictures of a case into @p folder/ID, which must exist, and fills
 * @p item->data.
 * @retval ABL_E_FORMAT a picture is not what teaching.json says
 * @retval ABL_E_IO, ABL_E_NOMEM
 */
abl_status abl_teach_case_build(abl_teach_case *item, const char *folder,
                                const abl_teach_sources *sources,
                                abl_error *err) ABL_MUST_CHECK;

/** Rules, answers and reasons of a case, without pictures: what the page asks
 * and shows. NULL when out of memory. */
json_t *abl_teach_sections(const abl_case *report,
                           const abl_teach_sources *sources,
                           size_t *question_count);

/** @p folder/ID.html. @retval ABL_E_IO */
abl_status abl_teach_page_write(const char *folder, const abl_teach_case *item,
                                const char *set_id,
                                abl_error *err) ABL_MUST_CHECK;

/** @p folder/index.html: the list of cases and the score. @retval ABL_E_IO */
abl_status abl_teach_index_write(const char *folder,
                                 const abl_teach_case *cases, size_t count,
                                 const char *set_id,
                                 abl_error *err) ABL_MUST_CHECK;

#endif
