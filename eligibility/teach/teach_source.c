/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/teach/teach_source.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "eligibility/cases/json_guard.h"
#include "eligibility/profile_reader.h"
#include "eligibility/teach/clean_pictures.h"
#include "imaging/file_bytes.h"

#define MAX_BYTES ((size_t)4 << 20)

static const abl_json_bounds bounds = {8, 200000};
static const char *const burned_in_names[] = {"unknown", "absent", "no", "yes",
                                              NULL};

static abl_status get_count(size_t *out, const abl_json_reader *reader,
                            const json_t *object, const char *key, double min,
                            double max)
{
    const abl_json_number what = {key, min, max, true};
    double number = 0;
    abl_status status = abl_json_number_get(&number, reader, object, &what);
    *out = (size_t)number;
    return status;
}

static abl_status get_flag(bool *out, const abl_json_reader *reader,
                           const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    *out = json_is_true(value);
    return json_is_boolean(value)
               ? ABL_OK
               : abl_json_fail(reader, key, "must be true or false");
}

static abl_status read_picture(abl_clean_picture *out,
                               const abl_json_reader *reader,
                               const json_t *object, const char *name)
{
    if (!json_is_object(object))
        return abl_json_fail(reader, "", "must hold objects");
    abl_status status = abl_json_text(out->file, sizeof out->file, reader,
                                      object, "file", false);
    if (!status && strcmp(out->file, name) != 0)
        status = abl_json_fail(reader, "file", "must be \"%s\"", name);
    if (!status)
        status = get_count(&out->slice, reader, object, "slice", 0, 100000);
    if (!status)
        status = get_count(&out->width_px, reader, object, "width_px",
                           ABL_TEACH_WIDTH_PX, ABL_TEACH_WIDTH_PX);
    if (!status)
        status = get_count(&out->height_px, reader, object, "height_px", 1,
                           ABL_TEACH_HEIGHT_PX);
    return status;
}

static abl_status read_place(double px[2], const abl_json_reader *reader,
                             const json_t *object)
{
    const json_t *at = json_object_get(object, "lesion_px");
    bool good = json_is_array(at) && json_array_size(at) == 2;
    for (size_t n = 0; n < 2; n++) {
        px[n] = json_number_value(json_array_get(at, n));
        good = good && json_is_number(json_array_get(at, n)) && px[n] > -1e5 &&
               px[n] < 1e5;
    }
    return good ? ABL_OK
                : abl_json_fail(reader, "lesion_px", "must be two numbers");
}

static abl_status read_axial(abl_teach_source *out,
                             const abl_json_reader *reader, const json_t *root)
{
    const json_t *axial = json_object_get(root, "axial");
    const size_t count = json_array_size(axial);
    if (count < 1 || count > ABL_TEACH_MAX_PICTURES)
        return abl_json_fail(reader, "axial", "must list 1 to %d pictures",
                             ABL_TEACH_MAX_PICTURES);
    out->axial = abl_alloc(count, sizeof *out->axial, reader->err);
    if (!out->axial)
        return ABL_E_NOMEM;
    out->axial_count = count;
    abl_status status = ABL_OK;
    for (size_t n = 0; n < count && !status; n++) {
        char name[40];
        snprintf(name, sizeof name, "axial-%03zu.png", n + 1);
        status = read_picture(&out->axial[n], reader, json_array_get(axial, n),
                              name);
    }
    return status;
}

/* The axial picture of a lesion is one of the stack. */
static abl_status read_axial_of(abl_clean_lesion *lesion,
                                const abl_teach_source *source,
                                const abl_json_reader *reader,
                                const json_t *object)
{
    const char *file = json_string_value(json_object_get(object, "file"));
    for (size_t n = 0; file && n < source->axial_count; n++)
        if (strcmp(source->axial[n].file, file) == 0) {
            lesion->axial_index = n;
            return read_place(lesion->axial_px, reader, object);
        }
    return abl_json_fail(reader, "lesions", "name an unknown axial picture");
}

static abl_status read_plane(abl_clean_picture *out,
                             const abl_json_reader *reader,
                             const json_t *lesion, int number,
                             const char *plane)
{
    char name[40];
    const json_t *object = json_object_get(lesion, plane);
    snprintf(name, sizeof name, "lesion-%02d-%s.png", number, plane);
    abl_status status = read_picture(out, reader, object, name);
    return status ? status : read_place(out->lesion_px, reader, object);
}

