/* Findings as a structured report: TID 1500, Imaging Measurement Report.
 * SPDX-License-Identifier: Apache-2.0
 *
 * One volumetric measurement group (TID 1411) per lesion: its segment,
 * diameters with their end points, volume, attenuation, distances and the
 * result of each rule. Distances have no code of their own in the standard:
 * they are "Distance" with the neighbour as finding site.
 */
#include <stdio.h>
#include <string.h>

#include "eligibility/report/dicom_codes.h"
#include "eligibility/report/dicom_results.h"
#include "eligibility/report/text.h"
#include "imaging/dicom_write.h"

#define DCM(value, meaning)   \
    {                         \
        value, "DCM", meaning \
    }
#define SCT(value, meaning)   \
    {                         \
        value, "SCT", meaning \
    }

static const abl_code millimetre = {"mm", "UCUM", "millimeter"};
static const abl_code millilitre = {"cm3", "UCUM", "cubic centimeter"};
static const abl_code hounsfield = {"[hnsf'U]", "UCUM", "Hounsfield unit"};
static const abl_code finding_site = SCT("363698007", "Finding Site");

typedef struct writer {
    abl_sr_document *document;
    const abl_dicom_job *job;
    abl_status status;
    abl_error *err;
} writer;

static void add(writer *to, const abl_sr_item *item)
{
    if (!to->status)
        to->status = abl_sr_add(to->document, item, to->err);
}

static void add_container(writer *to, int depth, abl_code name,
                          const char *template_id)
{
    const abl_sr_item item = {.depth = depth,
                              .type = ABL_SR_CONTAINER,
                              .name = name,
                              .template_id = template_id};
    add(to, &item);
}

static void add_code(writer *to, int depth, abl_sr_relation relation,
                     abl_code name, abl_code code)
{
    const abl_sr_item item = {.depth = depth,
                              .relation = relation,
                              .type = ABL_SR_CODE,
                              .name = name,
                              .code = code};
    add(to, &item);
}

static void add_text(writer *to, int depth, abl_sr_relation relation,
                     abl_code name, const char *text)
{
    const abl_sr_item item = {.depth = depth,
                              .relation = relation,
                              .type = ABL_SR_TEXT,
                              .name = name,
                              .text = text};
    add(to, &item);
}

static void add_uid(writer *to, int depth, abl_sr_relation relation,
                    abl_code name, const char *uid)
{
    const abl_sr_item item = {.depth = depth,
                              .relation = relation,
                              .type = ABL_SR_UIDREF,
                              .name = name,
                              .text = uid};
    add(to, &item);
}

static bool add_number(writer *to, int depth, abl_code name,
                       const abl_value *value, abl_code unit)
{
    if (!value->measured)
        return false;
    const abl_sr_item item = {.depth = depth,
                              .relation = ABL_SR_CONTAINS,
                              .type = ABL_SR_NUM,
                              .name = name,
                              .code = unit,
                              .number = value->value,
                              .decimals = 2};
    add(to, &item);
    return true;
}

static void add_image(writer *to, int depth, abl_sr_relation relation,
                      size_t index)
{
    const abl_sr_item item = {
        .depth = depth,
        .relation = relation,
        .type = ABL_SR_IMAGE,
        .text = abl_dicom_source_class_uid(to->job->source, index),
        .instance_uid = abl_dicom_source_instance_uid(to->job->source, index)};
    add(to, &item);
}

/* Index of the source image that holds both points, or -1. */
static long find_image(const abl_dicom_job *job, double from_ijk[3],
                       double to_ijk[3], const abl_segment *segment)
{
    const abl_grid *grid = job->report->native_grid;
    abl_grid_to_ijk(from_ijk, grid, segment->from_lps);
    abl_grid_to_ijk(to_ijk, grid, segment->to_lps);
    const double k = from_ijk[2], off = to_ijk[2] - k;
    const long nearest = (long)(k + 0.5);
    const double tolerance = 0.05;
    if (!job->source_matches || off > tolerance || off < -tolerance || k < 0 ||
        k - (double)nearest > tolerance || (double)nearest - k > tolerance ||
        nearest >= (long)grid->size[2])
        return -1;
    return nearest;
}

