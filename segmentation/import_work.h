/* One import at work. Internal to imports.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_SEGMENTATION_IMPORT_WORK_H
#define ABL_SEGMENTATION_IMPORT_WORK_H

#include "segmentation/import_labels.h"

/** Everything one import works on. */
typedef struct abl_importer {
    abl_structures *structures;
    const abl_volume *image;
    const abl_import_map *maps;
    size_t count;
    bool from_nothing;   /**< no network ran: imported body parts stand alone */
    size_t specks;       /**< pieces left out */
    double speck_mm;     /**< the largest of them */
    abl_lesion *lesions; /**< ABL_MAX_LESIONS */
    size_t lesion_count, lesions_left_out;
} abl_importer;

/** The origin of everything imported: compare pointers. */
extern const char abl_imported[];

/** Whether a value belongs to what is being made. */
typedef bool (*abl_label_test)(const abl_label_meaning *meaning, int value,
                               int wanted);

/** u8 mask of the labels that pass a test, on a crop of the map with room for
 * a field around it; NULL when there are none. */
abl_status abl_import_mask(abl_volume **out, const abl_import_map *map,
                           abl_label_test test, int wanted,
                           abl_error *err) ABL_MUST_CHECK;

/** Finds vessels, hilum and segments anew where the maps hold what they are
 * found from, or where they were not looked for yet; not without networks. */
abl_status abl_import_vessels(abl_importer *in, const abl_progress *progress,
                              abl_error *err) ABL_MUST_CHECK;

/** Measures coverage and outside of a map with a grid of its own.
 * @retval ABL_E_GEOMETRY as abl_import_map_read(); a part of a file that lies
 *         beside the image is no error */
abl_status abl_import_check_place(abl_import_map *map, const abl_grid *image,
                                  abl_error *err) ABL_MUST_CHECK;

/** Appends a note; what does not fit is left out. */
void abl_import_note(abl_import_map *map, const char *code, const char *format,
                     ...) ABL_PRINTF(3, 4);

/** Replaces the lesions by those of the maps, if they hold any. */
abl_status abl_import_lesions(abl_importer *in, abl_error *err) ABL_MUST_CHECK;

#endif