static abl_status read_lesion(abl_clean_lesion *lesion,
                              const abl_teach_source *source,
                              const abl_json_reader *reader,
                              const json_t *object)
{
    size_t number = 0;
    if (!json_is_object(object))
        return abl_json_fail(reader, "lesions", "must hold objects");
    abl_status status = get_count(&number, reader, object, "number", 1, 100000);
    lesion->number = (int)number;
    if (!status)
        status = read_axial_of(lesion, source, reader,
                               json_object_get(object, "axial"));
    if (!status)
        status = read_plane(&lesion->coronal, reader, object, lesion->number,
                            "coronal");
    if (!status)
        status = read_plane(&lesion->sagittal, reader, object, lesion->number,
                            "sagittal");
    return status;
}

static abl_status read_lesions(abl_teach_source *out,
                               const abl_json_reader *reader,
                               const json_t *root)
{
    const json_t *lesions = json_object_get(root, "lesions");
    const size_t count = json_array_size(lesions);
    if (!json_is_array(lesions) || count > ABL_CASE_MAX_LESIONS)
        return abl_json_fail(reader, "lesions", "must be a list of at most %d",
                             ABL_CASE_MAX_LESIONS);
    out->lesions = abl_alloc(count, sizeof *out->lesions, reader->err);
    if (!out->lesions)
        return ABL_E_NOMEM;
    out->lesion_count = count;
    abl_status status = ABL_OK;
    for (size_t n = 0; n < count && !status; n++)
        status = read_lesion(&out->lesions[n], out, reader,
                             json_array_get(lesions, n));
    return status;
}

static abl_status read_root(abl_teach_source *out,
                            const abl_json_reader *reader, const json_t *root)
{
    size_t burned_in = 0;
    const abl_json_number scale = {"mm_per_px", 0.01, 10, false};
    abl_status status = abl_json_choice(
        &burned_in, reader, root, "burned_in_annotation", burned_in_names);
    out->burned_in = (abl_burned_in)burned_in;
    if (!status)
        status = get_flag(&out->is_secondary, reader, root, "is_secondary");
    if (!status)
        status =
            get_flag(&out->outside_is_black, reader, root, "outside_is_black");
    if (!status)
        status = abl_json_number_get(&out->mm_per_px, reader, root, &scale);
    if (!status)
        status = read_axial(out, reader, root);
    if (!status)
        status = read_lesions(out, reader, root);
    return status;
}

abl_status abl_teach_source_parse(abl_teach_source *out, const char *text,
                                  size_t bytes, abl_error *err)
{
    memset(out, 0, sizeof *out);
    const char *too_much = abl_json_exceeds(text, bytes, &bounds);
    if (too_much)
        return abl_error_set(err, ABL_E_FORMAT, "teaching.json: %s", too_much);
    abl_json_reader reader = {"teaching.json", text, bytes, "", err};
    json_t *root = NULL;
    abl_status status = abl_json_parse(&root, &reader, err);
    if (status)
        return status;
    const char *schema = json_string_value(json_object_get(root, "schema"));
    if (!schema || strcmp(schema, ABL_TEACHING_SCHEMA) != 0)
        status = abl_error_set(err, ABL_E_UNSUPPORTED,
                               "teaching.json: is of another version; run the "
                               "study again with --teaching");
    else
        status = read_root(out, &reader, root);
    json_decref(root);
    if (status)
        abl_teach_source_clear(out);
    return status;
}

abl_status abl_teach_source_load(abl_teach_source *out, const char *folder,
                                 abl_error *err)
{
    char path[PATH_MAX], *text = NULL;
    struct stat info;
    size_t bytes = 0;
    memset(out, 0, sizeof *out);
    const int length =
        snprintf(path, sizeof path, "%s/teaching/teaching.json", folder);
    if (length < 0 || (size_t)length >= sizeof path)
        return abl_error_set(err, ABL_E_IO, "the path is too long");
    if (lstat(path, &info) != 0)
        return abl_error_set(err, ABL_E_UNSUPPORTED,
                             "there are no clean pictures; run the study again "
                             "with --teaching");
    abl_status status = abl_file_read(&text, &bytes, path, MAX_BYTES, err);
    if (!status)
        status = abl_teach_source_parse(out, text, bytes, err);
    free(text);
    return status;
}

void abl_teach_source_clear(abl_teach_source *source)
{
    free(source->axial);
    free(source->lesions);
    memset(source, 0, sizeof *source);
}

abl_status abl_teach_check_burned_in(const abl_teach_source *source,
                                     abl_error *err)
{
    const char *why = NULL;
    if (source->burned_in == ABL_BURNED_IN_YES)
        why = "its images say that text is burned in (BurnedInAnnotation)";
    else if (source->is_secondary && source->burned_in != ABL_BURNED_IN_NO)
        why = "its images may be captures of a screen (ImageType SECONDARY) "
              "and do not say whether text is burned in";
    if (!why)
        return ABL_OK;
    return abl_error_set(err, ABL_E_UNSUPPORTED,
                         "%s; look at every picture, and use "
                         "--accept-burned-in if none shows a name",
                         why);
}
