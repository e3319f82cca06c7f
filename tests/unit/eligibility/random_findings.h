/* Findings drawn at random around the limits, for properties that must hold
 * whatever was measured.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_TESTS_UNIT_ELIGIBILITY_RANDOM_FINDINGS_H
#define ABL_TESTS_UNIT_ELIGIBILITY_RANDOM_FINDINGS_H

#include "tests/unit/eligibility/sample.h"

static inline uint64_t random_bits(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static inline double random_between(uint64_t *state, double low, double high)
{
    return low + (high - low) * (double)(random_bits(state) >> 11) / 0x1p53;
}

static inline bool random_once_in(uint64_t *state, unsigned n)
{
    return random_bits(state) % n == 0;
}

/* Not measured once in twelve. */
static inline abl_value random_value(uint64_t *state, double low, double high,
                                     double most_uncertain)
{
    if (random_once_in(state, 12))
        return sample_unknown();
    return sample_value(random_between(state, low, high),
                        random_between(state, 0, most_uncertain));
}

/* One in four outlines may be two lesions. */
static inline void random_touching(uint64_t state, abl_touching *touching)
{
    touching->count = random_once_in(&state, 4) ? 2 : 1;
    for (int n = 0; n < ABL_LESION_BULGES && touching->count > 1; n++)
        touching->longest_mm[n] = random_value(&state, 4, 40, 3);
}

static inline void random_access(uint64_t *state, abl_access *access)
{
    access->assessed = !random_once_in(state, 12);
    access->why_not = access->assessed ? NULL : "left out on purpose";
    access->has_path = !random_once_in(state, 5);
    access->obstacles_uncertain = random_once_in(state, 4);
    access->path.length_mm = random_between(state, 60, 210);
    access->path.clearance_mm = random_between(state, 2, 15);
    access->path.liver_transit_mm = random_between(state, 0, 40);
    access->path.capsule_angle_deg = random_between(state, 0, 85);
    if (random_once_in(state, 2))
        access->blocked[ABL_UNCLASSIFIED] = access->blocked_no_skin = 0;
}

static inline void random_vessels(uint64_t *state, abl_lesion_findings *lesion)
{
    abl_lesion_vessels *vessels = &lesion->vessels;
    const abl_tree tree = (abl_tree)(random_bits(state) % ABL_TREE_COUNT);
    abl_vessel_near near = {.tree = tree};
    near.to.nearest.mm = random_value(state, 0, 20, 2);
    near.calibre_mm = sample_value(random_between(state, 3, 9), 1);
    vessels->nearest = vessels->doubtful = vessels->of[tree] = near;
    if (random_once_in(state, 2))
        vessels->doubtful.to.nearest.mm.value *= random_between(state, 0, 1);
    lesion->portal_trunk.nearest.mm = random_value(state, 0, 40, 2);
}

static inline void random_lesion(uint64_t *state, abl_lesion_findings *lesion)
{
    lesion->is_low_confidence = random_once_in(state, 4);
    lesion->touches_border = random_once_in(state, 10);
    lesion->longest_axial_diameter.mm = random_value(state, 5, 60, 4);
    lesion->max_3d_diameter.mm = random_value(state, 5, 60, 4);
    random_touching(*state, &lesion->touching);
    lesion->volume_ml = random_value(state, 0.1, 60, 3);
    lesion->cnr = random_value(state, 0, 8, 0.5);
    lesion->capsule.mm = random_value(state, 0, 30, 2);
    lesion->capsule_is_upper_bound = random_once_in(state, 8);
    lesion->capsule_at_least_mm =
        lesion->capsule.mm.value * random_between(state, 0, 1);
    for (int id = ABL_SPLEEN; id < ABL_STRUCTURE_COUNT; id++) {
        const double most = random_once_in(state, 4) ? 14 : 70;
        lesion->to[id].nearest.mm = random_value(state, 0, most, 2);
        lesion->to[id].is_upper_bound = random_once_in(state, 10);
        lesion->to[id].at_least_mm =
            lesion->to[id].nearest.mm.value * random_between(state, 0, 1);
    }
    lesion->beyond_capsule = lesion->to[ABL_UNCLASSIFIED];
    lesion->beyond_capsule_named = lesion->to[ABL_STOMACH];
    random_vessels(state, lesion);
    random_access(state, &lesion->access);
}

static inline abl_findings *random_findings(uint64_t *state)
{
    abl_findings *findings = sample_findings(random_bits(state) % 13);
    for (size_t n = 0; n < findings->lesion_count; n++)
        random_lesion(state, &findings->lesions[n]);
    findings->has_hilum = !random_once_in(state, 3);
    findings->is_trunk_cut = !random_once_in(state, 3);
    findings->has_liver_vessels = !random_once_in(state, 3);
    findings->tumour_volume_ml = random_value(state, 0, 300, 20);
    findings->tumour_burden = random_value(state, 0, 0.6, 0.05);
    findings->ablated_fraction_5mm = random_value(state, 0, 0.3, 0.03);
    findings->ablated_fraction_10mm = random_value(state, 0, 0.4, 0.03);
    findings->exam.slice_spacing_mm = random_between(state, 0.5, 6);
    findings->exam.slice_thickness_mm = random_between(state, 0, 6);
    findings->exam.liver_whole = !random_once_in(state, 6);
    findings->exam.phase.phase = (abl_phase)(random_bits(state) % 5);
    for (int id = 1; id < ABL_STRUCTURE_COUNT; id++)
        findings->structures[id].found =
            random_once_in(state, 8) ? ABL_NOT_FOUND : ABL_FOUND;
    return findings;
}

#endif
