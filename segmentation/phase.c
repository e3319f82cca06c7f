/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/phase.h"

#include <math.h>
#include <stdio.h>

/* Convention; see phase.h. */
static const double contrast_aorta_hu = 80, contrast_kidney_hu = 75;
static const double arterial_lead_hu = 55, arterial_aorta_hu = 210;
static const double portal_lead_hu = 27, portal_blood_hu = 125;
static const double portal_excess_hu = 20;
static const double softness_hu = 10; /* 73 % at this distance from a limit */
static const double least_confidence = 0.6, sure_confidence = 0.8;

static double step_at(double value, double limit)
{
    return 1.0 / (1.0 + exp(-(value - limit) / softness_hu));
}

/* 0 when the organ was not found; a found one is never exactly 0. */
static double level(const abl_structures *structures, abl_structure_id id)
{
    const abl_structure *item = &structures->items[id];
    return item->found == ABL_FOUND || item->found == ABL_FOUND_CUT
               ? item->mean_hu
               : 0;
}

static double kidney_level(const abl_structures *structures)
{
    const double right = level(structures, ABL_RIGHT_KIDNEY);
    const double left = level(structures, ABL_LEFT_KIDNEY);
    if (right != 0 && left != 0)
        return 0.5 * (right + left);
    return right != 0 ? right : left;
}

static void read_levels(abl_phase_estimate *phase, const abl_structures *from)
{
    phase->aorta_hu = level(from, ABL_AORTA);
    phase->portal_hu = level(from, ABL_PORTAL_AND_SPLENIC_VEIN);
    phase->ivc_hu = level(from, ABL_INFERIOR_VENA_CAVA);
    phase->kidney_hu = kidney_level(from);
    phase->spleen_hu = level(from, ABL_SPLEEN);
    phase->liver_hu = level(from, ABL_LIVER);
}

/* Probability that there is contrast medium. */
static double answer_contrast(const abl_phase_estimate *phase)
{
    double none = 1;
    if (phase->aorta_hu != 0)
        none *= 1 - step_at(phase->aorta_hu, contrast_aorta_hu);
    if (phase->kidney_hu != 0)
        none *= 1 - step_at(phase->kidney_hu, contrast_kidney_hu);
    return 1 - none;
}

static double answer_arterial(const abl_phase_estimate *phase)
{
    if (phase->portal_hu != 0)
        return step_at(phase->aorta_hu - phase->portal_hu, arterial_lead_hu);
    return step_at(phase->aorta_hu, arterial_aorta_hu);
}

/* Portal venous against delayed. */
static double answer_portal(const abl_phase_estimate *phase)
{
    const double blood = phase->portal_hu != 0
                             ? 0.5 * (phase->aorta_hu + phase->portal_hu)
                             : phase->aorta_hu;
    const double lead = step_at(blood - phase->liver_hu, portal_lead_hu);
    const double bright = step_at(blood, portal_blood_hu);
    const double excess =
        phase->portal_hu != 0
            ? step_at(phase->portal_hu - phase->aorta_hu, portal_excess_hu)
            : 0;
    return 1 - (1 - lead) * (1 - bright) * (1 - excess);
}

static void choose(abl_phase_estimate *phase)
{
    const double contrast = answer_contrast(phase);
    phase->phase = ABL_PHASE_UNENHANCED;
    phase->confidence = 1 - contrast;
    if (contrast < 0.5)
        return;
    phase->phase = ABL_PHASE_UNKNOWN;
    phase->confidence = 0;
    if (phase->aorta_hu == 0 || phase->liver_hu == 0)
        return;
    const double arterial = answer_arterial(phase);
    const double portal = answer_portal(phase);
    phase->phase = ABL_PHASE_ARTERIAL;
    phase->confidence = contrast * arterial;
    if (arterial >= 0.5)
        return;
    phase->phase = portal >= 0.5 ? ABL_PHASE_PORTAL_VENOUS : ABL_PHASE_DELAYED;
    phase->confidence =
        contrast * (1 - arterial) * (portal >= 0.5 ? portal : 1 - portal);
}

/* "aorta 150, portal vein 160, liver 105 HU". */
static void list_levels(char *text, size_t size,
                        const abl_phase_estimate *phase)
{
    const struct {
        const char *name;
        double hu;
    } organs[] = {{"aorta", phase->aorta_hu},
                  {"portal vein", phase->portal_hu},
                  {"kidneys", phase->kidney_hu},
                  {"liver", phase->liver_hu}};
    size_t used = 0;
    text[0] = '\0';
    for (size_t n = 0; n < sizeof organs / sizeof *organs; n++) {
        if (organs[n].hu == 0 || used >= size)
            continue;
        const int more =
            snprintf(text + used, size - used, "%s%s %.0f", used ? ", " : "",
                     organs[n].name, organs[n].hu);
        used += more > 0 ? (size_t)more : 0;
    }
}

static void explain(abl_phase_estimate *phase)
{
    static const char *const why[] = {
        [ABL_PHASE_UNKNOWN] = "the organs' brightness fits no phase clearly",
        [ABL_PHASE_UNENHANCED] = "the vessels are no brighter than plain blood",
        [ABL_PHASE_ARTERIAL] = "the aorta is much brighter than the veins",
        [ABL_PHASE_PORTAL_VENOUS] =
            "aorta and portal vein are alike and brighter than the liver",
        [ABL_PHASE_DELAYED] = "blood and liver have nearly levelled out"};
    char levels[128];
    list_levels(levels, sizeof levels, phase);
    const bool none = phase->aorta_hu == 0 && phase->kidney_hu == 0;
    snprintf(phase->reason, sizeof phase->reason, "%s%s%s%s",
             none ? "neither aorta nor kidneys were found" : why[phase->phase],
             levels[0] ? " (" : "", levels, levels[0] ? " HU)" : "");
}

static void compare_with_header(abl_structures *structures,
                                const abl_series_info *info)
{
    abl_phase_estimate *phase = &structures->phase;
    if (!info || info->phase_hint == ABL_PHASE_UNKNOWN ||
        phase->phase == ABL_PHASE_UNKNOWN || phase->phase == info->phase_hint)
        return;
    phase->disagrees_with_header = phase->confidence >= sure_confidence;
    if (phase->disagrees_with_header)
        abl_structures_warn(structures, "phase-disagrees",
                            "The header says %s (%s), the image looks %s.",
                            abl_phase_name(info->phase_hint),
                            info->phase_hint_source,
                            abl_phase_name(phase->phase));
}

void abl_phase_find(abl_structures *structures, const abl_series_info *info)
{
    abl_phase_estimate *phase = &structures->phase;
    read_levels(phase, structures);
    phase->disagrees_with_header = false;
    phase->phase = ABL_PHASE_UNKNOWN;
    phase->confidence = 0;
    if (phase->aorta_hu != 0 || phase->kidney_hu != 0)
        choose(phase);
    if (phase->confidence < least_confidence)
        phase->phase = ABL_PHASE_UNKNOWN;
    explain(phase);
    compare_with_header(structures, info);
}