/* Where a length was measured: on its image, else in space. */
static void add_ends(writer *to, int depth, const abl_segment *segment)
{
    double from[3], end[3];
    const long image = find_image(to->job, from, end, segment);
    if (image < 0 && !abl_dicom_source_frame_uid(to->job->source)[0])
        return; /* no space to name */
    const double flat[4] = {from[0] + 0.5, from[1] + 0.5, end[0] + 0.5,
                            end[1] + 0.5};
    double space[6];
    memcpy(space, segment->from_lps, 3 * sizeof *space);
    memcpy(space + 3, segment->to_lps, 3 * sizeof *space);
    const abl_sr_item item = {.depth = depth,
                              .relation = ABL_SR_INFERRED_FROM,
                              .type =
                                  image < 0 ? ABL_SR_SCOORD3D : ABL_SR_SCOORD,
                              .name = DCM("121055", "Path"),
                              .graphic_type = "POLYLINE",
                              .points = image < 0 ? space : flat,
                              .point_count = 2};
    add(to, &item);
    if (image >= 0)
        add_image(to, depth + 1, ABL_SR_SELECTED_FROM, (size_t)image);
}

static void add_length(writer *to, int depth, abl_code name,
                       const abl_segment *segment)
{
    if (!add_number(to, depth, name, &segment->mm, millimetre))
        return;
    if (segment->is_read)
        add_text(to, depth + 1, ABL_SR_HAS_PROPERTIES,
                 (abl_code)DCM("121106", "Comment"),
                 "Given by a reader, not measured here");
    else
        add_ends(to, depth + 1, segment);
}

static void add_distance(writer *to, int depth, const abl_segment *segment,
                         abl_code site, abl_code side, bool is_upper_bound)
{
    static const abl_code distance = DCM("121206", "Distance");
    if (!site.value ||
        !add_number(to, depth, distance, &segment->mm, millimetre))
        return;
    add_code(to, depth + 1, ABL_SR_HAS_CONCEPT_MOD, finding_site, site);
    if (side.value)
        add_code(to, depth + 2, ABL_SR_HAS_CONCEPT_MOD,
                 (abl_code)SCT("272741003", "Laterality"), side);
    if (is_upper_bound)
        add_text(to, depth + 1, ABL_SR_HAS_PROPERTIES,
                 (abl_code)DCM("121106", "Comment"),
                 "At most: it may be nearer beyond the end of the scan");
    add_ends(to, depth + 1, segment);
}

static void add_distances(writer *to, int depth,
                          const abl_lesion_findings *lesion)
{
    static const abl_code capsule = {"CAPSULE", ABL_DICOM_PRIVATE_SCHEME,
                                     "Liver capsule"};
    static const abl_code no_side = {NULL, NULL, NULL};
    add_distance(to, depth, &lesion->capsule, capsule, no_side,
                 lesion->capsule_is_upper_bound);
    for (int id = ABL_SPLEEN; id < ABL_STRUCTURE_COUNT; id++)
        add_distance(to, depth, &lesion->to[id].nearest,
                     abl_code_of_structure((abl_structure_id)id),
                     abl_code_of_side((abl_structure_id)id),
                     lesion->to[id].is_upper_bound);
}

static void add_attenuation(writer *to, int depth, const abl_value *mean)
{
    static const abl_code attenuation =
        DCM("112031", "Attenuation Coefficient");
    if (!add_number(to, depth, attenuation, mean, hounsfield))
        return;
    add_code(to, depth + 1, ABL_SR_HAS_CONCEPT_MOD,
             (abl_code)DCM("121401", "Derivation"),
             (abl_code)SCT("373098007", "Mean"));
}

static void add_rules(writer *to, int depth, const abl_judgement *judgement)
{
    for (size_t n = 0; n < judgement->result_count; n++) {
        const abl_rule_result *result = &judgement->results[n];
        char name[65], text[768], limit[96], band[96];
        abl_text_clean(name, sizeof name, result->rule->title);
        const abl_code rule = {result->rule->id, ABL_DICOM_PRIVATE_SCHEME,
                               name};
        add_code(to, depth, ABL_SR_CONTAINS, rule,
                 abl_code_of_result(result->result));
        abl_rule_describe(limit, band, result->rule);
        snprintf(text, sizeof text, "%s; limit %s (%s)",
                 result->text[0] ? result->text : "not measured", limit,
                 abl_source_tag_name(result->rule->source.tag));
        add_text(to, depth + 1, ABL_SR_HAS_PROPERTIES,
                 (abl_code)DCM("121106", "Comment"), text);
    }
}

