/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/measure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "eligibility/access.h"
#include "eligibility/burden.h"
#include "eligibility/exam.h"
#include "eligibility/measure_lesion.h"
#include "eligibility/measure_vessels.h"

#define STAGE "measuring"

abl_measure_options abl_measure_options_default(void)
{
    return (abl_measure_options){.access = abl_access_options_default(),
                                 .vessel_calibre_mm = ABL_VESSEL_LEAST_MM,
                                 .progress = {NULL, NULL}};
}

static abl_status check_input(const abl_volume *image,
                              const abl_structures *structures, abl_error *err)
{
    if (image->type != ABL_PIXEL_I16)
        return abl_error_set(err, ABL_E_INVALID, "the image must be i16 HU");
    if (structures->lesion_count > ABL_MAX_LESIONS)
        return abl_error_set(err, ABL_E_INVALID,
                             "%zu lesions are more than the %d supported",
                             structures->lesion_count, ABL_MAX_LESIONS);
    if (!structures->labels || !structures->lesion_labels)
        return abl_error_set(err, ABL_E_INVALID, "a label map is missing");
    for (size_t n = 0; n < structures->lesion_count; n++)
        if (!structures->lesions[n].field)
            return abl_error_set(err, ABL_E_INVALID, "lesion %zu has no shape",
                                 n + 1);
    abl_status status =
        abl_grid_check_same(&image->grid, &structures->labels->grid, 0.01, err);
    if (!status)
        status = abl_grid_check_same(
            &image->grid, &structures->lesion_labels->grid, 0.01, err);
    return status;
}

static void fill_exam(abl_exam *exam, const abl_volume *image,
                      const abl_structures *structures,
                      const abl_series_info *info)
{
    exam->slice_spacing_mm = image->grid.spacing_mm[2];
    exam->slice_thickness_mm = info ? info->slice_thickness_mm : 0;
    exam->noise_hu.measured = structures->noise_hu >= 0;
    if (exam->noise_hu.measured) {
        exam->noise_hu.value = structures->noise_hu;
        exam->noise_hu.uncertainty = 0.1 * structures->noise_hu;
    } else {
        exam->noise_hu.why_not = "no quiet part of the liver was found";
    }
    exam->liver_whole = structures->items[ABL_LIVER].found == ABL_FOUND;
    exam->intensity_clipped = structures->intensity_clipped;
    exam->phase = structures->phase;
    exam->metal_ml = abl_exam_metal_ml(image, structures->labels);
    exam->geometry_checked = info && !info->is_nifti;
    exam->gantry_tilt_deg = info ? info->gantry_tilt_deg : 0;
}

static bool is_found(const abl_structure *structure)
{
    return structure->found == ABL_FOUND || structure->found == ABL_FOUND_CUT;
}

static void fill_structures(abl_findings *findings, const abl_scene *scene)
{
    for (int id = 0; id < ABL_STRUCTURE_COUNT; id++) {
        const abl_structure *from = &scene->structures->items[id];
        const char *why_not = from->found == ABL_NOT_LOOKED_FOR
                                  ? "not looked for"
                                  : "not found in this scan";
        findings->structures[id].found = from->found;
        findings->structures[id].origin = from->origin;
        findings->structures[id].volume_ml = (abl_value){false, 0, 0, why_not};
        findings->structures[id].mean_hu = (abl_value){false, 0, 0, why_not};
        if (!is_found(from))
            continue;
        findings->structures[id].volume_ml =
            abl_shape_volume_ml(&scene->items[id]);
        if (id == ABL_HILUM) { /* made from other vessels: no mean of its own */
            findings->structures[id].mean_hu.why_not = "not measured";
            continue;
        }
        /* the mean's own spread is not handed on: noise of 1 mL at least */
        const double noise = fmax(0, scene->structures->noise_hu);
        findings->structures[id].mean_hu = (abl_value){
            true, from->mean_hu,
            1.96 * noise / sqrt(fmax(1, 30 * from->volume_ml)), NULL};
    }
}

/* Quotient of independent values. */
static abl_value divide(const abl_value *a, const abl_value *b)
{
    if (!a->measured || !b->measured || !(b->value > 0))
        return (abl_value){false, 0, 0,
                           a->measured ? "the liver was not measured"
                                       : a->why_not};
    const double value = a->value / b->value;
    return (abl_value){true, value,
                       hypot(a->uncertainty, value * b->uncertainty) / b->value,
                       NULL};
}

