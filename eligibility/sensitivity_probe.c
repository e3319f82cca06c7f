/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/sensitivity_probe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "eligibility/sensitivity.h"

/* The original measures. */
static void restore(abl_probe *probe)
{
    const size_t count = probe->of_lesion ? 1 : probe->findings->lesion_count;
    probe->changed = *probe->findings;
    if (count)
        memcpy(probe->lesions, probe->findings->lesions + probe->first,
               count * sizeof *probe->lesions);
    probe->changed.lesions = probe->lesions;
    probe->changed.lesion_count = count;
}

abl_status abl_probe_open(abl_probe *out, const abl_findings *findings,
                          size_t index, const abl_profile *profile,
                          abl_error *err)
{
    memset(out, 0, sizeof *out);
    out->findings = findings;
    out->profile = profile;
    out->of_lesion = index != ABL_SENSITIVITY_PATIENT;
    out->first = out->of_lesion ? index : 0;
    out->only = abl_alloc(1, sizeof *out->only, err);
    out->lesions = abl_alloc(out->of_lesion ? 1 : findings->lesion_count,
                             sizeof *out->lesions, err);
    if (!out->only || !out->lesions)
        return ABL_E_NOMEM;
    restore(out);
    return ABL_OK;
}

void abl_probe_clear(abl_probe *probe)
{
    free(probe->lesions);
    free(probe->only);
    memset(probe, 0, sizeof *probe);
}

void abl_probe_reset(abl_probe *probe, size_t rule)
{
    restore(probe);
    probe->rule = rule;
    *probe->only = *probe->profile;
    for (size_t n = 0; n < ABL_RULE_COUNT; n++)
        probe->only->rules[n].enabled = n == rule;
}

double abl_probe_step(const abl_probe *probe)
{
    return probe->rule == 0 ? 1 : 0.1;
}

/* Sums of tenths without the dust of binary fractions. */
static double tidy(double value)
{
    return rint(value * 1000) / 1000;
}

void abl_probe_move_limit(abl_probe *probe, long steps)
{
    const abl_rule *from = &probe->profile->rules[probe->rule];
    abl_rule *to = &probe->only->rules[probe->rule];
    const double by = (double)steps * abl_probe_step(probe);
    to->limit = tidy(from->limit + by);
    to->band_low = tidy(from->band_low + by);
    to->band_high = tidy(from->band_high + by);
}

static void lower(abl_value *value, double to)
{
    if (value->measured)
        value->value = fmin(value->value, to);
}

static void raise_to(abl_value *value, double to)
{
    if (value->measured)
        value->value = fmax(value->value, to);
}

/* A vessel that may be too thin to count stays: it is a doubt, no measure. */
static void raise_clearances(abl_lesion_findings *lesion, double to)
{
    for (int id = 0; id < ABL_STRUCTURE_COUNT; id++)
        raise_to(&lesion->to[id].nearest.mm, to);
    raise_to(&lesion->portal_trunk.nearest.mm, to);
    raise_to(&lesion->vessels.nearest.to.nearest.mm, to);
    for (int t = 0; t < ABL_TREE_COUNT; t++)
        raise_to(&lesion->vessels.of[t].to.nearest.mm, to);
}

static bool set_of_lesion(abl_lesion_findings *lesion, size_t rule, double to)
{
    switch (rule + 1) {
    case 2:
        lower(&lesion->longest_axial_diameter.mm, to);
        lower(&lesion->max_3d_diameter.mm, to);
        return true;
    case 3:
    case 5:
    case 6:
    case 7:
    case 8:
    case 9:
        raise_clearances(lesion, to);
        return true;
    case 4:
        raise_to(&lesion->capsule.mm, to);
        return true;
    case 10:
        lesion->access.path.length_mm = to;
        return lesion->access.has_path;
    case 11:
        lesion->access.path.clearance_mm = to;
        return lesion->access.has_path;
    case 12:
        lesion->access.path.liver_transit_mm = to;
        return lesion->access.has_path;
    case 13:
        lesion->access.path.capsule_angle_deg = to;
        return lesion->access.has_path;
    case 14:
        raise_to(&lesion->cnr, to);
        return true;
    default:
        return false;
    }
}

static bool set_of_patient(abl_findings *findings, size_t rule, double to)
{
    switch (rule + 1) {
    case 1:
        if (!(to >= 0 && to <= (double)findings->lesion_count))
            return false;
        findings->lesion_count = (size_t)to;
        return true;
    case 15:
        lower(&findings->tumour_burden, to / 100);
        return true;
    case 16:
        lower(&findings->ablated_fraction_5mm, to / 100);
        lower(&findings->ablated_fraction_10mm, to / 100);
        return true;
    case 17:
        findings->exam.slice_spacing_mm =
            fmin(findings->exam.slice_spacing_mm, to);
        findings->exam.slice_thickness_mm =
            fmin(findings->exam.slice_thickness_mm, to);
        return true;
    default:
        return false;
    }
}

bool abl_probe_set_value(abl_probe *probe, double value)
{
    restore(probe);
    return probe->of_lesion
               ? set_of_lesion(probe->lesions, probe->rule, value)
               : set_of_patient(&probe->changed, probe->rule, value);
}

bool abl_probe_has_several(const abl_probe *probe)
{
    const size_t number = probe->rule + 1;
    return number == 2 || number == 3 || (number >= 5 && number <= 9);
}

abl_status abl_probe_judge(abl_result *out, const abl_probe *probe,
                           abl_error *err)
{
    abl_assessment *assessment = NULL;
    abl_status status =
        abl_assess(&assessment, &probe->changed, probe->only, err);
    *out = ABL_NOT_ASSESSABLE;
    if (status)
        return status;
    const abl_judgement *judgement =
        probe->of_lesion && assessment->lesion_count ? &assessment->lesions[0]
                                                     : &assessment->patient;
    if (judgement->result_count)
        *out = judgement->results[0].result;
    abl_assessment_destroy(assessment);
    return ABL_OK;
}
