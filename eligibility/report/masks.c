/* masks/: the label map on the native grid and the names of its values.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <string.h>

#include "eligibility/report/report.h"
#include "eligibility/report/vessel_labels.h"
#include "imaging/nifti.h"
#include "imaging/threads.h"

static bool is_over_liver(uint8_t label)
{
    return label == ABL_LIVER ||
           (label >= ABL_HEPATIC_VEINS && label <= ABL_HILUM);
}

/* Vessels and over them the hilum, over the liver only. */
static void put_vessel(void *user, uint8_t *labels, const float *field,
                       size_t count)
{
    const uint8_t id = *(const uint8_t *)user;
    for (size_t n = 0; n < count; n++)
        if (field[n] > 0 && is_over_liver(labels[n]))
            labels[n] = id;
}

/* Organs keep their voxels in the liver, but with a value that says so. */
static void put_liver(void *user, uint8_t *labels, const float *field,
                      size_t count)
{
    bool *used = user;
    for (size_t n = 0; n < count; n++) {
        if (!(field[n] > 0) || is_over_liver(labels[n]))
            continue;
        labels[n] =
            (uint8_t)(labels[n] ? ABL_IN_LIVER_LABEL + labels[n] : ABL_LIVER);
        used[labels[n]] = true;
    }
}

ABL_HOT static void put_lesions(uint8_t *labels, const uint8_t *lesions,
                                size_t voxels)
{
    for (size_t n = 0; n < voxels; n++) {
        const uint8_t value =
            (uint8_t)(ABL_LESION_LABEL_FIRST - 1 + lesions[n]);
        labels[n] = lesions[n] ? value : labels[n];
    }
}

/* The map and the values that it has, in the order the file's slices had. */
typedef struct merged {
    abl_volume *labels;
    bool used[256]; /* of those that an organ in the liver has */
} merged;

static abl_status merge_labels(merged *out, const abl_report *report,
                               abl_error *err)
{
    const abl_structures *structures = report->structures;
    abl_volume *all = NULL;
    memset(out, 0, sizeof *out);
    abl_status status = abl_volume_clone(&all, structures->labels, err);
    const abl_volume *liver = structures->items[ABL_LIVER].field;
    for (int id = ABL_HEPATIC_VEINS; !status && id <= ABL_HILUM; id++) {
        uint8_t value = (uint8_t)id;
        if (structures->items[id].field)
            status = abl_labels_visit(all, structures->items[id].field,
                                      put_vessel, &value, err);
    }
    if (!status && liver)
        status = abl_labels_visit(all, liver, put_liver, out->used, err);
    if (!status) {
        put_lesions(abl_volume_u8(all),
                    abl_volume_u8(structures->lesion_labels),
                    abl_grid_voxels(&all->grid));
        status = abl_volume_reorient(
            &out->labels, all,
            abl_orientation_invert(report->native_to_canonical), err);
    }
    abl_volume_destroy(all);
    return status;
}

static int add_label(json_t *labels, unsigned value, const char *name)
{
    json_t *item = json_pack("{s:i, s:s}", "value", (int)value, "name", name);
    return json_array_append_new(labels, item);
}

static bool is_in_map(abl_structure_id id)
{
    return id <= ABL_LEFT_ADRENAL_GLAND || abl_structure_is_bowel(id) ||
           abl_structure_is_in_liver(id);
}

static int add_in_liver(json_t *labels, const bool used[256])
{
    int failed = 0;
    for (int id = ABL_SPLEEN; id < ABL_STRUCTURE_COUNT; id++) {
        char name[64];
        const int value = ABL_IN_LIVER_LABEL + id;
        if (!used[value])
            continue;
        snprintf(name, sizeof name, "%s_in_liver",
                 abl_structure_name((abl_structure_id)id));
        failed |= add_label(labels, (unsigned)value, name);
    }
    return failed;
}

static const char note[] =
    "One value a voxel. Lesions lie over everything. The liver is the sum of "
    "liver, hepatic_veins, portal_veins, liver_vessels, hilum, all lesions and "
    "all names that end in _in_liver. Voxels of NAME_in_liver belong to NAME "
    "and to the liver; when this map is imported they are taken for both.";

static json_t *build_names(const abl_report *report, const bool used[256])
{
    json_t *labels = json_array();
    int failed = !labels;
    for (unsigned id = 1; id < ABL_STRUCTURE_COUNT; id++)
        if (report->structures->items[id].field &&
            is_in_map((abl_structure_id)id))
            failed |=
                add_label(labels, id, abl_structure_name((abl_structure_id)id));
    failed |= add_in_liver(labels, used);
    for (unsigned n = 1; n <= report->structures->lesion_count; n++) {
        char name[32];
        snprintf(name, sizeof name, "lesion_%02u", n);
        failed |= add_label(labels, ABL_LESION_LABEL_FIRST - 1 + n, name);
    }
    json_t *root =
        failed ? NULL : json_pack("{s:O, s:s}", "labels", labels, "note", note);
    json_decref(labels);
    return root;
}

static abl_status write_names(const char *path, const abl_report *report,
                              const bool used[256], abl_error *err)
{
    json_t *root = build_names(report, used);
    if (!root)
        return abl_error_set(err, ABL_E_NOMEM, "out of memory");
    int failed = json_dump_file(root, path, JSON_INDENT(2));
    json_decref(root);
    return failed ? abl_error_set(err, ABL_E_IO, "%s: cannot be written: %s",
                                  path, strerror(errno))
                  : ABL_OK;
}

abl_status abl_masks_write(const char *folder, const abl_report *report,
                           abl_error *err)
{
    char path[PATH_MAX];
    merged map;
    abl_status status = merge_labels(&map, report, err);
    if (status)
        return status;
    snprintf(path, sizeof path, "%s/masks/labels.nii.gz", folder);
    status = abl_nifti_write(path, map.labels, err);
    snprintf(path, sizeof path, "%s/masks/labels.json", folder);
    if (!status)
        status = write_names(path, report, map.used, err);
    abl_volume_destroy(map.labels);
    return status;
}
