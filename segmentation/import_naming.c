/* What the parts of a file are, and whether they belong to the series.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "segmentation/import_parts.h"
#include "segmentation/outline_names.h"

void abl_name_list_add(abl_name_list *to, const char *label, const char *is)
{
    char one[128];
    const char *between = to->used ? ", " : "";
    const int length =
        !is ? snprintf(one, sizeof one, "%s\"%s\"", between, label)
        : strcasecmp(label, is) == 0
            ? snprintf(one, sizeof one, "%s%s", between, is)
            : snprintf(one, sizeof one, "%s\"%s\" as %s", between, label, is);
    const size_t room = sizeof to->text - sizeof " and 65535 more";
    if (length < 0 || (size_t)length >= sizeof one ||
        to->used + (size_t)length >= room) {
        to->more++;
        return;
    }
    memcpy(to->text + to->used, one, (size_t)length + 1);
    to->used += (size_t)length;
}

const char *abl_name_list_end(abl_name_list *of)
{
    if (of->more)
        snprintf(of->text + of->used, sizeof of->text - of->used, "%s%zu more",
                 of->used ? " and " : "", of->more);
    return of->text;
}

static bool is_used(abl_label_meaning meaning)
{
    return meaning.kind > ABL_LABEL_IGNORED;
}

const char *abl_label_meaning_title(abl_label_meaning meaning)
{
    return meaning.kind == ABL_LABEL_LESION   ? "a lesion"
           : meaning.kind == ABL_LABEL_TUMOUR ? "lesions by piece"
                                              : abl_structure_title(meaning.id);
}

static abl_status name_part(abl_label_meaning *out, const abl_import_job *job,
                            const abl_label_names *given,
                            const abl_outline_part *part, abl_error *err)
{
    bool disagrees = false;
    if (given && part->number >= 0 && part->number <= ABL_LABEL_MAX_VALUE &&
        given->of[part->number].kind != ABL_LABEL_UNNAMED) {
        *out = given->of[part->number];
        return ABL_OK;
    }
    *out = abl_outline_meaning(part, &disagrees);
    if (disagrees)
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: number %ld is labelled \"%s\" and coded as "
                             "\"%s\"; say which it is with --label-names "
                             "{\"%ld\": ...}",
                             job->file, part->number, part->label,
                             part->meaning, part->number);
    return ABL_OK;
}

static abl_status note_names(abl_import_job *job,
                             const abl_label_meaning *meanings,
                             const abl_outline_part *parts, size_t count,
                             abl_error *err)
{
    abl_name_list used = {"", 0, 0}, ignored = {"", 0, 0};
    for (size_t n = 0; n < count; n++) {
        if (is_used(meanings[n]))
            abl_name_list_add(&used, parts[n].label,
                              abl_label_meaning_title(meanings[n]));
        else if (parts[n].number >= 0)
            abl_name_list_add(&ignored, parts[n].label, NULL);
    }
    abl_name_list_end(&used);
    if (!used.text[0])
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: nothing has a name that can be used (%s); "
                             "give names with --label-names {\"1\": \"liver\"}",
                             job->file, abl_name_list_end(&ignored));
    abl_import_job_note(job, "labels-named", "%.40s: taken: %s.", job->file,
                        used.text);
    if (abl_name_list_end(&ignored)[0])
        abl_import_job_note(job, "labels-ignored", "%.40s: not used: %s.",
                            job->file, ignored.text);
    return ABL_OK;
}

static abl_label_meaning select_part(const abl_import_selection *only,
                                     long number, abl_label_meaning meaning)
{
    const bool is_both = meaning.in_liver && only->structures[meaning.id];
    if (number >= 0 && number <= ABL_LABEL_MAX_VALUE && only->lesions[number])
        return (abl_label_meaning){ABL_LABEL_LESION, ABL_BACKGROUND, false};
    if (abl_label_is_of_liver(&meaning) && only->structures[ABL_LIVER])
        return is_both
                   ? meaning
                   : (abl_label_meaning){ABL_LABEL_STRUCTURE, ABL_LIVER, false};
    meaning.in_liver = false;
    if (meaning.kind == ABL_LABEL_STRUCTURE && only->structures[meaning.id])
        return meaning;
    return (abl_label_meaning){ABL_LABEL_IGNORED, ABL_BACKGROUND, false};
}

abl_status abl_import_name_parts(abl_import_job *job,
                                 abl_label_meaning *meanings,
                                 const abl_outline_part *parts, size_t count,
                                 abl_error *err)
{
    abl_label_names *given = NULL;
    abl_status status = ABL_OK;
    if (job->names) {
        given = abl_alloc(1, sizeof *given, err);
        status =
            given ? abl_label_names_load(given, job->names, err) : ABL_E_NOMEM;
    }
    snprintf(job->names_source, sizeof job->names_source, "%s",
             given && !status ? given->source : "names in the file");
    snprintf(job->names_sha256, sizeof job->names_sha256, "%s",
             given && !status ? given->sha256 : job->sha256);
    for (size_t n = 0; !status && n < count; n++) {
        status = name_part(&meanings[n], job, given, &parts[n], err);
        if (!status && job->only)
            meanings[n] = select_part(job->only, parts[n].number, meanings[n]);
    }
    free(given);
    return status ? status : note_names(job, meanings, parts, count, err);
}

static bool names_series(const abl_outline_origin *origin, const char *uid)
{
    for (size_t n = 0; n < origin->series_count; n++)
        if (strcmp(origin->series_uids[n], uid) == 0)
            return true;
    return false;
}

static abl_status check_frame(abl_import_job *job,
                              const abl_outline_origin *origin,
                              const char *frame_uid, const char *label,
                              abl_error *err)
{
    const abl_series_info *info = job->info;
    const char *wanted = info->frame_of_reference_uid;
    if (frame_uid[0] && wanted[0])
        return strcmp(frame_uid, wanted) == 0
                   ? ABL_OK
                   : abl_error_set(err, ABL_E_GEOMETRY,
                                   "%s: \"%s\" is drawn in another frame of "
                                   "reference (%s) than the series that is "
                                   "analysed (%s); choose its series with "
                                   "--series",
                                   job->file, label, frame_uid, wanted);
    return names_series(origin, info->series_uid)
               ? ABL_OK
               : abl_error_set(err, ABL_E_GEOMETRY,
                               "%s: names neither the frame of reference nor "
                               "the series that is analysed, so its positions "
                               "may mean nothing there",
                               job->file);
}

abl_status abl_import_belongs(abl_import_job *job,
                              const abl_outline_origin *origin,
                              const abl_outline_part *parts,
                              const abl_label_meaning *meanings, size_t count,
                              abl_error *err)
{
    if (!job->info || job->info->is_nifti || !job->info->series_uid[0]) {
        abl_import_job_note(job, "labels-unchecked",
                            "%.60s: whether it was drawn on this image cannot "
                            "be checked, for the image names no series.",
                            job->file);
        return ABL_OK;
    }
    for (size_t n = 0; n < count; n++) {
        const abl_status status =
            is_used(meanings[n]) ? check_frame(job, origin, parts[n].frame_uid,
                                               parts[n].label, err)
                                 : ABL_OK;
        if (status)
            return status;
    }
    if (origin->series_count && !names_series(origin, job->info->series_uid))
        abl_import_job_note(job, "labels-other-series",
                            "%.60s: drawn on another series of the same frame "
                            "of reference; breathing in between would move "
                            "its outlines.",
                            job->file);
    return ABL_OK;
}
