/* Structures from label maps that were made elsewhere.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Conventions
 *  1. A label map is placed by its geometry (LPS), never by the order of its
 *     voxels. Surfaces are made on the map's own grid (abl_field_from_mask())
 *     and then, where the grids differ, sampled on the image's; that is said
 *     in the warning "labels-resampled".
 *  2. An outline that was imported replaces the one that was found. Bone,
 *     lung, gas and heart are joined with what was found instead: label maps
 *     often hold a part of them, and a missing rib would open a path.
 *  3. The liver is liver with its lesions: lesions are added to it.
 *     A label map has one value a voxel; where ours gives an organ a voxel
 *     that is liver as well its value says so (ABL_IN_LIVER_LABEL), and the
 *     voxel is taken for both. Outlines of vessels inside the liver, and of
 *     the hilum, count as liver:
 *     trees and calibres are followed in the images, inside that liver.
 *  4. Tissue under an imported label has a name. What was unclassified is
 *     looked for again around the imported structures, so the doubt about
 *     nameless tissue ends where the labels are and stays everywhere else.
 *  5. A name without voxels says nothing: what was found stays, and the
 *     warning "labels-empty" names it. Every voxel must have a name, or be
 *     named "ignore".
 *  6. Nothing is dropped in silence: see the warnings of
 *     abl_import_labels().
 */
#ifndef ABL_SEGMENTATION_IMPORT_LABELS_H
#define ABL_SEGMENTATION_IMPORT_LABELS_H

#include "segmentation/label_names.h"

#define ABL_MAX_IMPORT_NOTES 8

/** One label map, read and checked. */
typedef struct abl_import_map {
    char file[128];     /**< last name of the path */
    char sha256[65];    /**< of the file */
    char part[65];      /**< the segment or region of the file that it holds;
                             "" when it is the whole file */
    abl_volume *values; /**< i16, canonical order of its own grid */
    abl_label_names names;
    long number;       /**< of that segment or region, of the first of several;
                            0 when it is the whole file */
    bool is_resampled; /**< its grid is not the image's */
    bool is_at_edge;   /**< a part that reaches the edge of its planes */
    double coverage;   /**< share of the image inside its grid, 0..1 */
    double outside;    /**< share of its used voxels beside the image, 0..1 */
    size_t counts[ABL_LABEL_MAX_VALUE + 1]; /**< voxels by value */
    size_t note_count; /**< what a reader must know of this file */
    abl_warning notes[ABL_MAX_IMPORT_NOTES];
} abl_import_map;

/** Most files, and most maps that they hold together. */
#define ABL_MAX_IMPORT_FILES 8
#define ABL_MAX_IMPORT_MAPS  1024

/** The maps of one or more files. Zeroed: none. */
typedef struct abl_import_maps {
    size_t count;
    abl_import_map *items;
} abl_import_maps;

/**
 * Reads a file with outlines for an image and appends its maps: a NIfTI or
 * NRRD label map, a DICOM Segmentation or an RT Structure Set, told apart by
 * their content.
 *
 * Label maps become one map. The others name their segments themselves
 * (segmentation/outline_names.h), and those of one structure, and each lesion,
 * become a map. Names given for values, segment or region numbers are taken
 * instead of those in the file. A liver there holds the lesions of its file.
 * Where pixels are not voxels of the image the map is resampled, and said so.
 *
 * Notes: "labels-named" (what each segment was taken for), "labels-ignored",
 * "labels-fractional" (the threshold), "labels-gaps" (planes without a contour
 * between others; nothing is put there), "labels-contours" (not closed or not
 * planar), "labels-at-edge" (resampled, and may be cut by the edge of its
 * planes), "labels-other-series" (drawn on another series of this frame of
 * reference), "labels-unchecked" (whose it is cannot be told), and those of
 * abl_import_labels().
 *
 * @param names see abl_label_names_load(); NULL: the file's own, or ours
 * @param image grid of the image in canonical order
 * @param info  the series it must belong to; may be NULL
 * @retval ABL_E_IO, ABL_E_NOMEM
 * @retval ABL_E_FORMAT       damaged; nothing in it has a name that can be
 *         used; a label and its code contradict each other; as
 *         abl_import_map_read()
 * @retval ABL_E_UNSUPPORTED  another kind of file, compressed segmentations,
 *         label map segmentations
 * @retval ABL_E_GEOMETRY     another frame of reference; contours outside of
 *         planes parallel to the slices; as abl_import_map_read()
 */
abl_status abl_import_file_read(abl_import_maps *maps, const char *path,
                                const char *names, const abl_grid *image,
                                const abl_series_info *info,
                                abl_error *err) ABL_MUST_CHECK;

/** A part of what a file holds. */
typedef struct abl_import_selection {
    bool structures[ABL_STRUCTURE_COUNT];
    /** Values, segment or region numbers that are one lesion each, whatever
     * their names */
    bool lesions[ABL_LABEL_MAX_VALUE + 1];
} abl_import_selection;

