/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/label_names.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/file_bytes.h"
#include "imaging/sha256.h"

#define MAX_FILE_BYTES ((size_t)256 << 10)
#define COUNT(array)   (sizeof(array) / sizeof(array)[0])

/* Another name for a structure of ours. */
static const struct {
    const char *name;
    abl_structure_id id;
} aliases[] = {
    {"kidney_right", ABL_RIGHT_KIDNEY},
    {"kidney_left", ABL_LEFT_KIDNEY},
    {"kidney_cyst_right", ABL_RIGHT_KIDNEY},
    {"kidney_cyst_left", ABL_LEFT_KIDNEY},
    {"portal_vein_and_splenic_vein", ABL_PORTAL_AND_SPLENIC_VEIN},
    {"adrenal_gland_right", ABL_RIGHT_ADRENAL_GLAND},
    {"adrenal_gland_left", ABL_LEFT_ADRENAL_GLAND},
    {"lung_upper_lobe_left", ABL_LUNG},
    {"lung_lower_lobe_left", ABL_LUNG},
    {"lung_upper_lobe_right", ABL_LUNG},
    {"lung_middle_lobe_right", ABL_LUNG},
    {"lung_lower_lobe_right", ABL_LUNG},
    {"lung_left", ABL_LUNG},
    {"lung_right", ABL_LUNG},
    {"sacrum", ABL_BONE},
    {"sternum", ABL_BONE},
    {"costal_cartilages", ABL_BONE},
    {"scapula_left", ABL_BONE},
    {"scapula_right", ABL_BONE},
    {"clavicula_left", ABL_BONE},
    {"clavicula_right", ABL_BONE},
    {"hip_left", ABL_BONE},
    {"hip_right", ABL_BONE},
    {"heart_myocardium", ABL_HEART},
    {"heart_atrium_left", ABL_HEART},
    {"heart_atrium_right", ABL_HEART},
    {"heart_ventricle_left", ABL_HEART},
    {"heart_ventricle_right", ABL_HEART},
    {"atrial_appendage_left", ABL_HEART},
    {"pulmonary_artery", ABL_HEART},
    {"pulmonary_vein", ABL_HEART},
    {"superior_vena_cava", ABL_HEART},
};

/* Whatever begins so. */
static const struct {
    const char *start;
    abl_structure_id id;
} families[] = {
    {"vertebrae_", ABL_BONE},
    {"rib_left_", ABL_BONE},
    {"rib_right_", ABL_BONE},
    {"liver_segment_", ABL_LIVER},
};

static const char *const tumours[] = {
    "lesion",  "lesions",     "tumor",        "tumors",       "tumour",
    "tumours", "liver_tumor", "liver_tumour", "liver_lesion", "liver_lesions",
};

/* Known to TotalSegmentator and of no use here. */
static const char *const ignored[] = {
    "ignore",
    "background",
    "trachea",
    "thyroid_gland",
    "urinary_bladder",
    "prostate",
    "brachiocephalic_trunk",
    "subclavian_artery_right",
    "subclavian_artery_left",
    "common_carotid_artery_right",
    "common_carotid_artery_left",
    "brachiocephalic_vein_left",
    "brachiocephalic_vein_right",
    "iliac_artery_left",
    "iliac_artery_right",
    "iliac_vena_left",
    "iliac_vena_right",
    "humerus_left",
    "humerus_right",
    "femur_left",
    "femur_right",
    "spinal_cord",
    "gluteus_maximus_left",
    "gluteus_maximus_right",
    "gluteus_medius_left",
    "gluteus_medius_right",
    "gluteus_minimus_left",
    "gluteus_minimus_right",
    "autochthon_left",
    "autochthon_right",
    "iliopsoas_left",
    "iliopsoas_right",
    "brain",
    "skull",
    "face",
};

/* The class "total" of TotalSegmentator 2: values from 1 on. A number N after
 * a star stands for the names ..._1 to ..._N. */
