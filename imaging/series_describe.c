/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/nifti.h"
#include "imaging/series_phase.h"
#include "imaging/series_private.h"

void abl_text_append(char *text, size_t size, const char *format, ...)
{
    size_t used = strlen(text);
    if (used > 0 && used + 3 < size)
        used += (size_t)snprintf(text + used, size - used, "; ");
    va_list args;
    va_start(args, format);
    if (used + 1 < size)
        vsnprintf(text + used, size - used, format, args);
    va_end(args);
}

static bool has_word(const char *text, const char *const *words)
{
    char upper[160];
    size_t n = 0;
    for (; text[n] && n + 1 < sizeof upper; n++)
        upper[n] = (char)toupper((unsigned char)text[n]);
    upper[n] = '\0';
    for (; *words; words++)
        if (strstr(upper, *words))
            return true;
    return false;
}

static const abl_dicom_header *header_of(const abl_series *series,
                                         const abl_study *study, size_t slice)
{
    return &study->files[series->slices[slice].file].header;
}

static void set_phase(abl_series_info *info, const char *name, const char *text,
                      bool *stop)
{
    if (*stop || info->phase_hint || !text[0])
        return;
    info->phase_hint = abl_phase_from_text(stop, text);
    if (info->phase_hint)
        snprintf(info->phase_hint_source, sizeof info->phase_hint_source,
                 "%s \"%s\"", name, text);
}

static size_t count_files(const abl_series *series)
{
    size_t count = 0;
    for (size_t n = 0; n < series->slice_count; n++)
        count += n == 0 || series->slices[n].file != series->slices[n - 1].file;
    return count;
}

const char *abl_burned_in_name(abl_burned_in burned_in)
{
    static const char *const names[] = {"unknown", "absent", "no", "yes"};
    return names[burned_in];
}

/* CT and MR images, enhanced and converted ones too. Scanners and archives mark
 * them SECONDARY when anything was done after the exam; text is burned into
 * captures of a screen. */
static bool is_of_scanner(const abl_dicom_header *header)
{
    static const char *const classes[] = {
        "1.2.840.10008.5.1.4.1.1.2",   "1.2.840.10008.5.1.4.1.1.2.1",
        "1.2.840.10008.5.1.4.1.1.2.2", "1.2.840.10008.5.1.4.1.1.4",
        "1.2.840.10008.5.1.4.1.1.4.1", "1.2.840.10008.5.1.4.1.1.4.4"};
    for (size_t n = 0; n < sizeof classes / sizeof *classes; n++)
        if (strcmp(header->sop_class_uid, classes[n]) == 0)
            return true;
    return false;
}

/* The worst that an image of the series says. */
static void copy_burned_in(abl_series *series, const abl_study *study)
{
    abl_series_info *info = &series->info;
    info->burned_in = ABL_BURNED_IN_NO;
    for (size_t n = 0; n < series->slice_count; n++) {
        const abl_dicom_header *header = header_of(series, study, n);
        const bool says_no = strcmp(header->burned_in, "NO") == 0;
        if (header->burned_in[0] && !says_no)
            info->burned_in = ABL_BURNED_IN_YES;
        else if (!says_no && info->burned_in == ABL_BURNED_IN_NO)
            info->burned_in = ABL_BURNED_IN_ABSENT;
        if (strstr(header->image_type, "SECONDARY") && !is_of_scanner(header))
            info->is_secondary = true;
    }
}