static abl_status fill_burden(abl_findings *findings, const abl_scene *scene,
                              abl_error *err)
{
    const abl_shape *liver = &scene->items[ABL_LIVER];
    findings->liver_volume_ml = findings->structures[ABL_LIVER].volume_ml;
    findings->tumour_volume_ml = (abl_value){true, 0, 0, NULL};
    for (size_t n = 0; n < findings->lesion_count; n++) {
        const abl_value *volume = &findings->lesions[n].volume_ml;
        if (!volume->measured)
            findings->tumour_volume_ml = *volume;
        if (!findings->tumour_volume_ml.measured)
            break;
        findings->tumour_volume_ml.value += volume->value;
        findings->tumour_volume_ml.uncertainty =
            hypot(findings->tumour_volume_ml.uncertainty, volume->uncertainty);
    }
    findings->tumour_burden =
        divide(&findings->tumour_volume_ml, &findings->liver_volume_ml);
    if (findings->lesion_count == 0 && findings->liver_volume_ml.measured) {
        findings->ablated_fraction_5mm = (abl_value){true, 0, 0, NULL};
        findings->ablated_fraction_10mm = (abl_value){true, 0, 0, NULL};
        return ABL_OK;
    }
    abl_status status =
        abl_burden_ablated(&findings->ablated_fraction_5mm, liver,
                           scene->lesions, findings->lesion_count, 5, err);
    if (!status)
        status =
            abl_burden_ablated(&findings->ablated_fraction_10mm, liver,
                               scene->lesions, findings->lesion_count, 10, err);
    return status;
}

static abl_status plan_access(abl_findings *findings, const abl_scene *scene,
                              const abl_series_info *info,
                              const abl_measure_options *options,
                              abl_error *err)
{
    if (!findings->lesion_count)
        return ABL_OK;
    abl_access_map *map = NULL;
    abl_status status = abl_access_map_create(
        &map, scene->image, scene->structures, info, &options->access, err);
    for (size_t n = 0; !status && n < findings->lesion_count; n++) {
        const double share = (double)n / (double)findings->lesion_count;
        status = abl_progress_step(&options->progress, "planning access", share,
                                   err);
        if (!status)
            status = abl_access_plan(&findings->lesions[n].access, map, n, err);
    }
    abl_access_map_destroy(map);
    return status;
}

static abl_status fill_lesions(abl_findings *findings, const abl_scene *scene,
                               const abl_measure_options *options,
                               abl_error *err)
{
    abl_status status = ABL_OK;
    for (size_t n = 0; !status && n < findings->lesion_count; n++) {
        const double share = (double)n / (double)findings->lesion_count;
        status = abl_progress_step(&options->progress, STAGE, share, err);
        if (!status)
            status = abl_lesion_measure(&findings->lesions[n], scene, n, err);
    }
    return status;
}

static abl_status fill_vessels(abl_findings *findings, const abl_scene *scene,
                               const abl_measure_options *options,
                               abl_error *err)
{
    abl_vessel_scene vessels;
    abl_status status =
        abl_vessel_scene_make(&vessels, scene, options->vessel_calibre_mm, err);
    for (size_t n = 0; !status && n < findings->lesion_count; n++)
        status =
            abl_lesion_measure_vessels(&findings->lesions[n], &vessels, n, err);
    if (!status)
        abl_findings_fill_vessels(findings, &vessels,
                                  options->vessel_calibre_mm);
    abl_vessel_scene_clear(&vessels);
    return status;
}

static abl_status create_findings(abl_findings **out,
                                  const abl_structures *structures,
                                  abl_error *err)
{
    *out = NULL;
    abl_findings *findings = abl_alloc(1, sizeof *findings, err);
    if (!findings)
        return ABL_E_NOMEM;
    findings->lesion_count = structures->lesion_count;
    findings->lesions =
        abl_alloc(structures->lesion_count, sizeof *findings->lesions, err);
    if (!findings->lesions) {
        abl_findings_destroy(findings);
        return ABL_E_NOMEM;
    }
    findings->warning_count = structures->warning_count;
    memcpy(findings->warnings, structures->warnings, sizeof findings->warnings);
    *out = findings;
    return ABL_OK;
}

abl_status abl_measure(abl_findings **out, const abl_volume *image,
                       const abl_structures *structures,
                       const abl_series_info *info,
                       const abl_measure_options *options, abl_error *err)
{
    *out = NULL;
    abl_scene scene;
    memset(&scene, 0, sizeof scene);
    abl_findings *findings = NULL;
    abl_status status = check_input(image, structures, err);
    if (!status)
        status = abl_progress_step(&options->progress, STAGE, 0, err);
    if (!status)
        status = create_findings(&findings, structures, err);
    if (!status)
        status = abl_scene_create(&scene, image, structures, err);
    if (status)
        goto done;
    fill_exam(&findings->exam, image, structures, info);
    fill_structures(findings, &scene);
    status = fill_lesions(findings, &scene, options, err);
    if (!status)
        status = fill_vessels(findings, &scene, options, err);
    if (!status)
        status = fill_burden(findings, &scene, err);
    if (!status)
        status = plan_access(findings, &scene, info, options, err);
    if (!status) {
        *out = findings;
        findings = NULL;
    }
done:
    abl_scene_clear(&scene);
    abl_findings_destroy(findings);
    return status;
}
