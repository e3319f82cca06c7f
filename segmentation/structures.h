/* What was found in the images: the one type that segmentation hands on.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A structure's shape is a field: a float volume that is positive inside,
 * negative outside, zero on its surface, trilinear between voxel centres. The
 * surface therefore lies between voxels, and any plane can be drawn through
 * it. A mask is only the sign of the field.
 */
#ifndef ABL_SEGMENTATION_STRUCTURES_H
#define ABL_SEGMENTATION_STRUCTURES_H

#include "imaging/series.h"
#include "segmentation/couinaud.h"
#include "segmentation/hilum.h"
#include "segmentation/vessel_tree.h"

/** Everything that can be named in a scan. The numbers are the values of
 * masks/labels.nii.gz and never change; lesions are ABL_LESION_LABEL_FIRST
 * and up. */
typedef enum abl_structure_id {
    ABL_BACKGROUND = 0,
    ABL_LIVER = 1, /**< with its lesions */
    ABL_SPLEEN = 2,
    ABL_RIGHT_KIDNEY = 3,
    ABL_LEFT_KIDNEY = 4,
    ABL_GALLBLADDER = 5,
    ABL_ESOPHAGUS = 6,
    ABL_STOMACH = 7,
    ABL_AORTA = 8,
    ABL_INFERIOR_VENA_CAVA = 9,
    ABL_PORTAL_AND_SPLENIC_VEIN = 10,
    ABL_PANCREAS = 11,
    ABL_RIGHT_ADRENAL_GLAND = 12,
    ABL_LEFT_ADRENAL_GLAND = 13,
    ABL_LUNG = 14,
    ABL_BONE = 15,
    ABL_BOWEL_GAS = 16,     /**< gas in the belly, wall not included */
    ABL_HEART = 17,         /**< heart and great vessels above the diaphragm */
    ABL_SKIN = 18,          /**< the body's surface; inside is the body */
    ABL_UNCLASSIFIED = 19,  /**< soft tissue in the belly with no name */
    ABL_HEPATIC_VEINS = 20, /**< inside the liver, from ABL_VESSEL_LEAST_MM */
    ABL_PORTAL_VEINS = 21,  /**< branches inside the liver, the same */
    ABL_LIVER_VESSELS = 22, /**< in the liver, of no known tree, the same */
    ABL_HILUM = 23,    /**< portal bifurcation and first-order branches: stands
                         in for the central bile ducts */
    ABL_COLON = 24,    /**< only from imported labels, wall included */
    ABL_DUODENUM = 25, /**< the same */
    ABL_SMALL_BOWEL = 26, /**< the same */
    ABL_STRUCTURE_COUNT = 27
} abl_structure_id;

/** An organ's voxel that is liver as well has label 50 + abl_structure_id. */
#define ABL_IN_LIVER_LABEL     50
#define ABL_LESION_LABEL_FIRST 101 /**< lesion n has label 100 + n */
#define ABL_MAX_LESIONS        150

/** "liver", "inferior_vena_cava": as in labels.json and the weight files. */
const char *abl_structure_name(abl_structure_id id);
/** "inferior vena cava": for people. */
const char *abl_structure_title(abl_structure_id id);
/** The id of a name; ABL_BACKGROUND when unknown. */
abl_structure_id abl_structure_from_name(const char *name);

/** Colon, duodenum or small bowel: they come from imported labels only. Where
 * they were not outlined they are part of ABL_UNCLASSIFIED. */
bool abl_structure_is_bowel(abl_structure_id id);

/** Hepatic, portal and other vessels inside the liver, and the hilum: made
 * from lines in the images, never from imported outlines. */
bool abl_structure_is_in_liver(abl_structure_id id);

typedef enum abl_found {
    ABL_NOT_LOOKED_FOR, /**< nothing can be said of it */
    ABL_NOT_FOUND,      /**< looked for; absent or missed */
    ABL_FOUND,
    ABL_FOUND_CUT /**< reaches the end of the scan */
} abl_found;

typedef struct abl_structure {
    abl_found found;
    abl_volume *field;  /**< f32, any grid; NULL when not found */
    double volume_ml;   /**< 0 when not found */
    double mean_hu;     /**< of the eroded interior; 0 when not found */
    double reliability; /**< 0..1, mean probability inside; 1 for thresholds */
    double edge_sd_mm;  /**< stated 1-sigma of the surface's position */
    double label_mm[3]; /**< voxel, along the image's axes, of the labels it was
                           made from alone; 0: of none */
    const char *origin; /**< "organ_ct", "lesion_ct", "threshold",
                           "imported", "imported and found", "edited":
                           static */
} abl_structure;

