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

static void take_facts(abl_reading *reading, const abl_context *given)
{
    const abl_override *override = reading->override;
    if (given)
        reading->context = *given;
    for (int n = 0; n < ABL_CONTEXT_FIELD_COUNT; n++)
        if (override->context.facts[n].given)
            reading->context.facts[n] = override->context.facts[n];
    if (given || override->has_context)
        reading->findings->context = &reading->context;
}

/* For the summary: what of the count is the program's. */
static void count_changes(abl_reading *reading)
{
    abl_findings *findings = reading->findings;
    findings->is_read = true;
    findings->automatic_count = reading->automatic_count;
    for (size_t n = 0; n < findings->lesion_count; n++)
        findings->added_by_reader +=
            reading->lesions[n].automatic == ABL_READ_NONE;
}

abl_status abl_reading_measure(abl_reading *reading,
                               const abl_reading_scan *scan,
                               const abl_context *given,
                               const abl_measure_options *options,
                               abl_error *err)
{
    abl_status status =
        abl_measure(&reading->findings, scan->image, reading->structures,
                    scan->info, options, err);
    if (status)
        return status;
    for (size_t n = 0; n < reading->findings->lesion_count; n++)
        take_values(reading, n);
    take_facts(reading, given);
    count_changes(reading);
    return ABL_OK;
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
    abl_structures_destroy(reading->outlined);
    abl_findings_destroy(reading->findings);
    free(reading->lesions);
    free(reading->item_of);
    free(reading->measured);
    free(reading);
}