static void copy_header(abl_series *series, const abl_study *study)
{
    abl_series_info *info = &series->info;
    const abl_dicom_header *first = header_of(series, study, 0);
#define COPY(to, from) snprintf(info->to, sizeof info->to, "%s", first->from)
    COPY(modality_text, modality);
    COPY(description, description);
    COPY(study_uid, study_uid);
    COPY(series_uid, series_uid);
    COPY(frame_of_reference_uid, frame_of_reference_uid);
    COPY(manufacturer, manufacturer);
    COPY(model_name, model_name);
    COPY(kernel, kernel);
    COPY(patient_position, patient_position);
    COPY(study_date, study_date);
    COPY(transfer_syntax, transfer_syntax);
#undef COPY
    info->modality = strcmp(first->modality, "CT") == 0   ? ABL_MODALITY_CT
                     : strcmp(first->modality, "MR") == 0 ? ABL_MODALITY_MR
                                                          : ABL_MODALITY_OTHER;
    info->series_number = first->series_number;
    info->acquisition_number = first->acquisition_number;
    for (size_t n = 1; n < series->slice_count; n++)
        if (header_of(series, study, n)->acquisition_number !=
            info->acquisition_number)
            info->acquisition_number = -1;
    info->files = count_files(series);
    if (info->modality) {
        info->size[0] = first->columns;
        info->size[1] = first->rows;
        info->size[2] = series->slice_count;
    }
    info->slice_thickness_mm = first->slice_thickness_mm;
    info->kvp = first->kvp;
    copy_burned_in(series, study);
    bool stop = false;
    set_phase(info, "SeriesDescription", first->description, &stop);
    set_phase(info, "ProtocolName", first->protocol, &stop);
    set_phase(info, "AcquisitionProtocolDescription", first->comments, &stop);
}

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* Objects that are no CT or MR image. */
static const char *reason_for_modality(const abl_dicom_header *header)
{
    static const struct {
        const char *modality, *reason;
    } reasons[] = {
        {"SEG", "a segmentation, no image; masks are not imported yet"},
        {"RTSTRUCT", "contours, no image; RTSTRUCT is not supported"},
        {"SR", "a report, no image"},
        {"PR", "a presentation state, no image"},
        {"KO", "a key object selection, no image"},
        {"DOC", "a document, no image"},
        {"RWV", "a value mapping, no image"},
        {"REG", "a registration, no image"},
        {"PT", "PET is not supported; a CT is needed"},
        {"US", "ultrasound is not supported; a CT is needed"},
    };
    for (size_t n = 0; n < sizeof reasons / sizeof reasons[0]; n++)
        if (strcmp(header->modality, reasons[n].modality) == 0)
            return reasons[n].reason;
    return NULL;
}

static const char *const scout_words[] = {"LOCALIZER", "SCOUT", "TOPOGRAM",
                                          NULL};
/* Values of ImageType that are no Hounsfield units of the patient. */
static const char *const derived_words[] = {
    "\\MIP",    "\\MINIP", "MIN IP",  "PROJECTION IMAGE",
    "MAXIMUM",  "MINIMUM", "VOLREN",  "VRT",
    "\\SSD",    "\\CPR",   "CURVED",  "PERFUSION",
    "RCBF",     "RCBV",    "\\MTT",   "\\TTP",
    "SUBTRACT", "DOSE",    "SCREEN",  "PASTED",
    "IODINE",   "\\WATER", "Z_EFF",   "EFFECTIVE",
    "ELECTRON", "OVERLAY", "\\LABEL", "FUSION",
    NULL};
static const char *const reformat_words[] = {"REFORMAT", "\\MPR", "AVERAGE",
                                             "RESAMPLED", NULL};

/* Why images of this kind cannot be analysed, whatever their geometry. */
static void check_kind(abl_series *series, const abl_dicom_header *header)
{
    abl_series_info *info = &series->info;
    const char *text = reason_for_modality(header);
    if (text)
        snprintf(info->reason, sizeof info->reason, "%s", text);
    else if (info->modality == ABL_MODALITY_OTHER)
        snprintf(info->reason, sizeof info->reason,
                 "modality %s is not supported; a CT is needed",
                 header->modality[0] ? header->modality : "unknown");
    else if (starts_with(header->sop_class_uid, "1.2.840.10008.5.1.4.1.1.7"))
        snprintf(info->reason, sizeof info->reason,
                 "a screen capture (secondary capture), not the images");
    else if (has_word(header->image_type, scout_words))
        snprintf(info->reason, sizeof info->reason, "a localizer (scout)");
    else if (has_word(header->image_type, derived_words))
        snprintf(info->reason, sizeof info->reason,
                 "derived images (ImageType %.90s) hold no CT numbers of a "
                 "slice; use the original series",
                 header->image_type);
    else if (has_word(header->image_type, reformat_words) ||
             starts_with(header->image_type, "DERIVED"))
        abl_text_append(info->notes, sizeof info->notes,
                        "reformatted or derived images (ImageType %.90s)",
                        header->image_type);
}

