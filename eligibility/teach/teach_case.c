/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/teach/teach_case.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "eligibility/report/json_out.h"
#include "eligibility/teach/repaint.h"

static abl_status paths(char from[PATH_MAX], char to[PATH_MAX],
                        const abl_teach_case *item, const char *folder,
                        const char *in, const char *name, const char *as,
                        abl_error *err)
{
    const int a = snprintf(from, PATH_MAX, "%s/%s/%s", item->folder, in, name);
    const int b = snprintf(to, PATH_MAX, "%s/%s/%s", folder, item->id, as);
    if (a < 0 || a >= PATH_MAX || b < 0 || b >= PATH_MAX)
        return abl_error_set(err, ABL_E_IO, "%s: the path is too long",
                             item->folder);
    return ABL_OK;
}

/* The scale holds only for a picture of the size that was stated. */
static abl_status paint_clean(const abl_teach_case *item, const char *folder,
                              const abl_clean_picture *picture, abl_error *err)
{
    char from[PATH_MAX], to[PATH_MAX];
    size_t width = 0, height = 0;
    abl_status status = paths(from, to, item, folder, "teaching", picture->file,
                              picture->file, err);
    if (!status)
        status = abl_repaint(&width, &height, to, from, err);
    if (!status && (width != picture->width_px || height != picture->height_px))
        status = abl_error_set(err, ABL_E_FORMAT,
                               "%s: is not of the size that teaching.json "
                               "states",
                               from);
    return status;
}

static abl_status paint_all_clean(const abl_teach_case *item,
                                  const char *folder, abl_error *err)
{
    const abl_teach_source *source = &item->source;
    abl_status status = ABL_OK;
    for (size_t n = 0; n < source->axial_count && !status; n++)
        status = paint_clean(item, folder, &source->axial[n], err);
    for (size_t n = 0; n < source->lesion_count && !status; n++) {
        status = paint_clean(item, folder, &source->lesions[n].coronal, err);
        if (!status)
            status =
                paint_clean(item, folder, &source->lesions[n].sagittal, err);
    }
    return status;
}

static json_t *json_picture(abl_json_out *out, const abl_teach_case *item,
                            const abl_clean_picture *picture)
{
    char file[80];
    json_t *object = json_object();
    snprintf(file, sizeof file, "%s/%s", item->id, picture->file);
    abl_out_set(out, object, "file", abl_out_text(file));
    abl_out_set(out, object, "slice", abl_out_count(picture->slice));
    abl_out_set(out, object, "w", abl_out_count(picture->width_px));
    abl_out_set(out, object, "h", abl_out_count(picture->height_px));
    return object;
}

static json_t *json_place(abl_json_out *out, const double px[2])
{
    json_t *at = json_array();
    abl_out_append(out, at, abl_out_number(out, px[0], 1));
    abl_out_append(out, at, abl_out_number(out, px[1], 1));
    return at;
}

static json_t *json_lesion(abl_json_out *out, const abl_teach_case *item,
                           const abl_clean_lesion *lesion)
{
    json_t *object = json_object(),
           *coronal = json_picture(out, item, &lesion->coronal),
           *sagittal = json_picture(out, item, &lesion->sagittal);
    abl_out_set(out, coronal, "at", json_place(out, lesion->coronal.lesion_px));
    abl_out_set(out, sagittal, "at",
                json_place(out, lesion->sagittal.lesion_px));
    abl_out_set(out, object, "number", json_integer(lesion->number));
    abl_out_set(out, object, "axial", abl_out_count(lesion->axial_index));
    abl_out_set(out, object, "at", json_place(out, lesion->axial_px));
    abl_out_set(out, object, "coronal", coronal);
    abl_out_set(out, object, "sagittal", sagittal);
    return object;
}

/* A drawn picture that the run may have made, under a name of ours. Those of
 * the report itself are not taken: they show the series' description. */
static abl_status add_annotated(json_t *list, abl_json_out *out,
                                const abl_teach_case *item, const char *folder,
                                const char *name, const char *caption,
                                abl_error *err)
{
    char from[PATH_MAX], to[PATH_MAX], as[64], file[96];
    struct stat info;
    size_t width = 0, height = 0;
    snprintf(as, sizeof as, "drawn-%s", name);
    abl_status status =
        paths(from, to, item, folder, "teaching/overlays", name, as, err);
    if (status || lstat(from, &info) != 0)
        return status;
    status = abl_repaint(&width, &height, to, from, err);
    if (status)
        return status;
    json_t *object = json_object();
    snprintf(file, sizeof file, "%s/%s", item->id, as);
    abl_out_set(out, object, "file", abl_out_text(file));
    abl_out_set(out, object, "caption", abl_out_text(caption));
    abl_out_set(out, object, "w", abl_out_count(width));
    abl_out_set(out, object, "h", abl_out_count(height));
    abl_out_append(out, list, object);
    return ABL_OK;
}

