/* New DICOM objects that belong to a study that was read: segmentations,
 * structured reports, pictures and documents.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Conventions
 *  1. Patient, study and frame of reference are copied from the source, with
 *     its character set; the source is never changed. Series and instances
 *     are new; their UIDs are derived from abl_dicom_object_info::key, so
 *     that the same result gives the same objects and a PACS keeps one.
 *  2. Nothing says when the program ran: dates are the study's, so that the
 *     same input gives the same bytes.
 *  3. Every object is written under a temporary name and renamed.
 */
#ifndef ABL_IMAGING_DICOM_OBJECT_H
#define ABL_IMAGING_DICOM_OBJECT_H

#include "imaging/volume.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A coded concept. The texts are borrowed. */
typedef struct abl_code {
    const char *value;   /**< "10200004"; at most 16 characters */
    const char *scheme;  /**< "SCT", "DCM", "UCUM", "IBSI", "99..." */
    const char *meaning; /**< at most 64 characters */
} abl_code;

/** Patient and study of a source series, and the instances it is made of. */
typedef struct abl_dicom_source abl_dicom_source;

/**
 * Reads what new objects need from a series.
 *
 * @param[out] out   caller destroys
 * @param      paths files of one series in slice order; a multi-frame file
 *                   stands once
 * @param      count at most 65535
 * @retval ABL_E_INVALID     no file, or too many
 * @retval ABL_E_FORMAT      damaged, or files of different studies
 * @retval ABL_E_IO, ABL_E_NOMEM
 */
abl_status abl_dicom_source_open(abl_dicom_source **out,
                                 const char *const *paths, size_t count,
                                 abl_error *err) ABL_MUST_CHECK;
void abl_dicom_source_destroy(abl_dicom_source *source);
size_t abl_dicom_source_count(const abl_dicom_source *source);
/** UIDs of one instance; borrowed. */
const char *abl_dicom_source_class_uid(const abl_dicom_source *source,
                                       size_t index);
const char *abl_dicom_source_instance_uid(const abl_dicom_source *source,
                                          size_t index);
const char *abl_dicom_source_series_uid(const abl_dicom_source *source);
const char *abl_dicom_source_study_uid(const abl_dicom_source *source);
/** "" when the source has none. */
const char *abl_dicom_source_frame_uid(const abl_dicom_source *source);
/** Whether all instances have the UIDs by which new objects name them. */
bool abl_dicom_source_has_names(const abl_dicom_source *source);
/** Whether slice k of the grid is instance k, pixel for pixel. False for
 * multi-frame sources, and for volumes that were resampled. */
bool abl_dicom_source_matches(const abl_dicom_source *source,
                              const abl_grid *grid);
/** The plane of one instance as a grid of one slice, 1 mm thick along its
 * normal; false when its header has none. */
bool abl_dicom_source_plane(const abl_dicom_source *source, size_t index,
                            abl_grid *plane);
/** Study date and time "YYYYMMDDHHMMSS"; a fixed one when absent. */
const char *abl_dicom_source_date_time(const abl_dicom_source *source);

/** What all objects say of themselves. Texts are ASCII. */
typedef struct abl_dicom_object_info {
    const char *key; /**< what the UIDs are derived from: must change with
                          everything that changes the result */
    const char *series_description;
    int series_number;
    int instance_number;
    const char *manufacturer, *model_name, *version; /**< the program */
} abl_dicom_object_info;

/** Series and instance UID of an object with this info and kind, so that
 * objects can refer to each other. @p kind: "seg", "sr", "sc", "pdf". */
void abl_dicom_object_uids(char series_uid[65], char instance_uid[65],
                           const abl_dicom_object_info *info, const char *kind);

/** How an outline came about (SegmentAlgorithmType). */
typedef enum abl_dicom_algorithm {
    ABL_DICOM_AUTOMATIC,
    ABL_DICOM_SEMIAUTOMATIC, /**< computed with a person's help, or by means
                                  that are not known here */
    ABL_DICOM_MANUAL         /**< drawn by a reader */
} abl_dicom_algorithm;

/** One segment: the voxels of a label map that have one value. */
typedef struct abl_dicom_segment {
    const char *label; /**< at most 64 characters */
    abl_code category, type;
    abl_code side;           /**< modifier of the type; value NULL: none */
    const char *description; /**< at most 1024 characters; NULL: none */
    abl_dicom_algorithm algorithm;
    const char *algorithm_name; /**< at most 64 characters; not written when
                                     manual */
    const char *tracking_id;    /**< NULL: none */
    const char *tracking_uid;
    const abl_volume *labels; /**< u8; one grid for all segments */
    uint8_t value;
    uint8_t rgb[3];
} abl_dicom_segment;

/** What planes the slices of labels lie on. */
typedef enum abl_dicom_planes {
    ABL_PLANES_OF_GRID,  /**< where the labels' grid says */
    ABL_PLANES_OF_SOURCE /**< slice k is the image of instance k, pixel for
                              pixel, wherever that lies; of the grid only sizes
                              and the distance of slices count */
} abl_dicom_planes;

