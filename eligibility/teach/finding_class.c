/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/teach/finding_class.h"

#include <math.h>

const char *abl_finding_class_title(abl_finding_class finding)
{
    static const char *const titles[ABL_CLASS_COUNT] = {
        [ABL_CLASS_SUBCAPSULAR] = "Under the capsule",
        [ABL_CLASS_EXOPHYTIC] = "Exophytic",
        [ABL_CLASS_PERIVASCULAR] = "Beside a vessel",
        [ABL_CLASS_HILAR] = "Near the hilum",
        [ABL_CLASS_GREAT_VESSEL] = "Near vena cava or portal trunk",
        [ABL_CLASS_NEAR_BOWEL] = "Near stomach or bowel",
        [ABL_CLASS_NEAR_ORGAN] = "Near another organ",
        [ABL_CLASS_SIZE_AT_LIMIT] = "Size near the limit",
        [ABL_CLASS_TOO_LARGE] = "Larger than the limit",
        [ABL_CLASS_NO_PATH] = "No path",
        [ABL_CLASS_HARD_ACCESS] = "Long, narrow or steep path",
        [ABL_CLASS_FAINT] = "Faint",
        [ABL_CLASS_MANY] = "Many lesions",
        [ABL_CLASS_KISSING] = "Lesions that nearly touch",
        [ABL_CLASS_BURDEN] = "Much of the liver",
        [ABL_CLASS_POOR_EXAM] = "Poor scan",
        [ABL_CLASS_NO_LESION] = "No lesion found",
        [ABL_CLASS_PLAIN] = "Nothing near a limit",
    };
    return titles[finding];
}

static unsigned bit(abl_finding_class finding)
{
    return 1u << finding;
}

static unsigned classes_of_rule(const abl_case_rule *rule)
{
    const bool near = rule->result == ABL_BORDERLINE;
    const bool missed = rule->result == ABL_NOT_MET;
    static const struct {
        int id;
        abl_finding_class finding;
    } plain[] = {
        {1, ABL_CLASS_MANY},         {4, ABL_CLASS_SUBCAPSULAR},
        {5, ABL_CLASS_NEAR_BOWEL},   {6, ABL_CLASS_NEAR_ORGAN},
        {7, ABL_CLASS_PERIVASCULAR}, {8, ABL_CLASS_HILAR},
        {9, ABL_CLASS_GREAT_VESSEL}, {11, ABL_CLASS_HARD_ACCESS},
        {12, ABL_CLASS_HARD_ACCESS}, {13, ABL_CLASS_HARD_ACCESS},
        {14, ABL_CLASS_FAINT},       {15, ABL_CLASS_BURDEN},
        {16, ABL_CLASS_BURDEN},      {17, ABL_CLASS_POOR_EXAM},
    };
    for (size_t n = 0; n < sizeof plain / sizeof plain[0]; n++)
        if (plain[n].id == rule->id && (near || missed))
            return bit(plain[n].finding);
    if (rule->id == 2 && (near || missed))
        return bit(near ? ABL_CLASS_SIZE_AT_LIMIT : ABL_CLASS_TOO_LARGE);
    if (rule->id == 10 && (near || missed))
        return bit(near ? ABL_CLASS_HARD_ACCESS : ABL_CLASS_NO_PATH);
    if (rule->id == 14 && rule->result == ABL_NOT_ASSESSABLE)
        return bit(ABL_CLASS_FAINT);
    return 0;
}

static unsigned classes_of_judgement(const abl_case_judgement *judged)
{
    unsigned out = 0;
    for (size_t n = 0; n < judged->rule_count; n++)
        out |= classes_of_rule(&judged->rules[n]);
    return out;
}

static bool are_kissing(const abl_case_lesion *a, const abl_case_lesion *b)
{
    if (!a->longest_axial_diameter_mm.measured ||
        !b->longest_axial_diameter_mm.measured)
        return false;
    double squares = 0;
    for (int r = 0; r < 3; r++) {
        const double apart = a->centroid_lps[r] - b->centroid_lps[r];
        squares += apart * apart;
    }
    const double radii = 0.5 * (a->longest_axial_diameter_mm.value +
                                b->longest_axial_diameter_mm.value);
    return sqrt(squares) - radii <= ABL_KISSING_GAP_MM;
}

unsigned abl_finding_classes(const abl_case *item, double max_exophytic_percent)
{
    unsigned out = classes_of_judgement(&item->patient);
    for (size_t n = 0; n < item->lesion_count; n++) {
        const abl_case_lesion *lesion = &item->lesions[n];
        out |= classes_of_judgement(&lesion->judged);
        if (lesion->exophytic_percent.measured &&
            lesion->exophytic_percent.value > max_exophytic_percent)
            out |= bit(ABL_CLASS_EXOPHYTIC);
        for (size_t m = 0; m < n; m++)
            if (are_kissing(lesion, &item->lesions[m]))
                out |= bit(ABL_CLASS_KISSING);
    }
    if (item->lesion_count == 0)
        out |= bit(ABL_CLASS_NO_LESION);
    return out ? out : bit(ABL_CLASS_PLAIN);
}
