/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/stability.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "eligibility/reading.h"

#define LESION_SHARE 0.5 /* of the variance of a distance */

/* What an error belongs to; structures count from OF_STRUCTURE. */
enum {
    OF_SIZE = 1,
    OF_CONTRAST = 2,
    OF_LIVER = 3,
    OF_TREE = 4, /* one each */
    OF_TRUNK = OF_TREE + ABL_TREE_COUNT,
    OF_STRUCTURE = 64
};

/* The finaliser of splitmix64 (Steele, OOPSLA 2014). */
static uint64_t mix(uint64_t z)
{
    z += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

typedef struct draw_key {
    uint64_t seed;
    size_t draw;
} draw_key;

/* In (0, 1). */
static double uniform(uint64_t bits)
{
    return ((double)(bits >> 11) + 0.5) * 0x1p-53;
}

/* Standard normal, by Box and Muller. */
static double normal(draw_key key, int lesion, int what)
{
    const uint64_t a = mix(mix(mix(mix(key.seed) ^ (uint64_t)key.draw) ^
                               (uint64_t)(unsigned)lesion) ^
                           (uint64_t)(unsigned)what);
    return sqrt(-2 * log(uniform(a))) * cos(2 * M_PI * uniform(mix(a)));
}

static void shift(abl_value *value, double z, double least)
{
    if (value->measured)
        value->value =
            fmax(least, value->value + value->uncertainty / 1.96 * z);
}

static void shift_clearance(abl_clearance *to, double z)
{
    const double before = to->nearest.mm.value;
    shift(&to->nearest.mm, z, 0);
    const double by = to->nearest.mm.value - before;
    to->at_least_mm = fmin(to->nearest.mm.value, fmax(0, to->at_least_mm + by));
}

/* A larger lesion is nearer to everything. */
static double distance_error(double size, double own)
{
    return sqrt(1 - LESION_SHARE) * own - sqrt(LESION_SHARE) * size;
}

static void draw_distances(abl_lesion_findings *lesion, double size,
                           draw_key key)
{
    double own[ABL_STRUCTURE_COUNT];
    for (int id = 0; id < ABL_STRUCTURE_COUNT; id++) {
        own[id] = normal(key, lesion->number, OF_STRUCTURE + id);
        shift_clearance(&lesion->to[id], distance_error(size, own[id]));
    }
    const double before = lesion->capsule.mm.value;
    shift(&lesion->capsule.mm, distance_error(size, own[ABL_LIVER]), 0);
    lesion->capsule_at_least_mm =
        fmin(lesion->capsule.mm.value,
             fmax(0, lesion->capsule_at_least_mm + lesion->capsule.mm.value -
                         before));
    shift_clearance(&lesion->beyond_capsule,
                    own[lesion->beyond_capsule.structure]);
    shift_clearance(&lesion->beyond_capsule_named,
                    own[lesion->beyond_capsule_named.structure]);
}

/* The nearest of any tree moves with the walls of its own. */
static void draw_vessels(abl_lesion_findings *lesion, double size, draw_key key)
{
    abl_lesion_vessels *vessels = &lesion->vessels;
    double wall[ABL_TREE_COUNT];
    for (int t = 0; t < ABL_TREE_COUNT; t++) {
        wall[t] =
            distance_error(size, normal(key, lesion->number, OF_TREE + t));
        shift_clearance(&vessels->of[t].to, wall[t]);
    }
    shift_clearance(&vessels->nearest.to, wall[vessels->nearest.tree]);
    shift_clearance(&vessels->doubtful.to, wall[vessels->doubtful.tree]);
    shift_clearance(
        &lesion->portal_trunk,
        distance_error(size, normal(key, lesion->number, OF_TRUNK)));
}

static void draw_lesion(abl_lesion_findings *lesion, double size, draw_key key)
{
    abl_value *axial = &lesion->longest_axial_diameter.mm;
    abl_value *longest = &lesion->max_3d_diameter.mm;
    const bool is_ordered = axial->value <= longest->value;
    shift(axial, size, 0);
    shift(&lesion->perpendicular_diameter.mm, size, 0);
    shift(longest, size, 0);
    if (is_ordered && axial->measured && longest->measured)
        longest->value = fmax(longest->value, axial->value);
    for (size_t n = 0; n < ABL_LESION_BULGES; n++)
        shift(&lesion->touching.longest_mm[n], size, 0);
    shift(&lesion->volume_ml, size, 0);
    shift(&lesion->equivalent_diameter_mm, size, 0);
    const double contrast = normal(key, lesion->number, OF_CONTRAST);
    shift(&lesion->cnr, contrast, 0);
    shift(&lesion->contrast_hu,
          lesion->contrast_hu.value < 0 ? -contrast : contrast, -HUGE_VAL);
    draw_distances(lesion, size, key);
    draw_vessels(lesion, size, key);
}

void abl_findings_draw(abl_findings *out, abl_lesion_findings *lesions,
                       const abl_findings *findings, uint64_t seed, size_t draw)
{
    const draw_key key = {seed, draw};
    double sum = 0, squares = 0;
    *out = *findings;
    out->lesions = lesions;
    for (size_t n = 0; n < findings->lesion_count; n++) {
        lesions[n] = findings->lesions[n];
        const double size = normal(key, lesions[n].number, OF_SIZE);
        const double weight = findings->lesions[n].volume_ml.measured
                                  ? findings->lesions[n].volume_ml.uncertainty
                                  : 0;
        sum += weight * size;
        squares += weight * weight;
        draw_lesion(&lesions[n], size, key);
    }
    const double tumour =
        squares > 0 ? sum / sqrt(squares) : normal(key, 0, OF_SIZE);
    shift(&out->tumour_volume_ml, tumour, 0);
    shift(&out->tumour_burden, tumour, 0);
    shift(&out->ablated_fraction_5mm, tumour, 0);
    shift(&out->ablated_fraction_10mm, tumour, 0);
    shift(&out->liver_volume_ml, normal(key, 0, OF_LIVER), 0);
}

/* The verdicts of one draw: the lesions', then the patient's. */
static abl_status judge_draw(uint8_t *verdicts, abl_lesion_findings *room,
                             const abl_findings *findings,
                             const abl_profile *profile, draw_key key,
                             abl_error *err)
{
    abl_findings drawn;
    abl_assessment *assessment = NULL;
    abl_findings_draw(&drawn, room, findings, key.seed, key.draw);
    abl_status status = abl_assess(&assessment, &drawn, profile, err);
    if (status)
        return status;
    for (size_t n = 0; n < drawn.lesion_count; n++)
        verdicts[n] = (uint8_t)assessment->lesions[n].verdict;
    verdicts[drawn.lesion_count] = (uint8_t)assessment->patient.verdict;
    abl_assessment_destroy(assessment);
    return ABL_OK;
}

static abl_status judge_draws(uint8_t *verdicts, const abl_findings *findings,
                              const abl_profile *profile, size_t draws,
                              uint64_t seed, abl_error *err)
{
    const size_t count = findings->lesion_count, width = count + 1;
    abl_status worst = ABL_OK;
#pragma omp parallel
    {
        abl_error own = {ABL_OK, ""};
        abl_lesion_findings *room = abl_alloc(count, sizeof *room, &own);
        abl_status status = room ? ABL_OK : ABL_E_NOMEM;
#pragma omp for schedule(static)
        for (size_t n = 0; n < draws; n++)
            if (!status)
                status = judge_draw(verdicts + n * width, room, findings,
                                    profile, (draw_key){seed, n}, &own);
        free(room);
#pragma omp critical(abl_stability_error)
        if (status && !worst) {
            worst = status;
            if (err)
                *err = own;
        }
    }
    return worst;
}

static void count_verdicts(abl_stability *out, const uint8_t *verdicts,
                           size_t stride, size_t draws, abl_verdict given)
{
    memset(out, 0, sizeof *out);
    out->draws = draws;
    for (size_t n = 0; n < draws; n++)
        out->verdicts[verdicts[n * stride]]++;
    out->same = out->verdicts[given];
}

abl_status abl_stability_measure(abl_stability *lesions, abl_stability *patient,
                                 const abl_findings *findings,
                                 const abl_assessment *assessment, size_t draws,
                                 uint64_t seed, abl_error *err)
{
    memset(patient, 0, sizeof *patient);
    if (draws < 1 || draws > ABL_STABILITY_MAX_DRAWS)
        return abl_error_set(err, ABL_E_INVALID,
                             "%zu draws are not between 1 and %d", draws,
                             ABL_STABILITY_MAX_DRAWS);
    if (findings->lesion_count != assessment->lesion_count)
        return abl_error_set(err, ABL_E_INVALID,
                             "the assessment is of %zu lesions, not %zu",
                             assessment->lesion_count, findings->lesion_count);
    const size_t width = findings->lesion_count + 1;
    uint8_t *verdicts = abl_alloc(draws, width, err);
    if (!verdicts)
        return ABL_E_NOMEM;
    abl_status status =
        judge_draws(verdicts, findings, assessment->profile, draws, seed, err);
    for (size_t n = 0; !status && n + 1 < width; n++)
        count_verdicts(&lesions[n], verdicts + n, width, draws,
                       assessment->lesions[n].verdict);
    if (!status)
        count_verdicts(patient, verdicts + width - 1, width, draws,
                       assessment->patient.verdict);
    free(verdicts);
    return status;
}

/* The longer of the two decides, and a reader may have given it. */
static bool is_read(const abl_lesion_findings *lesion)
{
    const abl_segment *axial = &lesion->longest_axial_diameter;
    const abl_segment *all = &lesion->max_3d_diameter;
    const bool use_axial =
        axial->mm.measured &&
        (!all->mm.measured || axial->mm.value > all->mm.value);
    return use_axial ? axial->is_read : all->is_read;
}

static const abl_rule_result *find_diameter(const abl_judgement *judged)
{
    for (size_t n = 0; n < judged->result_count; n++) {
        const abl_rule *rule = judged->results[n].rule;
        if (strcmp(rule->id, "R2") == 0 &&
            (rule->comparison == ABL_BELOW || rule->comparison == ABL_AT_MOST))
            return &judged->results[n];
    }
    return NULL;
}

void abl_under_limit_of(abl_under_limit *out, const abl_lesion_findings *lesion,
                        const abl_judgement *judged, abl_phase phase)
{
    const abl_rule_result *result = find_diameter(judged);
    memset(out, 0, sizeof *out);
    out->why_not = result ? "no diameter was measured"
                          : "the rule of the diameter is not in use";
    if (!result || !result->observed.measured)
        return;
    out->measured = true;
    out->why_not = NULL;
    out->diameter_mm = result->observed.value;
    out->limit_mm = result->rule->limit;
    out->own_sd_mm = result->observed.uncertainty / 1.96;
    out->reader_sd_mm = is_read(lesion) ? 0 : abl_reader_sd_mm(phase);
    const double sd_mm = hypot(out->own_sd_mm, out->reader_sd_mm);
    const double over_mm = out->diameter_mm - out->limit_mm;
    out->probability = sd_mm > 0 ? 0.5 * erfc(over_mm / sd_mm / sqrt(2))
                                 : (double)(over_mm < 0);
}
