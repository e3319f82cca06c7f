/* Which pictures a page holds, so that a liver full of lesions still opens.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "eligibility/report/base64.h"
#include "eligibility/report/html_out.h"

/* What comes first when not everything fits. */
typedef enum rank {
    RANK_ALWAYS, /* of the patient, and each lesion's axial picture */
    RANK_STACK,
    RANK_PATH,
    RANK_NEAREST,
    RANK_MORE,
    RANK_COUNT
} rank;

static rank rank_of(const abl_picture *picture)
{
    if (picture->lesion == 0 || strstr(picture->file, "-axial."))
        return RANK_ALWAYS;
    if (strstr(picture->file, "-path."))
        return RANK_PATH;
    return strstr(picture->file, "-nearest.") ? RANK_NEAREST : RANK_MORE;
}

static abl_status measure(size_t *page_bytes, const char *folder,
                          const abl_picture *picture, abl_error *err)
{
    char path[PATH_MAX];
    struct stat facts;
    if (picture->pixels.png) {
        *page_bytes = abl_base64_bytes(picture->pixels.png_bytes);
        return ABL_OK;
    }
    const int length =
        snprintf(path, sizeof path, "%s/%s", folder, picture->file);
    if (length < 0 || (size_t)length >= sizeof path)
        return abl_error_set(err, ABL_E_IO, "%s: the path is too long", folder);
    if (stat(path, &facts) != 0)
        return abl_error_set(err, ABL_E_IO, "%s: cannot be read: %s", path,
                             strerror(errno));
    *page_bytes = abl_base64_bytes((size_t)facts.st_size);
    return ABL_OK;
}

static bool take(size_t *left, size_t bytes)
{
    if (bytes > *left)
        return false;
    *left -= bytes;
    return true;
}

static abl_status choose_pictures(abl_html_budget *budget, size_t *left,
                                  rank which, const char *folder,
                                  const abl_pictures *pictures, abl_error *err)
{
    abl_status status = ABL_OK;
    for (size_t n = 0; n < pictures->count && !status; n++) {
        size_t bytes = 0;
        if (rank_of(&pictures->items[n]) != which)
            continue;
        status = measure(&bytes, folder, &pictures->items[n], err);
        budget->holds[n] = !status && take(left, bytes);
    }
    return status;
}

/* Stacks of half as many lesions, until they fit. */
static abl_status choose_stacks(abl_html_budget *budget, size_t *left,
                                const abl_report *report, size_t lesions,
                                abl_error *err)
{
    for (; lesions > 0; lesions /= 2) {
        const abl_status status =
            abl_viewer_create(&budget->viewer, report, lesions, err);
        if (status || take(left, abl_viewer_page_bytes(&budget->viewer)))
            return status;
        abl_viewer_clear(&budget->viewer);
    }
    return ABL_OK;
}

static size_t count_shown(const abl_report *report)
{
    const size_t shapes =
        report->structures ? report->structures->lesion_count : 0;
    const size_t found = report->findings->lesion_count;
    const size_t lesions = shapes < found ? shapes : found;
    return lesions < ABL_HTML_MAX_STACKS ? lesions : ABL_HTML_MAX_STACKS;
}

abl_status abl_html_budget_make(abl_html_budget *budget, const char *folder,
                                const abl_report *report,
                                const abl_pictures *pictures, abl_error *err)
{
    size_t left = ABL_HTML_MAX_PICTURE_BYTES;
    memset(budget, 0, sizeof *budget);
    budget->holds = abl_alloc(pictures->count + 1, sizeof *budget->holds, err);
    abl_status status = budget->holds ? ABL_OK : ABL_E_NOMEM;
    for (int which = 0; which < RANK_COUNT && !status; which++) {
        if (which == RANK_STACK)
            status =
                choose_stacks(budget, &left, report, count_shown(report), err);
        else
            status = choose_pictures(budget, &left, (rank)which, folder,
                                     pictures, err);
    }
    if (status)
        abl_html_budget_clear(budget);
    return status;
}

void abl_html_budget_clear(abl_html_budget *budget)
{
    abl_viewer_clear(&budget->viewer);
    free(budget->holds);
    memset(budget, 0, sizeof *budget);
}
