/* Draws and writes the evidence. Everything comes from one abl_report.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_REPORT_REPORT_H
#define ABL_ELIGIBILITY_REPORT_REPORT_H

#include <stdio.h>

#include "eligibility/explain.h"
#include "eligibility/reading.h"
#include "eligibility/report/pixels.h"
#include "eligibility/rules.h"

#define ABL_RESEARCH_USE \
    "Research use only. Not for diagnosis or treatment decisions."

/** A file beside the images that the result depends on. */
typedef struct abl_input_file {
    const char *role; /**< "labels", "label-names" or "override"; static */
    char file[128];   /**< last name of its path */
    char sha256[65];  /**< "" for built-in names */
} abl_input_file;

/** Borrowed views of one finished analysis. */
typedef struct abl_report {
    const abl_volume *image; /**< i16 HU, canonical order */
    abl_orientation native_to_canonical;
    const abl_grid *native_grid;
    const abl_series_info *info;
    const abl_structures *structures;
    const abl_findings *findings;
    const abl_profile *profile;
    const abl_assessment *assessment;
    const abl_explanation *explanation; /**< of that assessment */
    /** With an override: findings, structures and assessment above are read,
     * and these are what the program found. Else NULL. */
    const abl_reading *reading;
    const abl_structures *automatic_structures;
    const abl_findings *automatic_findings;
    const abl_assessment *automatic_assessment;
    const abl_input_file *inputs; /**< imported labels and overrides */
    size_t input_count;
    const char *input; /**< as the user gave it, without folders */
    const char *version;
    const char *organ_model_sha256, *lesion_model_sha256;
} abl_report;

/** One picture, path relative to the output folder. */
typedef struct abl_picture {
    char file[64]; /**< "overlays/lesion-01-axial.png" */
    char caption[256];
    int lesion; /**< 0 for the patient */
    size_t width, height;
    abl_pixels pixels; /**< what the file holds, or nothing */
} abl_picture;
typedef struct abl_pictures {
    size_t count;
    abl_picture *items;
} abl_pictures;
void abl_pictures_clear(abl_pictures *pictures);

/** overlays/: "surface.png", "overview.png", "projection.png", with lesions "montage.png",
 * and per lesion "lesion-NN-axial.png",
 * "-coronal.png", "-sagittal.png", with a distance above a touch "-nearest.png"
 * (the plane of the shortest one); when access was assessed "-access.png"
 * (directions over the skin) and with a path "-path.png" and "-needle.png". */
abl_status abl_overlays_write(abl_pictures *out, const char *folder,
                              const abl_report *report,
                              const abl_progress *progress,
                              abl_error *err) ABL_MUST_CHECK;

/** masks/labels.nii.gz (u8, the native grid, values of abl_structure_id,
 * ABL_IN_LIVER_LABEL and ABL_LESION_LABEL_FIRST up) and masks/labels.json
 * (their names, and in words what lies over what). Where several structures
 * overlap, the voxel is the lesion's; else the organ's, with 50 added where it
 * is liver as well (portal trunk, vena cava, gallbladder, ...); else the
 * hilum's (23) or the vessel's (20 to 22); else the liver's. The liver is the
 * sum of 1, 20 to 23, 52 to 76 and the lesions: what the DICOM Segmentation
 * holds. An import takes voxels from 52 to 76 for the organ and the liver.
 * The folder masks/ must exist. */
abl_status abl_masks_write(const char *folder, const abl_report *report,
                           abl_error *err) ABL_MUST_CHECK;

/** report.json; fixed key order and decimals. */
abl_status abl_report_write_json(const char *path, const abl_report *report,
                                 const abl_pictures *pictures,
                                 abl_error *err) ABL_MUST_CHECK;

/** lesions.csv: one row for each lesion and a row of column names with units;
 * RFC 4180, UTF-8. Columns keep their names and order; new ones come behind
 * the rules. Cells of what was not measured are empty.
 * @retval ABL_E_IO */
abl_status abl_report_write_csv(const char *path, const abl_report *report,
                                abl_error *err) ABL_MUST_CHECK;

/** report.html: one file, pictures embedded. @p folder holds them. */
abl_status abl_report_write_html(const char *path, const char *folder,
                                 const abl_report *report,
                                 const abl_pictures *pictures,
                                 abl_error *err) ABL_MUST_CHECK;

/** report.pdf: A4 pages with the same facts, one or more per lesion. @p folder
 * holds the pictures.
 * @retval ABL_E_IO, ABL_E_NOMEM */
abl_status abl_report_write_pdf(const char *path, const char *folder,
                                const abl_report *report,
                                const abl_pictures *pictures,
                                abl_error *err) ABL_MUST_CHECK;

/** The answer in about twenty lines of text. */
abl_status abl_report_print_summary(FILE *stream, const abl_report *report,
                                    abl_error *err) ABL_MUST_CHECK;

#endif