static abl_status check_format(const abl_dicom_header *header, const char *name,
                               abl_error *err)
{
    if (header->damage[0])
        return abl_error_set(err, ABL_E_FORMAT, "%s: %s", name, header->damage);
    if (!header->has_pixels)
        return abl_error_set(err, ABL_E_FORMAT, "%s has no pixels", name);
    if (header->samples_per_pixel != 1 ||
        strcmp(header->photometric, "MONOCHROME2") != 0)
        return abl_error_set(
            err, ABL_E_UNSUPPORTED,
            "%s: photometric interpretation %s; only "
            "MONOCHROME2 is read",
            name, header->photometric[0] ? header->photometric : "missing");
    const bool bits_fit =
        (header->bits_allocated == 8 || header->bits_allocated == 16) &&
        header->bits_stored >= 1 &&
        header->bits_stored <= header->high_bit + 1 &&
        header->high_bit < header->bits_allocated;
    if (!bits_fit)
        return abl_error_set(err, ABL_E_UNSUPPORTED,
                             "%s: %u bits stored in %u, high bit %u; 8 and 16 "
                             "bits are read",
                             name, header->bits_stored, header->bits_allocated,
                             header->high_bit);
    if (header->has_modality_lut)
        return abl_error_set(err, ABL_E_UNSUPPORTED,
                             "%s: a modality lookup table is not supported",
                             name);
    return ABL_OK;
}

static abl_status check_units(const abl_dicom_header *header,
                              const abl_dicom_frame *frame, const char *name,
                              abl_error *err)
{
    if (frame->has_rescale && !(fabs(frame->slope) > 1e-9))
        return abl_error_set(err, ABL_E_FORMAT, "%s: RescaleSlope is %g", name,
                             frame->slope);
    if (strcmp(header->modality, "CT") != 0)
        return ABL_OK;
    if (!frame->has_rescale)
        return abl_error_set(err, ABL_E_UNSUPPORTED,
                             "%s has no RescaleSlope and RescaleIntercept: its "
                             "CT numbers are unknown",
                             name);
    if (header->rescale_type[0] && strcmp(header->rescale_type, "HU") != 0)
        return abl_error_set(err, ABL_E_UNSUPPORTED,
                             "%s: pixels are in %s, not in HU", name,
                             header->rescale_type);
    return ABL_OK;
}

static abl_status check_pixels(const abl_series *series, const abl_study *study,
                               abl_error *err)
{
    for (size_t n = 0; n < series->slice_count; n++) {
        const abl_slice *slice = series->slices + n;
        const abl_file *file = study->files + slice->file;
        const char *name = abl_path_name(file->path);
        abl_status status = check_format(&file->header, name, err);
        if (!status)
            status = check_units(&file->header,
                                 file->header.frames + slice->frame, name, err);
        if (status)
            return status;
    }
    return ABL_OK;
}

static abl_status check_frame_of_reference(const abl_series *series,
                                           const abl_study *study,
                                           abl_error *err)
{
    const abl_dicom_header *first = header_of(series, study, 0);
    for (size_t n = 1; n < series->slice_count; n++)
        if (strcmp(header_of(series, study, n)->frame_of_reference_uid,
                   first->frame_of_reference_uid) != 0)
            return abl_error_set(
                err, ABL_E_GEOMETRY,
                "%s and %s have different frames of reference: their "
                "positions cannot be compared",
                abl_path_name(study->files[series->slices[0].file].path),
                abl_path_name(study->files[series->slices[n].file].path));
    return ABL_OK;
}

static abl_status collect_planes(abl_plane *planes, const abl_series *series,
                                 const abl_study *study, abl_error *err)
{
    for (size_t n = 0; n < series->slice_count; n++)
        if (!abl_slice_plane(planes + n, study, series->slices + n))
            return abl_error_set(err, ABL_E_GEOMETRY,
                                 "%s does not say where it lies (position, "
                                 "orientation or pixel spacing is missing)",
                                 planes[n].name);
    return ABL_OK;
}

static abl_status sort_slices(abl_series *series, abl_error *err)
{
    const size_t count = series->slice_count;
    abl_slice *sorted = abl_alloc(count, sizeof *sorted, err);
    if (!sorted)
        return ABL_E_NOMEM;
    for (size_t k = 0; k < count; k++)
        sorted[k] = series->slices[series->stack.order[k]];
    free(series->slices);
    series->slices = sorted;
    return ABL_OK;
}

static abl_status build_stack(abl_series *series, const abl_study *study,
                              abl_error *err)
{
    abl_plane *planes = abl_alloc(series->slice_count, sizeof *planes, err);
    if (!planes)
        return ABL_E_NOMEM;
    abl_status status = collect_planes(planes, series, study, err);
    if (!status)
        status =
            abl_stack_build(&series->stack, planes, series->slice_count, err);
    if (!status)
        status = sort_slices(series, err);
    free(planes);
    return status;
}