/**
 * Writes a binary Segmentation: one frame per segment and slice that has a
 * voxel of it, each with its own plane position. Bits are packed here, lowest
 * first, frames without padding between them (DICOM PS3.5 section 8.1.1).
 * Frames name the images they lie on where abl_dicom_source_matches() or
 * @p planes says that they do.
 *
 * @retval ABL_E_INVALID no segment, grids differ, no frame of reference, more
 *                       than 65535 segments, a segment without a voxel, or
 *                       without the name of its algorithm; labels that do not
 *                       fit the source's images, or these have no planes of
 *                       one orientation and pixel spacing
 * @retval ABL_E_IO, ABL_E_NOMEM
 */
abl_status abl_dicom_seg_write(const char *path, const abl_dicom_source *source,
                               const abl_dicom_object_info *info,
                               const abl_dicom_segment *segments, size_t count,
                               abl_dicom_planes planes,
                               abl_error *err) ABL_MUST_CHECK;

#define ABL_NO_SOURCE_IMAGE SIZE_MAX

/** Writes an RGB picture as Secondary Capture. @p rgb rows from the top, 3
 * bytes per pixel, at most 16384 columns and rows. @p shows is the source
 * image it was drawn on, or ABL_NO_SOURCE_IMAGE.
 * @retval ABL_E_INVALID, ABL_E_IO, ABL_E_NOMEM */
abl_status abl_dicom_capture_write(const char *path,
                                   const abl_dicom_source *source,
                                   const abl_dicom_object_info *info,
                                   const uint8_t *rgb, size_t columns,
                                   size_t rows, size_t shows,
                                   abl_error *err) ABL_MUST_CHECK;

/** Wraps a PDF as Encapsulated PDF.
 * @retval ABL_E_INVALID not a PDF, or over 512 MB; ABL_E_IO, ABL_E_NOMEM */
abl_status abl_dicom_pdf_write(const char *path, const abl_dicom_source *source,
                               const abl_dicom_object_info *info,
                               const char *title, const uint8_t *pdf,
                               size_t bytes, abl_error *err) ABL_MUST_CHECK;

/** ---- Structured reports ---- */

/** Scheme of codes that no standard has. */
#define ABL_DICOM_PRIVATE_SCHEME "99ABLASCREEN"

typedef enum abl_sr_type {
    ABL_SR_CONTAINER,
    ABL_SR_TEXT,
    ABL_SR_CODE,
    ABL_SR_NUM,
    ABL_SR_UIDREF,
    ABL_SR_IMAGE,
    ABL_SR_SCOORD,  /**< columns and rows on the image below it */
    ABL_SR_SCOORD3D /**< LPS mm in the frame of reference */
} abl_sr_type;

typedef enum abl_sr_relation {
    ABL_SR_CONTAINS,
    ABL_SR_HAS_CONCEPT_MOD,
    ABL_SR_HAS_OBS_CONTEXT,
    ABL_SR_HAS_PROPERTIES,
    ABL_SR_INFERRED_FROM,
    ABL_SR_SELECTED_FROM
} abl_sr_relation;

/** One content item; texts are copied by abl_sr_add(). */
typedef struct abl_sr_item {
    int depth; /**< 0 the root, children one more, in document order */
    abl_sr_relation relation;
    abl_sr_type type;
    abl_code name;            /**< the concept; value NULL: none (images) */
    const char *template_id;  /**< of a container, "1500"; NULL: none */
    abl_code code;            /**< of CODE; unit of NUM */
    const char *text;         /**< of TEXT and UIDREF; class UID of IMAGE */
    const char *instance_uid; /**< of IMAGE */
    unsigned segment;         /**< of IMAGE: referenced segment, 0 none */
    unsigned frame;           /**< of IMAGE: referenced frame, 0 none */
    double number;            /**< of NUM */
    int decimals;             /**< of NUM */
    const char *graphic_type; /**< "POINT", "POLYLINE" */
    const double *points;     /**< 2 or 3 per point */
    size_t point_count;
} abl_sr_item;

typedef struct abl_sr_document abl_sr_document;
abl_status abl_sr_create(abl_sr_document **out, abl_error *err) ABL_MUST_CHECK;
void abl_sr_destroy(abl_sr_document *document);
/** Appends one item.
 * @retval ABL_E_INVALID depth leaves a gap, a code is too long, a number is
 *                       not finite, points do not fit the graphic type
 * @retval ABL_E_NOMEM */
abl_status abl_sr_add(abl_sr_document *document, const abl_sr_item *item,
                      abl_error *err) ABL_MUST_CHECK;

/** An instance of another object of this study that the document refers to.
 */
typedef struct abl_dicom_reference {
    const char *class_uid, *series_uid, *instance_uid;
} abl_dicom_reference;

/**
 * Writes a Comprehensive 3D SR, UNVERIFIED and COMPLETE, with all instances of
 * the source and @p others as its evidence.
 * @retval ABL_E_INVALID no root container; ABL_E_IO, ABL_E_NOMEM
 */
abl_status abl_dicom_sr_write(const char *path, const abl_dicom_source *source,
                              const abl_dicom_object_info *info,
                              const abl_sr_document *document,
                              const abl_dicom_reference *others,
                              size_t other_count,
                              abl_error *err) ABL_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
