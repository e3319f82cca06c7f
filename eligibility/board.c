/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/board.h"

#include <math.h>
#include <string.h>

const char *abl_board_option(size_t n)
{
    static const char *const options[] = {
        "bland embolization",
        "chemoembolization",
        "nuclear therapy (radioligand)",
        "radioembolization",
        "surgery together with ablation",
        "systemic therapy",
    };
    return n < sizeof options / sizeof options[0] ? options[n] : NULL;
}

const char *abl_board_option_note(void)
{
    return "In alphabetical order; no ranking is meant, and nothing here was "
           "assessed for them. Named on the Penn Medicine patient page on "
           "liver-directed therapy for neuroendocrine liver metastases.";
}

const char *abl_board_debulking_note(void)
{
    return "Debulking, alone or with ablation beside surgery, has aimed at "
           "90 % of the tumour volume or more (cited: PMC7423566), later at "
           "70 % or more (unverified).";
}

/* The sum of measured volumes; one that is missing spoils it. */
static void add_volume(abl_board_share *to, const abl_value *volume)
{
    to->lesions++;
    if (!to->volume_ml.measured)
        return;
    if (!volume->measured) {
        to->volume_ml = (abl_value){
            false, 0, 0, "the volume of one of these lesions was not measured"};
        return;
    }
    to->volume_ml.value += volume->value;
    to->volume_ml.uncertainty =
        hypot(to->volume_ml.uncertainty, volume->uncertainty);
}

static abl_board_share *share_of(abl_board *board, abl_verdict verdict)
{
    switch (verdict) {
    case ABL_VERDICT_MEETS:
        return &board->meets;
    case ABL_VERDICT_DOES_NOT_MEET:
        return &board->beyond;
    case ABL_VERDICT_BORDERLINE:
    case ABL_VERDICT_NOT_ASSESSABLE:
    default:
        return &board->borderline;
    }
}

/* a / (a + rest), with independent errors of both. */
static abl_value divide(const abl_board_share *part,
                        const abl_board_share *const rest[2])
{
    abl_value others = {true, 0, 0, NULL};
    for (int n = 0; n < 2; n++) {
        if (!rest[n]->volume_ml.measured)
            return rest[n]->volume_ml;
        others.value += rest[n]->volume_ml.value;
        others.uncertainty =
            hypot(others.uncertainty, rest[n]->volume_ml.uncertainty);
    }
    const abl_value *own = &part->volume_ml;
    if (!own->measured)
        return *own;
    const double all = own->value + others.value;
    if (!(all > 0))
        return (abl_value){false, 0, 0, "there is no tumour volume"};
    const double uncertainty = hypot(others.value * own->uncertainty,
                                     own->value * others.uncertainty) /
                               (all * all);
    return (abl_value){true, own->value / all, uncertainty, NULL};
}

static void fill_shares(abl_board *out, const abl_findings *findings,
                        const abl_assessment *assessment)
{
    abl_board_share *all[3] = {&out->meets, &out->borderline, &out->beyond};
    for (int n = 0; n < 3; n++)
        all[n]->volume_ml = (abl_value){true, 0, 0, NULL};
    for (size_t n = 0; n < findings->lesion_count; n++)
        add_volume(share_of(out, assessment->lesions[n].verdict),
                   &findings->lesions[n].volume_ml);
    for (int n = 0; n < 3; n++) {
        const abl_board_share *const rest[2] = {all[(n + 1) % 3],
                                                all[(n + 2) % 3]};
        all[n]->share = divide(all[n], rest);
    }
}

static const char *describe_trunk(abl_found found)
{
    switch (found) {
    case ABL_FOUND:
        return "seen; whether blood flows in it was not judged";
    case ABL_FOUND_CUT:
        return "seen in part, cut by the end of the scan; whether blood flows "
               "in it was not judged";
    case ABL_NOT_FOUND:
        return "looked for and not seen";
    case ABL_NOT_LOOKED_FOR:
    default:
        return "not assessed";
    }
}

void abl_board_fill(abl_board *out, const abl_findings *findings,
                    const abl_assessment *assessment)
{
    memset(out, 0, sizeof *out);
    out->applies = assessment->patient.verdict == ABL_VERDICT_DOES_NOT_MEET;
    out->liver_volume_ml = findings->liver_volume_ml;
    out->tumour_volume_ml = findings->tumour_volume_ml;
    out->tumour_burden = findings->tumour_burden;
    fill_shares(out, findings, assessment);
    out->portal_trunk = findings->structures[ABL_PORTAL_AND_SPLENIC_VEIN].found;
    out->portal_trunk_text = describe_trunk(out->portal_trunk);
    abl_segments_describe(out->segments_text, &findings->segments);
}