void abl_series_check_extent(abl_series *series, const abl_grid *grid)
{
    abl_series_info *info = &series->info;
    const abl_orientation to = abl_grid_orientation(grid);
    double extent_mm[3];
    for (int a = 0; a < 3; a++)
        extent_mm[a] =
            (double)grid->size[to.axis[a]] * grid->spacing_mm[to.axis[a]];
    series->is_axial = to.axis[2] == 2;
    const double step_mm = fmax(grid->spacing_mm[0],
                                fmax(grid->spacing_mm[1], grid->spacing_mm[2]));
    if (info->reason[0])
        return;
    if (grid->size[2] < ABL_SERIES_MIN_SLICES)
        snprintf(info->reason, sizeof info->reason,
                 "only %zu slices; at least %d are needed", grid->size[2],
                 ABL_SERIES_MIN_SLICES);
    else if (step_mm > ABL_SERIES_MAX_STEP_MM)
        snprintf(info->reason, sizeof info->reason,
                 "slices %.1f mm apart are too coarse; at most %.0f mm",
                 step_mm, ABL_SERIES_MAX_STEP_MM);
    else if (extent_mm[2] < ABL_SERIES_MIN_COVERAGE_MM)
        snprintf(info->reason, sizeof info->reason,
                 "covers only %.0f mm from head to foot; at least %.0f mm of "
                 "the liver are needed",
                 extent_mm[2], ABL_SERIES_MIN_COVERAGE_MM);
    else if (fmin(extent_mm[0], extent_mm[1]) < ABL_SERIES_MIN_FIELD_MM)
        snprintf(info->reason, sizeof info->reason,
                 "a field of view of %.0f x %.0f mm does not show the "
                 "abdomen; at least %.0f mm are needed",
                 extent_mm[0], extent_mm[1], ABL_SERIES_MIN_FIELD_MM);
    if (!info->reason[0] && extent_mm[2] < ABL_SERIES_LOW_COVERAGE_MM)
        abl_text_append(info->notes, sizeof info->notes,
                        "covers only %.0f mm from head to foot: the liver may "
                        "be cut",
                        extent_mm[2]);
}

static void note_what_is_odd(abl_series *series, const abl_study *study)
{
    abl_series_info *info = &series->info;
    const abl_dicom_header *first = header_of(series, study, 0);
    char *notes = info->notes;
    const size_t size = sizeof info->notes;
    info->gantry_tilt_deg = series->stack.tilt_deg;
    if (series->stack.tilt_deg > 0)
        abl_text_append(notes, size,
                        "gantry tilt of %.1f degrees corrected by shifting "
                        "the slices",
                        series->stack.tilt_deg);
    if (!series->is_axial && series->is_loadable)
        abl_text_append(notes, size, "slices are not axial");
    if (info->slice_thickness_mm > 0 && info->spacing_mm[2] > 0 &&
        info->slice_thickness_mm < 0.75 * info->spacing_mm[2])
        abl_text_append(notes, size,
                        "%.2f mm thick slices %.2f mm apart: tissue between "
                        "them was not imaged",
                        info->slice_thickness_mm, info->spacing_mm[2]);
    if (series->split_by)
        abl_text_append(notes, size,
                        "volume %zu of %zu in this series, told apart by %s",
                        series->part, series->parts, series->split_by);
    if (series->left_out > 0)
        abl_text_append(notes, size,
                        "%zu image%s of the series with another size or "
                        "orientation left out",
                        series->left_out, series->left_out == 1 ? "" : "s");
    if (series->copies > 0)
        abl_text_append(notes, size, "%zu second cop%s of a slice dropped",
                        series->copies, series->copies == 1 ? "y" : "ies");
    if (first->is_lossy)
        abl_text_append(notes, size, "lossy compression");
    if (series->is_sharp)
        abl_text_append(notes, size, "sharp kernel %s", info->kernel);
    if (study->damaged_count > 0)
        abl_text_append(notes, size,
                        "%zu item%s of the input could not be read and may "
                        "belong to this series",
                        study->damaged_count,
                        study->damaged_count == 1 ? "" : "s");
    if (study->is_lone_file && series->slice_count == 1 && info->modality)
        abl_text_append(info->reason, sizeof info->reason,
                        "name the folder to read the whole series");
}

/* Names of kernels for lung and bone; the numbers of Siemens kernels (B70f,
 * Br64, Bl57) and letters of Philips ones (YA to YE) say how sharp they are. */