static void add_algorithm(writer *to, int depth)
{
    const abl_dicom_job *job = to->job;
    char text[128];
    snprintf(text, sizeof text, "profile %s, sha256 %.16s",
             job->report->profile->name, job->report->profile->sha256);
    add_text(to, depth, ABL_SR_HAS_CONCEPT_MOD,
             (abl_code)DCM("111001", "Algorithm Name"), job->info.model_name);
    add_text(to, depth, ABL_SR_HAS_CONCEPT_MOD,
             (abl_code)DCM("111003", "Algorithm Version"), job->info.version);
    add_text(to, depth, ABL_SR_HAS_CONCEPT_MOD,
             (abl_code)DCM("111002", "Algorithm Parameters"), text);
}

static void add_segment(writer *to, int depth, size_t lesion)
{
    const abl_dicom_job *job = to->job;
    char series_uid[65], instance_uid[65];
    if (!job->has_segmentation || !job->lesion_segment[lesion])
        return;
    abl_dicom_object_uids(series_uid, instance_uid, &job->info, "seg");
    const abl_sr_item item = {.depth = depth,
                              .relation = ABL_SR_CONTAINS,
                              .type = ABL_SR_IMAGE,
                              .name = DCM("121191", "Referenced Segment"),
                              .text = "1.2.840.10008.5.1.4.1.1.66.4",
                              .instance_uid = instance_uid,
                              .segment = job->lesion_segment[lesion]};
    add(to, &item);
    add_uid(to, depth, ABL_SR_CONTAINS,
            (abl_code)DCM("121232", "Source series for segmentation"),
            abl_dicom_source_series_uid(job->source));
}

static void add_verdict(writer *to, int depth, const abl_judgement *judgement,
                        const char *reason)
{
    static const abl_code verdict = {"VERDICT", ABL_DICOM_PRIVATE_SCHEME,
                                     "Imaging criteria for thermal ablation"};
    add_code(to, depth, ABL_SR_CONTAINS, verdict,
             abl_code_of_verdict(judgement->verdict));
    if (reason[0])
        add_text(to, depth + 1, ABL_SR_HAS_PROPERTIES,
                 (abl_code)DCM("121106", "Comment"), reason);
}

/* Who drew the outline. Algorithm Name is what measured it. */
static void add_outline(writer *to, int depth, const char *origin)
{
    static const abl_code outline = {"OUTLINE", ABL_DICOM_PRIVATE_SCHEME,
                                     "Origin of the outline"};
    const abl_outline_source from = abl_outline_source_of(origin);
    add_code(to, depth, ABL_SR_CONTAINS, outline, abl_code_of_outline(from));
    if (from == ABL_OUTLINE_FOUND)
        add_text(to, depth + 1, ABL_SR_HAS_PROPERTIES,
                 (abl_code)DCM("111001", "Algorithm Name"), origin);
}

static void add_lesion(writer *to, size_t n)
{
    const int depth = 2;
    const abl_lesion_findings *lesion = &to->job->report->findings->lesions[n];
    const abl_judgement *judgement = &to->job->report->assessment->lesions[n];
    char name[32], uid[65];
    snprintf(name, sizeof name, "Lesion %d", lesion->number);
    abl_dicom_tracking_uid(uid, to->job, lesion->number);
    add_container(to, depth, (abl_code)DCM("125007", "Measurement Group"),
                  to->job->has_segmentation ? "1411" : "1501");
    add_text(to, depth + 1, ABL_SR_HAS_OBS_CONTEXT,
             (abl_code)DCM("112039", "Tracking Identifier"), name);
    add_uid(to, depth + 1, ABL_SR_HAS_OBS_CONTEXT,
            (abl_code)DCM("112040", "Tracking Unique Identifier"), uid);
    add_code(to, depth + 1, ABL_SR_CONTAINS, (abl_code)DCM("121071", "Finding"),
             abl_code_lesion);
    add_segment(to, depth + 1, n);
    add_code(to, depth + 1, ABL_SR_HAS_CONCEPT_MOD, finding_site,
             abl_code_of_structure(ABL_LIVER));
    add_algorithm(to, depth + 1);
    add_outline(to, depth + 1, lesion->origin);
    add_length(to, depth + 1, (abl_code)SCT("103339001", "Long Axis"),
               &lesion->longest_axial_diameter);
    add_length(to, depth + 1, (abl_code)SCT("103340004", "Short Axis"),
               &lesion->perpendicular_diameter);
    add_length(to, depth + 1,
               (abl_code){"L0JK", "IBSI", "Maximum 3D Diameter of a Mesh"},
               &lesion->max_3d_diameter);
    add_number(to, depth + 1, (abl_code)SCT("118565006", "Volume"),
               &lesion->volume_ml, millilitre);
    add_attenuation(to, depth + 1, &lesion->mean_hu);
    add_distances(to, depth + 1, lesion);
    if (lesion->access.has_path) {
        const abl_value length = {true, lesion->access.path.length_mm, 0, NULL};
        add_number(to, depth + 1, (abl_code)DCM("121211", "Path length"),
                   &length, millimetre);
    }
    add_rules(to, depth + 1, judgement);
    add_verdict(to, depth + 1, judgement, judgement->limiting_factor);
}

