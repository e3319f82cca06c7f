/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/reading.h"

#include <stdlib.h>
#include <string.h>

static abl_segment *segment_of(abl_lesion_findings *lesion, int value)
{
    return value == ABL_READ_LONGEST_AXIAL   ? &lesion->longest_axial_diameter
           : value == ABL_READ_PERPENDICULAR ? &lesion->perpendicular_diameter
                                             : &lesion->max_3d_diameter;
}

double abl_reader_sd_mm(abl_phase phase)
{
    const double half_width_mm = phase == ABL_PHASE_UNENHANCED      ? 5.9
                                 : phase == ABL_PHASE_PORTAL_VENOUS ? 7.5
                                                                    : 7.95;
    return half_width_mm / (1.96 * 1.4142135623730951);
}

const char *abl_reader_sd_source(void)
{
    return "Huh, Korean J Radiol 2018;19(6): limits of agreement between two "
           "readers, 79 neuroendocrine liver metastases on CT (cited); one "
           "reader has the SD of a difference over the root of 2 (convention)";
}

static void take_values(abl_reading *reading, size_t n)
{
    abl_lesion_findings *lesion = &reading->findings->lesions[n];
    const int entry = reading->lesions[n].item;
    if (entry == ABL_READ_NONE)
        return;
    const abl_override_item *item = &reading->override->items[entry];
    const double sd_mm = abl_reader_sd_mm(reading->findings->exam.phase.phase);
    for (int v = 0; v < ABL_READ_VALUE_COUNT; v++) {
        abl_segment *segment = segment_of(lesion, v);
        reading->measured[n][v] = segment->mm;
        if (!item->has_value[v])
            continue;
        segment->mm = (abl_value){true, item->value_mm[v], 1.96 * sd_mm, NULL};
        segment->is_read = true;
    }
}

abl_status abl_reading_measure(abl_reading *reading, const abl_volume *image,
                               const abl_series_info *info,
                               const abl_measure_options *options,
                               abl_error *err)
{
    abl_status status = abl_measure(&reading->findings, image,
                                    reading->structures, info, options, err);
    for (size_t n = 0; !status && n < reading->findings->lesion_count; n++)
        take_values(reading, n);
    return status;
}

void abl_reading_destroy(abl_reading *reading)
{
    if (!reading)
        return;
    abl_structures *read = reading->structures;
    for (size_t n = 0; read && read->lesions && n < read->lesion_count; n++)
        abl_volume_destroy(read->lesions[n].field);
    if (read) {
        free(read->lesions);
        abl_volume_destroy(read->lesion_labels);
        abl_volume_destroy(read->labels);
        free(read); /* the rest belongs to the automatic structures */
    }
    abl_volume_destroy(reading->liver);
    abl_findings_destroy(reading->findings);
    free(reading->lesions);
    free(reading->item_of);
    free(reading->measured);
    free(reading);
}