static const char *const total[] = {
    "spleen",
    "kidney_right",
    "kidney_left",
    "gallbladder",
    "liver",
    "stomach",
    "pancreas",
    "adrenal_gland_right",
    "adrenal_gland_left",
    "lung_upper_lobe_left",
    "lung_lower_lobe_left",
    "lung_upper_lobe_right",
    "lung_middle_lobe_right",
    "lung_lower_lobe_right",
    "esophagus",
    "trachea",
    "thyroid_gland",
    "small_bowel",
    "duodenum",
    "colon",
    "urinary_bladder",
    "prostate",
    "kidney_cyst_left",
    "kidney_cyst_right",
    "sacrum",
    "vertebrae_*25",
    "heart",
    "aorta",
    "pulmonary_vein",
    "brachiocephalic_trunk",
    "subclavian_artery_right",
    "subclavian_artery_left",
    "common_carotid_artery_right",
    "common_carotid_artery_left",
    "brachiocephalic_vein_left",
    "brachiocephalic_vein_right",
    "atrial_appendage_left",
    "superior_vena_cava",
    "inferior_vena_cava",
    "portal_vein_and_splenic_vein",
    "iliac_artery_left",
    "iliac_artery_right",
    "iliac_vena_left",
    "iliac_vena_right",
    "humerus_left",
    "humerus_right",
    "scapula_left",
    "scapula_right",
    "clavicula_left",
    "clavicula_right",
    "femur_left",
    "femur_right",
    "hip_left",
    "hip_right",
    "spinal_cord",
    "gluteus_maximus_left",
    "gluteus_maximus_right",
    "gluteus_medius_left",
    "gluteus_medius_right",
    "gluteus_minimus_left",
    "gluteus_minimus_right",
    "autochthon_left",
    "autochthon_right",
    "iliopsoas_left",
    "iliopsoas_right",
    "brain",
    "skull",
    "rib_left_*12",
    "rib_right_*12",
    "sternum",
    "costal_cartilages",
};

static bool is_one_of(const char *name, const char *const *list, size_t count)
{
    for (size_t n = 0; n < count; n++)
        if (strcmp(list[n], name) == 0)
            return true;
    return false;
}

/* "lesion_" and digits. */
static bool is_numbered_lesion(const char *name)
{
    static const char start[] = "lesion_";
    const size_t length = sizeof start - 1;
    return strncmp(name, start, length) == 0 && name[length] &&
           strspn(name + length, "0123456789") == strlen(name + length);
}

static bool is_computed_only(abl_structure_id id)
{
    return id == ABL_SKIN || id == ABL_UNCLASSIFIED;
}

bool abl_label_is_of_liver(const abl_label_meaning *meaning)
{
    if (meaning->kind != ABL_LABEL_STRUCTURE)
        return meaning->kind >= ABL_LABEL_LESION;
    return meaning->id == ABL_LIVER || meaning->in_liver ||
           abl_structure_is_in_liver(meaning->id);
}

/* Organs have voxels in our label maps. */
static bool may_be_in_liver(abl_structure_id id)
{
    return (id > ABL_LIVER && id <= ABL_LEFT_ADRENAL_GLAND) ||
           abl_structure_is_bowel(id);
}

/* "gallbladder_in_liver". */
static abl_structure_id organ_in_liver(const char *name)
{
    static const char end[] = "_in_liver";
    char organ[64];
    const size_t length = strlen(name), tail = sizeof end - 1;
    if (length <= tail || length - tail >= sizeof organ ||
        strcmp(name + length - tail, end) != 0)
        return ABL_BACKGROUND;
    snprintf(organ, sizeof organ, "%.*s", (int)(length - tail), name);
    const abl_structure_id id = abl_structure_from_name(organ);
    return may_be_in_liver(id) ? id : ABL_BACKGROUND;
}