/**
 * As abl_import_file_read(), but of files that name their parts only those that
 * are selected are read, and noted. Of such files all that lies in a selected
 * liver becomes liver. Label maps come whole: they are one map.
 */
abl_status abl_import_file_select(abl_import_maps *maps, const char *path,
                                  const char *names,
                                  const abl_import_selection *only,
                                  const abl_grid *image,
                                  const abl_series_info *info,
                                  abl_error *err) ABL_MUST_CHECK;
void abl_import_maps_clear(abl_import_maps *maps);

/**
 * Reads a NIfTI label map for an image.
 *
 * @param[out] out   clear with abl_import_map_clear(), also after failure
 * @param      names see abl_label_names_load(); NULL: our own numbering
 * @param      image grid of the image in canonical order
 * @retval ABL_E_IO, ABL_E_FORMAT      as abl_nifti_read(), and values that are
 *         not whole or not in 0 to ABL_LABEL_MAX_VALUE, or have no name, or
 *         no voxel with a name that can be used
 * @retval ABL_E_GEOMETRY  the map does not lie on the image, or a structure
 *         is cut by the end of the map where the image goes on
 */
abl_status abl_import_map_read(abl_import_map *out, const char *path,
                               const char *names, const abl_grid *image,
                               abl_error *err) ABL_MUST_CHECK;

/** The same from a volume of labels in memory, of type u8 or i16, any
 * orientation; @p file is for messages. */
abl_status abl_import_map_create(abl_import_map *out, const abl_volume *labels,
                                 const char *names, const char *file,
                                 const abl_grid *image,
                                 abl_error *err) ABL_MUST_CHECK;

void abl_import_map_clear(abl_import_map *map);

/** The map that holds a value of a label map, or the lesion of that segment or
 * region number; NULL when no voxel is there. */
const abl_import_map *abl_import_map_of(const abl_import_maps *maps,
                                        int number);

/**
 * The field of that value or lesion, on a crop of the image.
 * @param[out] out  NULL when there is none or it lies beside the image
 * @retval ABL_E_NOMEM
 */
abl_status abl_import_shape(abl_volume **out, const abl_import_maps *maps,
                            int number, const abl_grid *image,
                            abl_error *err) ABL_MUST_CHECK;

/** What must be said of a map, as warnings; abl_import_labels() does it. */
void abl_import_map_warn(abl_structures *structures, const abl_import_map *map);

/**
 * Puts the maps' structures and lesions into @p structures, in the order
 * given (a later map wins), and makes anew what follows from them: label
 * maps, liver level and noise, phase, body structures and unclassified
 * tissue; vessels, hilum and segments too, where they had not been looked for
 * or where liver, lesions, vena cava, portal trunk or gallbladder are new.
 *
 * origin becomes "imported" ("imported and found" where both were joined),
 * reliability 1, edge_sd_mm abl_mask_edge_sd_mm()
 * of the map's grid. Imported lesions replace all that were found. Numbered
 * lesions keep the order of their values; pieces of a tumour label follow,
 * largest first. Pieces under ABL_LESION_LEAST_MM are left out. Structures
 * that reach the end of the image are ABL_FOUND_CUT.
 *
 * Warnings: "labels-resampled", "labels-partial" (the map covers a part of
 * the image), "labels-outside" (labelled voxels lie beside the image),
 * "labels-empty", "labels-vessels" (liver vessels were outlined),
 * "lesions-specks" (pieces left out),
 * "lesions-renumbered", "lesions-in-pieces" (one value, several pieces),
 * "lesions-left-out", "lesion-outside-liver".
 *
 * @param image  i16 HU, canonical order
 * @param info   may be NULL
 * @retval ABL_E_UNSUPPORTED  there is no liver, neither found nor imported
 * @retval ABL_E_CANCELLED, ABL_E_NOMEM
 */
abl_status abl_import_labels(abl_structures *structures,
                             const abl_volume *image,
                             const abl_series_info *info,
                             const abl_import_map *maps, size_t count,
                             const abl_progress *progress,
                             abl_error *err) ABL_MUST_CHECK;

/**
 * Structures from labels alone, without any network, for checks against known
 * answers: as abl_import_labels() on nothing, but imported bone, lung, gas and
 * heart stand alone. What the labels do not hold is ABL_NOT_FOUND when their
 * names know it, else ABL_NOT_LOOKED_FOR; skin and unclassified tissue come
 * from the image.
 */
abl_status abl_structures_from_labels(abl_structures **out,
                                      const abl_volume *image,
                                      const abl_series_info *info,
                                      const abl_import_map *maps, size_t count,
                                      const abl_progress *progress,
                                      abl_error *err) ABL_MUST_CHECK;

#endif