static void add_head(writer *to)
{
    static const abl_code language = {"en", "RFC5646", "English"};
    static const abl_code device = DCM("121007", "Device");
    static const abl_code procedure = {"25045-6", "LN",
                                       "CT unspecified body region"};
    char uid[65];
    abl_dicom_uid(uid, "ablascreen/device");
    add_container(to, 0, (abl_code)DCM("126000", "Imaging Measurement Report"),
                  "1500");
    add_code(
        to, 1, ABL_SR_HAS_CONCEPT_MOD,
        (abl_code)DCM("121049", "Language of Content Item and Descendants"),
        language);
    add_code(to, 1, ABL_SR_HAS_OBS_CONTEXT,
             (abl_code)DCM("121005", "Observer Type"), device);
    add_uid(to, 1, ABL_SR_HAS_OBS_CONTEXT,
            (abl_code)DCM("121012", "Device Observer UID"), uid);
    add_text(to, 1, ABL_SR_HAS_OBS_CONTEXT,
             (abl_code)DCM("121013", "Device Observer Name"),
             to->job->info.model_name);
    add_text(to, 1, ABL_SR_HAS_OBS_CONTEXT,
             (abl_code)DCM("121015", "Device Observer Model Name"),
             to->job->info.model_name);
    add_code(to, 1, ABL_SR_HAS_CONCEPT_MOD,
             (abl_code)DCM("121058", "Procedure reported"), procedure);
}

static void add_library(writer *to)
{
    add_container(to, 1, (abl_code)DCM("111028", "Image Library"), NULL);
    add_container(to, 2, (abl_code)DCM("126200", "Image Library Group"), NULL);
    for (size_t n = 0; n < abl_dicom_source_count(to->job->source); n++)
        add_image(to, 3, ABL_SR_CONTAINS, n);
}

static void add_patient(writer *to)
{
    const abl_assessment *assessment = to->job->report->assessment;
    add_container(
        to, 1, (abl_code){"C0034375", "UMLS", "Qualitative Evaluations"}, NULL);
    add_verdict(to, 2, &assessment->patient, assessment->summary);
    add_rules(to, 2, &assessment->patient);
    add_text(to, 2, ABL_SR_CONTAINS, (abl_code)DCM("121106", "Comment"),
             ABL_RESEARCH_USE);
}

abl_status abl_dicom_write_report(const abl_dicom_job *job, const char *path,
                                  abl_error *err)
{
    writer to = {NULL, job, ABL_OK, err};
    char series_uid[65], instance_uid[65];
    abl_dicom_object_uids(series_uid, instance_uid, &job->info, "seg");
    const abl_dicom_reference segmentation = {"1.2.840.10008.5.1.4.1.1.66.4",
                                              series_uid, instance_uid};
    to.status = abl_sr_create(&to.document, err);
    if (to.status)
        return to.status;
    abl_dicom_object_info info = job->info;
    info.series_description = "Ablation criteria, measurements";
    info.series_number = ABL_DICOM_SERIES_NUMBER + 1;
    add_head(&to);
    add_library(&to);
    add_container(&to, 1, (abl_code)DCM("126010", "Imaging Measurements"),
                  NULL);
    for (size_t n = 0; n < job->report->findings->lesion_count; n++)
        add_lesion(&to, n);
    add_patient(&to);
    if (!to.status)
        to.status = abl_dicom_sr_write(path, job->source, &info, to.document,
                                       &segmentation,
                                       job->has_segmentation ? 1 : 0, err);
    abl_sr_destroy(to.document);
    return to.status;
}