static bool is_sharp_kernel(const char *kernel)
{
    static const char *const words[] = {"LUNG",  "BONE",   "EDGE",
                                        "SHARP", "DETAIL", NULL};
    if (has_word(kernel, words))
        return true;
    if (kernel[0] == 'Y' && kernel[1] >= 'A' && kernel[1] <= 'E')
        return true;
    if (kernel[0] != 'B' && kernel[0] != 'I' && kernel[0] != 'H')
        return false;
    const char *digit = kernel;
    while (*digit && !isdigit((unsigned char)*digit))
        digit++;
    return strtol(digit, NULL, 10) >= 54;
}

static void count_copies(abl_series *series, const abl_study *study)
{
    for (size_t n = 0; n < study->file_count; n++)
        series->copies +=
            study->files[n].is_copy && strcmp(study->files[n].header.series_uid,
                                              series->info.series_uid) == 0;
}

/* The stack comes first in the reason: it names slices, which helps most. */
static abl_status describe_volume(abl_series *series, const abl_study *study,
                                  abl_error *err)
{
    abl_series_info *info = &series->info;
    abl_status status = check_pixels(series, study, err);
    if (!status)
        status = check_frame_of_reference(series, study, err);
    if (!status)
        status = build_stack(series, study, err);
    if (status == ABL_E_NOMEM)
        return status;
    if (status) {
        if (!info->reason[0])
            snprintf(info->reason, sizeof info->reason, "%.500s", err->message);
        return ABL_OK;
    }
    series->is_loadable = true;
    memcpy(info->spacing_mm, series->stack.grid.spacing_mm,
           sizeof info->spacing_mm);
    if (info->modality == ABL_MODALITY_MR && !info->reason[0])
        snprintf(info->reason, sizeof info->reason,
                 "MR sequence not supported yet: the lesion network is for "
                 "CT");
    abl_series_check_extent(series, &series->stack.grid);
    return ABL_OK;
}

abl_status abl_series_describe(abl_series *series, const abl_study *study,
                               abl_error *err)
{
    abl_series_info *info = &series->info;
    abl_status status = ABL_OK;
    copy_header(series, study);
    count_copies(series, study);
    series->is_sharp = is_sharp_kernel(info->kernel);
    for (size_t n = 0; n < series->slice_count && !info->reason[0]; n++) {
        info->notes[0] = '\0';
        check_kind(series, header_of(series, study, n));
    }
    if (info->modality != ABL_MODALITY_OTHER)
        status = describe_volume(series, study, err);
    if (status)
        return status;
    info->usable = !info->reason[0];
    note_what_is_odd(series, study);
    return ABL_OK;
}

abl_status abl_series_describe_nifti(abl_series *series, abl_error *err)
{
    abl_series_info *info = &series->info;
    abl_nifti_summary summary;
    info->is_nifti = true;
    info->files = 1;
    info->series_number = info->acquisition_number = -1;
    snprintf(info->description, sizeof info->description, "%s",
             abl_path_name(series->path));
    snprintf(info->transfer_syntax, sizeof info->transfer_syntax, "NIfTI");
    const abl_status status = abl_nifti_summarise(&summary, series->path, err);
    if (status == ABL_E_NOMEM)
        return status;
    if (status) {
        snprintf(info->reason, sizeof info->reason, "%.500s", err->message);
        return ABL_OK;
    }
    series->is_loadable = true;
    memcpy(info->size, summary.grid.size, sizeof info->size);
    memcpy(info->spacing_mm, summary.grid.spacing_mm, sizeof info->spacing_mm);
    if (summary.is_8_bit) {
        snprintf(info->reason, sizeof info->reason,
                 "8-bit voxels: a label map, no CT");
    } else if (summary.below_minus_50 * 200 >= summary.voxels) {
        info->modality = ABL_MODALITY_CT;
        snprintf(info->modality_text, sizeof info->modality_text, "CT");
    } else {
        info->modality =
            summary.max > 255 ? ABL_MODALITY_MR : ABL_MODALITY_OTHER;
        snprintf(info->reason, sizeof info->reason,
                 "values from %g to %g are no CT in HU (MR or a label map); "
                 "only CT is supported yet",
                 summary.min, summary.max);
    }
    bool stop = false;
    set_phase(info, "file name", info->description, &stop);
    abl_series_check_extent(series, &summary.grid);
    info->usable = !info->reason[0];
    return ABL_OK;
}
