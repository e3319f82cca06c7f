/* What the values of a label map stand for.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Names that are known: our own (abl_structure_name()), those of
 * TotalSegmentator's CT classes, liver_segment_1..8, and for lesions
 *   lesion_01, lesion_02, ...    this value is one lesion
 *   NAME_in_liver                the organ NAME, and liver as well
 *   lesion(s), tumor(s), liver_tumor, liver_lesion(s)
 *                                each connected piece is one lesion
 * "ignore" and "background" leave a value out, and so do names of
 * TotalSegmentator that nothing here is measured to.
 */
#ifndef ABL_SEGMENTATION_LABEL_NAMES_H
#define ABL_SEGMENTATION_LABEL_NAMES_H

#include "segmentation/structures.h"

#define ABL_LABEL_MAX_VALUE 1023

typedef enum abl_label_kind {
    ABL_LABEL_UNNAMED, /**< nobody said what it is */
    ABL_LABEL_IGNORED,
    ABL_LABEL_STRUCTURE,
    ABL_LABEL_LESION, /**< this value is one lesion */
    ABL_LABEL_TUMOUR  /**< connected pieces are lesions */
} abl_label_kind;

typedef struct abl_label_meaning {
    abl_label_kind kind;
    abl_structure_id id; /**< of ABL_LABEL_STRUCTURE */
    bool in_liver;       /**< and liver as well */
} abl_label_meaning;

/** Whether it counts as liver: liver itself, what is liver as well, lesions,
 * and vessels and hilum inside of it. */
bool abl_label_is_of_liver(const abl_label_meaning *meaning);

typedef struct abl_label_names {
    char source[128]; /**< "ablascreen", "totalsegmentator" or a file's name */
    char sha256[65];  /**< of the file; "" for built-in numberings */
    abl_label_meaning of[ABL_LABEL_MAX_VALUE + 1]; /**< by value */
} abl_label_names;

/** The meaning of a name; ABL_LABEL_UNNAMED when it is not known. Skin and
 * unclassified tissue are known only as computed, and cannot be imported. */
abl_label_meaning abl_label_meaning_of(const char *name);

/**
 * "ablascreen" (the values of masks/labels.nii.gz and of the phantom's truth;
 * NULL is the same), "totalsegmentator" (the class "total", version 2), or a
 * JSON file of at most 256 kB.
 * @retval ABL_E_IO, ABL_E_FORMAT (names file and key)
 */
abl_status abl_label_names_load(abl_label_names *out, const char *name_or_path,
                                abl_error *err) ABL_MUST_CHECK;

/**
 * {"1": "liver", "2": "liver_tumor"}, or what masks/labels.json holds:
 * {"labels": [{"value": 1, "name": "liver"}, ...], "note": "..."}. Strict: values 1 to
 * ABL_LABEL_MAX_VALUE once each, names that are known, at least one that is
 * not ignored.
 * @param name  for messages
 * @retval ABL_E_FORMAT
 */
abl_status abl_label_names_parse(abl_label_names *out, const char *text,
                                 size_t bytes, const char *name,
                                 abl_error *err) ABL_MUST_CHECK;

#endif