abl_label_meaning abl_label_meaning_of(const char *name)
{
    const abl_structure_id within = organ_in_liver(name);
    const abl_structure_id own = abl_structure_from_name(name);
    if (is_one_of(name, ignored, COUNT(ignored)))
        return (abl_label_meaning){ABL_LABEL_IGNORED, ABL_BACKGROUND, false};
    if (own != ABL_BACKGROUND && !is_computed_only(own))
        return (abl_label_meaning){ABL_LABEL_STRUCTURE, own, false};
    if (within != ABL_BACKGROUND)
        return (abl_label_meaning){ABL_LABEL_STRUCTURE, within, true};
    if (is_numbered_lesion(name))
        return (abl_label_meaning){ABL_LABEL_LESION, ABL_BACKGROUND, false};
    if (is_one_of(name, tumours, COUNT(tumours)))
        return (abl_label_meaning){ABL_LABEL_TUMOUR, ABL_BACKGROUND, false};
    for (size_t n = 0; n < COUNT(aliases); n++)
        if (strcmp(aliases[n].name, name) == 0)
            return (abl_label_meaning){ABL_LABEL_STRUCTURE, aliases[n].id,
                                       false};
    for (size_t n = 0; n < COUNT(families); n++)
        if (strncmp(families[n].start, name, strlen(families[n].start)) == 0)
            return (abl_label_meaning){ABL_LABEL_STRUCTURE, families[n].id,
                                       false};
    return (abl_label_meaning){ABL_LABEL_UNNAMED, ABL_BACKGROUND, false};
}

static void name_own(abl_label_names *out)
{
    snprintf(out->source, sizeof out->source, "ablascreen");
    for (int id = 1; id < ABL_STRUCTURE_COUNT; id++)
        out->of[id] =
            is_computed_only((abl_structure_id)id)
                ? (abl_label_meaning){ABL_LABEL_IGNORED, ABL_BACKGROUND, false}
                : (abl_label_meaning){ABL_LABEL_STRUCTURE, (abl_structure_id)id,
                                      false};
    for (int id = 1; id < ABL_STRUCTURE_COUNT; id++)
        if (may_be_in_liver((abl_structure_id)id))
            out->of[ABL_IN_LIVER_LABEL + id] = (abl_label_meaning){
                ABL_LABEL_STRUCTURE, (abl_structure_id)id, true};
    for (int n = 0; n < ABL_MAX_LESIONS; n++)
        out->of[ABL_LESION_LABEL_FIRST + n].kind = ABL_LABEL_LESION;
}

static void name_total(abl_label_names *out)
{
    size_t value = 1;
    snprintf(out->source, sizeof out->source, "totalsegmentator");
    for (size_t n = 0; n < COUNT(total); n++) {
        const char *star = strchr(total[n], '*');
        const long times = star ? strtol(star + 1, NULL, 10) : 1;
        for (long t = 0; t < times; t++)
            out->of[value++] = abl_label_meaning_of(total[n]);
    }
}

/* One value and its name. */
static abl_status add(abl_label_names *out, const char *file, json_int_t value,
                      const json_t *name, abl_error *err)
{
    if (value < 1 || value > ABL_LABEL_MAX_VALUE)
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: label %lld is not in 1 to %d", file,
                             (long long)value, ABL_LABEL_MAX_VALUE);
    if (!json_is_string(name))
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: label %lld: the name must be text in quotes",
                             file, (long long)value);
    abl_label_meaning *to = &out->of[value];
    if (to->kind != ABL_LABEL_UNNAMED)
        return abl_error_set(err, ABL_E_FORMAT, "%s: label %lld stands twice",
                             file, (long long)value);
    *to = abl_label_meaning_of(json_string_value(name));
    if (to->kind == ABL_LABEL_UNNAMED)
        return abl_error_set(
            err, ABL_E_FORMAT,
            "%s: label %lld: \"%.60s\" is no structure that can be imported; "
            "use a name of ours or of TotalSegmentator, \"lesion_01\", "
            "\"liver_tumor\", or \"ignore\"",
            file, (long long)value, json_string_value(name));
    return ABL_OK;
}