typedef struct abl_lesion {
    abl_volume *field;   /**< f32 on a crop of the image grid */
    size_t lo[3], hi[3]; /**< its box on the image grid, ends included */
    double volume_ml;
    double equivalent_diameter_mm; /**< (6 V / pi)^(1/3) */
    double mean_probability;
    double confidence;      /**< 0..1 from probability, size and contrast */
    bool is_low_confidence; /**< the verdict is given with and without it */
    char confidence_reason[160]; /**< one sentence, e.g. what lowers it */
    double edge_sd_mm;   /**< stated 1-sigma of the surface's position */
    double label_mm[3];  /**< as abl_structure::label_mm */
    bool touches_border; /**< cut by the end of the scan */
    const char *origin;  /**< as abl_structure::origin */
} abl_lesion;

typedef struct abl_phase_estimate {
    abl_phase phase;
    double confidence; /**< 0..1 */
    double aorta_hu, portal_hu, ivc_hu, kidney_hu, spleen_hu, liver_hu;
    bool disagrees_with_header;
    char reason[256]; /**< how it was told, one sentence */
} abl_phase_estimate;

/** A sentence for the report: something that limits what can be said. */
typedef struct abl_warning {
    char code[40]; /**< stable, e.g. "liver-cut" */
    char text[256];
} abl_warning;
#define ABL_MAX_WARNINGS 32

typedef struct abl_structures {
    abl_structure items[ABL_STRUCTURE_COUNT];
    abl_volume *labels; /**< u8 abl_structure_id on the image grid; liver where
                             a lesion is; 0 where nothing has a name. Holds
                             ids 1..13 and 24..26 only; body structures have
                             fields */
    abl_volume *lesion_labels; /**< u8: 0 or lesion number 1..n, image grid */
    size_t lesion_count;
    abl_lesion *lesions;  /**< largest first */
    abl_vessels *vessels; /**< NULL: not looked for. The fields of items 20 to
                               22 are the walls of its trees */
    abl_hilum *hilum;     /**< NULL: not looked for; else says why not found */
    abl_couinaud_map *couinaud; /**< the same */
    abl_phase_estimate phase;
    double noise_hu; /**< SD in liver, detrended; < 0 when not measured */
    bool intensity_clipped; /**< air and fat cannot be told apart by HU */
    char organ_model_sha256[65], lesion_model_sha256[65]; /**< what was run */
    size_t warning_count;
    abl_warning warnings[ABL_MAX_WARNINGS];
} abl_structures;

void abl_structures_destroy(abl_structures *structures);

/** A copy that shares nothing; the caller destroys it. @retval ABL_E_NOMEM */
abl_status abl_structures_clone(abl_structures **out,
                                const abl_structures *from,
                                abl_error *err) ABL_MUST_CHECK;

/** Appends a warning, unless the very same one is there; silently full at ABL_MAX_WARNINGS (then the last one
 * says that more were left out). */
void abl_structures_warn(abl_structures *structures, const char *code,
                         const char *format, ...) ABL_PRINTF(3, 4);

typedef struct abl_segment_options {
    const char *model_dir; /**< folder with the *.safetensors */
    abl_progress progress;
    bool without_vessels;  /**< vessels, hilum and segments stay NULL: labels
                                are imported next, and they follow from it */
    double *stage_seconds; /**< NULL, or ABL_SEGMENT_STAGES wall times */
} abl_segment_options;
enum {
    ABL_SEGMENT_ORGANS,
    ABL_SEGMENT_LESIONS,
    ABL_SEGMENT_VESSELS,
    ABL_SEGMENT_BODY,
    ABL_SEGMENT_STAGES
};

/**
 * Everything above from one CT.
 *
 * @param image i16 HU in canonical order (abl_grid_orientation() identity)
 * @param info  header facts (phase hint); may be NULL
 * @retval ABL_E_UNSUPPORTED no liver in the scan
 * @retval ABL_E_CANCELLED, ABL_E_NOMEM, ABL_E_IO and ABL_E_FORMAT (models)
 */
abl_status abl_segment_ct(abl_structures **out, const abl_volume *image,
                          const abl_series_info *info,
                          const abl_segment_options *options,
                          abl_error *err) ABL_MUST_CHECK;

#endif