static abl_status add_all_annotated(json_t *list, abl_json_out *out,
                                    const abl_teach_case *item,
                                    const char *folder, abl_error *err)
{
    static const struct {
        const char *name, *title;
    } views[] = {{"axial", "axial"},
                 {"coronal", "coronal"},
                 {"sagittal", "sagittal"},
                 {"nearest", "plane through the shortest distance"},
                 {"path", "plane through the path"},
                 {"needle", "planes across the path"},
                 {"access", "directions over the skin"}};
    abl_status status =
        add_annotated(list, out, item, folder, "overview.png", "Overview", err);
    if (!status)
        status = add_annotated(list, out, item, folder, "surface.png",
                               "Surfaces, for orientation only", err);
    if (!status)
        status = add_annotated(list, out, item, folder, "projection.png",
                               "Projections with every lesion", err);
    for (size_t n = 0;
         n < item->report.lesion_count && n < ABL_TEACH_MAX_LESIONS && !status;
         n++)
        for (size_t v = 0; v < sizeof views / sizeof views[0] && !status; v++) {
            char name[64], caption[96];
            const int number = item->report.lesions[n].number;
            snprintf(name, sizeof name, "lesion-%02d-%s.png", number,
                     views[v].name);
            snprintf(caption, sizeof caption, "Lesion %d, %s", number,
                     views[v].title);
            status = add_annotated(list, out, item, folder, name, caption, err);
        }
    return status;
}

/* No "<" may end the script element that holds the data. */
static char *script_safe(const char *json)
{
    size_t more = 0;
    for (const char *at = json; *at; at++)
        more += *at == '<' ? 5 : 0;
    char *out = malloc(strlen(json) + more + 1), *to = out;
    for (const char *at = json; out && *at; at++) {
        if (*at == '<') {
            memcpy(to, "\\u003c", 6);
            to += 6;
        } else {
            *to++ = *at;
        }
    }
    if (out)
        *to = '\0';
    return out;
}

static abl_status fill_data(abl_teach_case *item, json_t *root,
                            const abl_json_out *out, abl_error *err)
{
    char *plain = out->out_of_memory || out->not_finite
                      ? NULL
                      : json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(9));
    if (plain)
        item->data = script_safe(plain);
    free(plain);
    return item->data ? ABL_OK
                      : abl_error_set(err, ABL_E_NOMEM, "out of memory");
}

abl_status abl_teach_case_build(abl_teach_case *item, const char *folder,
                                const abl_teach_sources *sources,
                                abl_error *err)
{
    abl_json_out out = {false, false};
    json_t *root = json_object(), *axial = json_array(),
           *lesions = json_array(), *drawn = json_array();
    for (size_t n = 0; n < item->source.axial_count; n++)
        abl_out_append(&out, axial,
                       json_picture(&out, item, &item->source.axial[n]));
    for (size_t n = 0; n < item->source.lesion_count; n++)
        abl_out_append(&out, lesions,
                       json_lesion(&out, item, &item->source.lesions[n]));
    abl_status status = paint_all_clean(item, folder, err);
    if (!status)
        status = add_all_annotated(drawn, &out, item, folder, err);
    abl_out_set(&out, root, "id", abl_out_text(item->id));
    abl_out_set(&out, root, "mm_per_px",
                abl_out_number(&out, item->source.mm_per_px, 6));
    abl_out_set(&out, root, "axial", axial);
    abl_out_set(&out, root, "lesions", lesions);
    abl_out_set(&out, root, "drawn", drawn);
    abl_out_set(
        &out, root, "sections",
        abl_teach_sections(&item->report, sources, &item->question_count));
    if (!status)
        status = fill_data(item, root, &out, err);
    json_decref(root);
    return status;
}

void abl_teach_case_clear(abl_teach_case *item)
{
    abl_case_clear(&item->report);
    abl_teach_source_clear(&item->source);
    free(item->data);
    item->data = NULL;
}
