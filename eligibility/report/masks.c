/* masks/: the label map on the native grid and the names of its values.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <string.h>

#include "eligibility/report/report.h"
#include "eligibility/report/source_labels.h"
#include "eligibility/report/vessel_labels.h"
#include "imaging/nifti.h"

/* Vessels over the liver, organs over it but with a value that says so, lesions
 * over everything. */
static void merge(uint8_t *label, const uint8_t *vessel, const uint8_t *liver,
                  const uint8_t *lesion, size_t voxels)
{
    for (size_t n = 0; n < voxels; n++) {
        if (vessel[n] && label[n] == ABL_LIVER)
            label[n] = vessel[n];
        else if (liver[n] && label[n] != ABL_LIVER)
            label[n] = label[n] ? (uint8_t)(ABL_IN_LIVER_LABEL + label[n])
                                : (uint8_t)ABL_LIVER;
        if (lesion[n])
            label[n] = (uint8_t)(ABL_LESION_LABEL_FIRST - 1 + lesion[n]);
    }
}

/* In the order the file's slices had. */
static abl_status merge_labels(abl_volume **out, const abl_report *report,
                               abl_error *err)
{
    const abl_structures *structures = report->structures;
    abl_volume *merged = NULL, *vessels = NULL, *liver = NULL;
    *out = NULL;
    abl_status status = abl_volume_clone(&merged, structures->labels, err);
    if (!status)
        status = abl_vessel_labels_make(&vessels, structures, true, err);
    if (!status)
        status = abl_liver_labels_make(&liver, structures, err);
    if (!status)
        merge(abl_volume_u8(merged), abl_volume_u8(vessels),
              abl_volume_u8(liver), abl_volume_u8(structures->lesion_labels),
              abl_grid_voxels(&merged->grid));
    abl_volume_destroy(vessels);
    abl_volume_destroy(liver);
    if (!status)
        status = abl_volume_reorient(
            out, merged, abl_orientation_invert(report->native_to_canonical),
            err);
    abl_volume_destroy(merged);
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

static int add_in_liver(json_t *labels, const abl_volume *map)
{
    int failed = 0;
    const size_t voxels = abl_grid_voxels(&map->grid);
    for (int id = ABL_SPLEEN; id < ABL_STRUCTURE_COUNT; id++) {
        char name[64];
        const int value = ABL_IN_LIVER_LABEL + id;
        if (!memchr(abl_volume_u8(map), value, voxels))
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

static json_t *build_names(const abl_report *report, const abl_volume *map)
{
    json_t *labels = json_array();
    int failed = !labels;
    for (unsigned id = 1; id < ABL_STRUCTURE_COUNT; id++)
        if (report->structures->items[id].field &&
            is_in_map((abl_structure_id)id))
            failed |=
                add_label(labels, id, abl_structure_name((abl_structure_id)id));
    failed |= add_in_liver(labels, map);
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
                              const abl_volume *map, abl_error *err)
{
    json_t *root = build_names(report, map);
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
    abl_volume *labels = NULL;
    abl_status status = merge_labels(&labels, report, err);
    if (status)
        return status;
    snprintf(path, sizeof path, "%s/masks/labels.nii.gz", folder);
    status = abl_nifti_write(path, labels, err);
    snprintf(path, sizeof path, "%s/masks/labels.json", folder);
    if (!status)
        status = write_names(path, report, labels, err);
    abl_volume_destroy(labels);
    return status;
}
