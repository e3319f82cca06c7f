/* One DICOM file: its header as plain numbers and text, and its pixels.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_DICOM_FILE_H
#define ABL_IMAGING_DICOM_FILE_H

#include <stdint.h>

#include "imaging/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Largest file that is opened. */
#define ABL_DICOM_MAX_FILE_BYTES ((size_t)1 << 32)
/** Largest deflated file: it may unpack to a thousand times its size. */
#define ABL_DICOM_MAX_DEFLATED_BYTES ((size_t)16 << 20)
/** Most rows or columns of an image. */
#define ABL_DICOM_MAX_SIZE 16384
/** Most frames in one file. */
#define ABL_DICOM_MAX_FRAMES 65536

/** What can tell two images of one position apart. */
typedef enum abl_dicom_key {
    ABL_DICOM_KEY_ACQUISITION, /**< AcquisitionNumber */
    ABL_DICOM_KEY_TEMPORAL,    /**< TemporalPositionIdentifier or Index */
    ABL_DICOM_KEY_ECHO_TIME,   /**< [ms] */
    ABL_DICOM_KEY_B_VALUE,     /**< [s/mm2] */
    ABL_DICOM_KEY_TRIGGER,     /**< TriggerTime [ms] */
    ABL_DICOM_KEY_KVP,         /**< [kV] */
    ABL_DICOM_KEY_STACK,       /**< StackID, as a hash */
    ABL_DICOM_KEY_KERNEL,      /**< ConvolutionKernel, as a hash */
    ABL_DICOM_KEY_IMAGE_TYPE,  /**< ImageType or FrameType, as a hash */
    ABL_DICOM_KEY_ACQUIRED,    /**< AcquisitionTime [s after midnight] */
    ABL_DICOM_KEY_COUNT
} abl_dicom_key;

/** Name of a key as a DICOM attribute. */
const char *abl_dicom_key_name(abl_dicom_key key);

/** One image: the file itself, or a frame of a multi-frame file. */
typedef struct abl_dicom_frame {
    bool has_position, has_orientation, has_spacing;
    bool has_rescale;       /**< slope and intercept were in the file */
    double position_lps[3]; /**< centre of the first pixel [mm] */
    double row_lps[3];      /**< unit vector along increasing column index */
    double column_lps[3];   /**< unit vector along increasing row index */
    double spacing_mm[2];   /**< between columns (i), between rows (j) */
    double slope, intercept;
    double keys[ABL_DICOM_KEY_COUNT]; /**< NAN when absent */
} abl_dicom_frame;

/** Text is UTF-8 without control characters, empty when absent. No patient
 * identifier is read. Numbers that are absent are -1 (int) or 0. */
typedef struct abl_dicom_header {
    char sop_class_uid[65];
    char sop_instance_uid[65];
    char study_uid[65];
    char series_uid[65];
    char frame_of_reference_uid[65];
    char transfer_syntax_uid[65];
    char transfer_syntax[65]; /**< its name */
    char modality[17];
    char image_type[129];
    char description[129]; /**< SeriesDescription */
    char protocol[129];    /**< ProtocolName */
    char comments[129];    /**< AcquisitionProtocolDescription or
                                AcquisitionComments */
    char contrast[65];     /**< ContrastBolusAgent */
    char manufacturer[65];
    char model_name[65];
    char kernel[65];
    char body_part[17];
    char patient_position[17];
    char study_date[9];
    char photometric[17];
    char rescale_type[17];
    char burned_in[17]; /**< BurnedInAnnotation: "YES", "NO"; "" when absent */
    int series_number, acquisition_number, instance_number;
    size_t rows, columns;
    unsigned samples_per_pixel, bits_allocated, bits_stored, high_bit;
    bool is_signed;
    bool has_pixels;
    bool has_modality_lut;
    bool is_lossy;
    bool has_padding;
    int32_t padding_first, padding_last; /**< stored values, inclusive */
    double slice_thickness_mm, kvp;
    char damage[200]; /**< why the pixels cannot be read; empty when intact */
    size_t frame_count;
    abl_dicom_frame *frames; /**< frame_count of them; CT and MR only */
} abl_dicom_header;

/**
 * Whether the first bytes of a file look like DICOM, with or without preamble.
 * Never opens anything but regular files.
 *
 * @param[out] is_dicom  false for other files
 * @retval ABL_E_IO           cannot be read (the system's reason)
 * @retval ABL_E_UNSUPPORTED  larger than the limits above
 */
abl_status abl_dicom_sniff(bool *is_dicom, const char *path,
                           abl_error *err) ABL_MUST_CHECK;

/**
 * Reads everything but the pixels.
 *
 * @param[out] out  cleared with abl_dicom_header_clear(), also after failure
 * @retval ABL_E_FORMAT  no DICOM, or damaged so that not even its series is
 *                       known; damaged pixels alone set out->damage
 * @par Thread  reentrant
 */
abl_status abl_dicom_header_read(abl_dicom_header *out, const char *path,
                                 abl_error *err) ABL_MUST_CHECK;
void abl_dicom_header_clear(abl_dicom_header *header);

/** An open file, to read frames from; one thread at a time. */
typedef struct abl_dicom_pixels abl_dicom_pixels;

/** Opens @p path, which was described by @p header (kept by value).
 * @retval ABL_E_FORMAT       damaged
 * @retval ABL_E_UNSUPPORTED  colour, odd bit depth, unknown transfer syntax */
abl_status abl_dicom_pixels_open(abl_dicom_pixels **out, const char *path,
                                 const abl_dicom_header *header,
                                 abl_error *err) ABL_MUST_CHECK;

/** Words of one frame as stored (8-bit files widened), unpacked but neither
 * masked to the stored bits nor rescaled; rows * columns of them. */
abl_status abl_dicom_pixels_read(uint16_t *words, abl_dicom_pixels *pixels,
                                 size_t frame, abl_error *err) ABL_MUST_CHECK;
void abl_dicom_pixels_close(abl_dicom_pixels *pixels);

#ifdef __cplusplus
}
#endif
#endif