static abl_status add_flat(abl_label_names *out, const char *file,
                           const json_t *root, abl_error *err)
{
    const char *key = NULL;
    json_t *name = NULL;
    json_object_foreach((json_t *)root, key, name)
    {
        char *end = NULL;
        const bool digits = strspn(key, "0123456789") == strlen(key);
        const long value =
            digits && strlen(key) < 8 ? strtol(key, &end, 10) : 0;
        if (!digits || !key[0])
            return abl_error_set(err, ABL_E_FORMAT,
                                 "%s: \"%.60s\" is no label value; write "
                                 "{\"1\": \"liver\", ...}",
                                 file, key);
        abl_status status = add(out, file, value, name, err);
        if (status)
            return status;
    }
    return ABL_OK;
}

static abl_status add_list(abl_label_names *out, const char *file,
                           const json_t *root, abl_error *err)
{
    const json_t *labels = json_object_get(root, "labels");
    const json_t *note = json_object_get(root, "note");
    if (!json_is_array(labels) || (note && !json_is_string(note)) ||
        json_object_size(root) != (note ? 2 : 1))
        return abl_error_set(
            err, ABL_E_FORMAT,
            "%s: \"labels\" must be a list, and nothing else but a "
            "\"note\" in words may stand beside it",
            file);
    for (size_t n = 0; n < json_array_size(labels); n++) {
        const json_t *item = json_array_get(labels, n);
        const json_t *value = json_object_get(item, "value");
        if (!json_is_object(item) || json_object_size(item) != 2 ||
            !json_is_integer(value) || !json_object_get(item, "name"))
            return abl_error_set(err, ABL_E_FORMAT,
                                 "%s: labels[%zu] must be {\"value\": 1, "
                                 "\"name\": \"liver\"}",
                                 file, n);
        abl_status status = add(out, file, json_integer_value(value),
                                json_object_get(item, "name"), err);
        if (status)
            return status;
    }
    return ABL_OK;
}

static abl_status check_use(const abl_label_names *names, const char *file,
                            abl_error *err)
{
    for (size_t n = 0; n <= ABL_LABEL_MAX_VALUE; n++)
        if (names->of[n].kind > ABL_LABEL_IGNORED)
            return ABL_OK;
    return abl_error_set(err, ABL_E_FORMAT,
                         "%s: names nothing that can be used", file);
}

abl_status abl_label_names_parse(abl_label_names *out, const char *text,
                                 size_t bytes, const char *name, abl_error *err)
{
    json_error_t fault;
    memset(out, 0, sizeof *out);
    snprintf(out->source, sizeof out->source, "%s", name);
    abl_sha256_hex(out->sha256, text, bytes);
    json_t *root = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, &fault);
    if (!root)
        return abl_error_set(err, ABL_E_FORMAT, "%s:%d: column %d: %s", name,
                             fault.line, fault.column, fault.text);
    abl_status status = ABL_OK;
    if (!json_is_object(root))
        status = abl_error_set(err, ABL_E_FORMAT, "%s: must be { ... }", name);
    else if (json_object_get(root, "labels"))
        status = add_list(out, name, root, err);
    else
        status = add_flat(out, name, root, err);
    json_decref(root);
    return status ? status : check_use(out, name, err);
}

abl_status abl_label_names_load(abl_label_names *out, const char *name_or_path,
                                abl_error *err)
{
    memset(out, 0, sizeof *out);
    if (!name_or_path || strcmp(name_or_path, "ablascreen") == 0) {
        name_own(out);
        return ABL_OK;
    }
    if (strcmp(name_or_path, "totalsegmentator") == 0) {
        name_total(out);
        return ABL_OK;
    }
    char *text = NULL;
    size_t bytes = 0;
    abl_status status =
        abl_file_read(&text, &bytes, name_or_path, MAX_FILE_BYTES, err);
    if (!status)
        status = abl_label_names_parse(out, text, bytes, name_or_path, err);
    snprintf(out->source, sizeof out->source, "%s",
             abl_file_last_name(name_or_path));
    free(text);
    return status;
}
