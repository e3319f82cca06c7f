/* Which DICOM objects a source allows.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/dicom_results.h"

static const char no_names[] =
    "a file of the series has no SOP class or instance UID to refer to";

static const char *why_no_segmentation(const abl_dicom_source *source)
{
    if (!abl_dicom_source_has_names(source))
        return no_names;
    return abl_dicom_source_frame_uid(source)[0]
               ? NULL
               : "the series has no frame of reference to place it in";
}

static const char *why_no_report(const abl_dicom_source *source)
{
    return abl_dicom_source_has_names(source) ? NULL : no_names;
}

static abl_status drop(bool *wanted, bool is_named, const char *code,
                       const char *title, const char *reason,
                       abl_findings *notes, abl_error *err)
{
    if (!*wanted || !reason)
        return ABL_OK;
    if (is_named)
        return abl_error_set(err, ABL_E_UNSUPPORTED,
                             "no DICOM %s can be written: %.500s; leave it out "
                             "of --dicom",
                             title, reason);
    *wanted = false;
    abl_findings_warn(notes, code, "No DICOM %s was written: %.190s.", title,
                      reason);
    return ABL_OK;
}

abl_status abl_dicom_choice_check(abl_dicom_choice *choice,
                                  const abl_dicom_source *source,
                                  const char *reason, abl_findings *notes,
                                  abl_error *err)
{
    const bool named = choice->is_named;
    const char *seg = source ? why_no_segmentation(source) : reason;
    const char *sr = source ? why_no_report(source) : reason;
    const char *any = source ? NULL : reason;
    abl_status status = drop(&choice->segmentation, named, "no-dicom-seg",
                             "segmentation (SEG)", seg, notes, err);
    if (!status)
        status = drop(&choice->report, named, "no-dicom-sr",
                      "structured report (SR)", sr, notes, err);
    if (!status)
        status = drop(&choice->captures, named, "no-dicom-sc",
                      "secondary capture", any, notes, err);
    if (!status)
        status = drop(&choice->document, named, "no-dicom-pdf",
                      "encapsulated PDF", any, notes, err);
    return status;
}
