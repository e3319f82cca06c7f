/* A reader's word on what was found: lesions confirmed, rejected, edited or
 * added, structures outlined, context given, from a JSON file.
 * SPDX-License-Identifier: Apache-2.0
 *
 * {
 *   "schema": "ablascreen-override/1",
 *   "reader": {"name": "R1", "when": "2024-05-17 10:20", "role": "..."},
 *   "lesions": [
 *     {"action": "confirm", "match": {"number": 1}, "note": "..."},
 *     {"action": "reject", "match": {"point_lps": [-60.1, 20, 311],
 *                                    "radius_mm": 3}},
 *     {"action": "edit", "match": {"number": 3},
 *      "values": {"longest_axial_diameter_mm": 28.5}},
 *     {"action": "edit", "match": {"number": 4},
 *      "shape": {"centre_lps": [..], "diameters_mm": [20, 18, 22]}},
 *     {"action": "edit", "match": {"number": 5}, "label": 105},
 *     {"action": "add", "shape": {...}},
 *     {"action": "add", "label": 106}
 *   ],
 *   "labels": {"file": "edited.nii.gz", "names": "ablascreen"},
 *   "structures": [{"name": "gallbladder", "note": "..."}],
 *   "context": {"coagulation": {"value": "normal"}}
 * }
 *
 * "labels" is any file that abl_import_file_read() takes; its path starts at the
 * folder of the override. A lesion's "label" is a value of a label map, or the
 * number of a segment or region whatever its name, in place of a "shape";
 * "structures" are those taken from it, by the names of
 * abl_structure_name(); "context" holds the fields of abl_context_parse().
 *
 * "role", "note", "names" and "radius_mm" (default 0) may be left out, and
 * each of "lesions", "structures" and "context" when another is there; nothing
 * else may be there. override.schema.json says the same to other programs.
 */
#ifndef ABL_ELIGIBILITY_OVERRIDE_H
#define ABL_ELIGIBILITY_OVERRIDE_H

#include "eligibility/context.h"
#include "segmentation/structures.h"

typedef enum abl_read_action {
    ABL_READ_CONFIRM, /**< it is a lesion: no longer of low confidence */
    ABL_READ_REJECT,  /**< it is none: listed, not measured, not judged */
    ABL_READ_EDIT,    /**< other values, or another shape */
    ABL_READ_ADD      /**< a lesion that was not found */
} abl_read_action;
/** "confirm", "reject", "edit", "add" */
const char *abl_read_action_name(abl_read_action action);

/** Values a reader may have measured. */
typedef enum abl_read_value {
    ABL_READ_LONGEST_AXIAL,
    ABL_READ_PERPENDICULAR,
    ABL_READ_MAX_3D,
    ABL_READ_VALUE_COUNT
} abl_read_value;
/** "longest_axial_diameter_mm", ... */
const char *abl_read_value_name(abl_read_value value);

typedef struct abl_override_item {
    abl_read_action action;
    int number; /**< automatic lesion that is meant; 0: by point, or added */
    double point_lps[3], radius_mm; /**< when number is 0 and not added */
    bool has_value[ABL_READ_VALUE_COUNT];
    double value_mm[ABL_READ_VALUE_COUNT]; /**< as the reader measured */
    bool has_shape; /**< by label, or an ellipsoid along L, P and H */
    int label; /**< value or number in the file of outlines; 0: the ellipsoid */
    double centre_lps[3], diameters_mm[3];
    char note[256];
} abl_override_item;

#define ABL_OVERRIDE_MAX 200

/** A structure whose outline the reader gave. */
typedef struct abl_override_structure {
    abl_structure_id id;
    char note[256];
} abl_override_structure;

typedef struct abl_override {
    char file[128];  /**< last name of its path */
    char sha256[65]; /**< of the file */
    char reader_name[96], reader_when[64], reader_role[96]; /**< as given */
    size_t count;
    abl_override_item items[ABL_OVERRIDE_MAX];
    char labels_path[1024];  /**< file of outlines; "" without one */
    char labels_names[1024]; /**< as for abl_label_names_load(); or "" */
    char labels_file[128], labels_sha256[65]; /**< abl_reading_maps_read() */
    size_t structure_count;
    abl_override_structure structures[ABL_STRUCTURE_COUNT];
    abl_context context; /**< the facts that are given */
    bool has_context;
} abl_override;

/**
 * Reads a file of at most 1 MB.
 * @param[out] out  free() it; NULL after failure
 * @retval ABL_E_IO, ABL_E_NOMEM
 * @retval ABL_E_FORMAT "FILE:LINE: KEY: what is wrong"
 */
abl_status abl_override_load(abl_override **out, const char *path,
                             abl_error *err) ABL_MUST_CHECK;

/** The same from text; @p name stands for the file. */
abl_status abl_override_parse(abl_override **out, const char *text,
                              size_t bytes, const char *name,
                              abl_error *err) ABL_MUST_CHECK;

#endif
