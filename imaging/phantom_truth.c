/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/phantom_shape.h"
#include "imaging/phantom_truth.h"

static const abl_solid_node *lesion_node(const abl_phantom *phantom,
                                         size_t lesion)
{
    return phantom->solids.nodes + phantom->lesions[lesion].solid;
}

static void sort_down(double v[3])
{
    for (int pass = 0; pass < 2; pass++)
        for (int a = 0; a < 2; a++)
            if (v[a] < v[a + 1]) {
                double keep = v[a];
                v[a] = v[a + 1];
                v[a + 1] = keep;
            }
}

static void measure_lesion(abl_phantom_lesion_truth *truth,
                           const abl_phantom *phantom, size_t solid)
{
    static const double up_lps[3] = {0, 0, 1};
    const abl_solids *solids = &phantom->solids;
    double normal_lps[3], error[4];
    for (int a = 0; a < 3; a++)
        normal_lps[a] = phantom->grid.direction[a][2];
    abl_shape_volume(&truth->volume_ml, &truth->volume_error_ml, solids, solid);
    truth->volume_ml /= 1000;
    truth->volume_error_ml /= 1000;
    abl_shape_in_plane(truth->axial_mm, error, solids, solid, up_lps);
    abl_shape_in_plane(truth->slice_mm, error + 1, solids, solid, normal_lps);
    abl_shape_diameter_3d(&truth->diameter_3d_mm, error + 2, solids, solid);
    truth->diameter_error_mm = fmax(error[0], fmax(error[1], error[2]));
}

abl_phantom_lesion_truth abl_phantom_lesion_get(const abl_phantom *phantom,
                                                size_t lesion)
{
    const abl_solid_node *node = lesion_node(phantom, lesion);
    abl_phantom_lesion_truth truth = {.name = phantom->lesions[lesion].name,
                                      .is_exact = abl_solid_is_ellipsoid(node),
                                      .hu = phantom->lesions[lesion].hu};
    for (int a = 0; a < 3; a++) {
        truth.centre_lps[a] = (node->lo[a] + node->hi[a]) / 2;
        truth.diameters_mm[a] =
            truth.is_exact ? 2 * node->radii_mm[a] : node->hi[a] - node->lo[a];
    }
    sort_down(truth.diameters_mm);
    measure_lesion(&truth, phantom, phantom->lesions[lesion].solid);
    return truth;
}

static double gap_to_node_mm(const abl_phantom *phantom, size_t lesion,
                             size_t solid)
{
    double gap_mm =
        abl_solid_gap(&phantom->solids, phantom->lesions[lesion].solid, solid)
            .gap_mm;
    return isfinite(gap_mm) ? gap_mm : NAN;
}

abl_status abl_phantom_gap_mm(double *gap_mm, const abl_phantom *phantom,
                              size_t lesion, const char *solid, abl_error *err)
{
    *gap_mm = NAN;
    for (size_t n = 0; n < phantom->target_count; n++)
        if (strcmp(phantom->targets[n].name, solid) == 0) {
            *gap_mm =
                gap_to_node_mm(phantom, lesion, phantom->targets[n].solid);
            return ABL_OK;
        }
    return abl_error_set(err, ABL_E_INVALID,
                         "\"%s\" is not among the recipe's targets", solid);
}

double abl_phantom_lesion_gap_mm(const abl_phantom *phantom, size_t a, size_t b)
{
    bool swap = !abl_solid_is_sphere(lesion_node(phantom, a));
    return gap_to_node_mm(phantom, swap ? b : a,
                          phantom->lesions[swap ? a : b].solid);
}

json_t *abl_truth_number(double value)
{
    return isfinite(value) ? json_real(round(value * 1e4) / 1e4) : json_null();
}

json_t *abl_truth_numbers(const double *values, size_t count)
{
    json_t *list = json_array();
    for (size_t n = 0; n < count; n++)
        json_array_append_new(list, abl_truth_number(values[n]));
    return list;
}

/* All gaps of one lesion; the pairs are independent of one another. */
static json_t *describe_gaps(const abl_phantom *phantom, size_t lesion)
{
    json_t *gaps = json_object();
    double gap_mm[ABL_PHANTOM_MAX_TARGETS];
    size_t count = phantom->target_count;
#pragma omp parallel for schedule(dynamic, 1)
    for (size_t n = 0; n < count; n++)
        gap_mm[n] = gap_to_node_mm(phantom, lesion, phantom->targets[n].solid);
    for (size_t n = 0; n < count; n++)
        json_object_set_new(gaps, phantom->targets[n].name,
                            abl_truth_number(gap_mm[n]));
    return gaps;
}

static json_t *describe_neighbours(const abl_phantom *phantom, size_t lesion)
{
    json_t *gaps = json_object();
    for (size_t n = 0; n < phantom->lesion_count; n++) {
        char label[32];
        snprintf(label, sizeof label, "%zu", ABL_PHANTOM_LESION_FIRST + n);
        if (n != lesion)
            json_object_set_new(gaps, label,
                                abl_truth_number(abl_phantom_lesion_gap_mm(
                                    phantom, lesion, n)));
    }
    return gaps;
}

static void describe_sizes(json_t *object,
                           const abl_phantom_lesion_truth *truth)
{
    json_object_set_new(object, truth->is_exact ? "axes_mm" : "bounds_mm",
                        abl_truth_numbers(truth->diameters_mm, 3));
    json_object_set_new(object, "axial_longest_mm",
                        abl_truth_number(truth->axial_mm[0]));
    json_object_set_new(object, "axial_perpendicular_mm",
                        abl_truth_number(truth->axial_mm[1]));
    json_object_set_new(object, "slice_longest_mm",
                        abl_truth_number(truth->slice_mm[0]));
    json_object_set_new(object, "slice_perpendicular_mm",
                        abl_truth_number(truth->slice_mm[1]));
    json_object_set_new(object, "diameter_3d_mm",
                        abl_truth_number(truth->diameter_3d_mm));
    json_object_set_new(object, "diameter_error_mm",
                        abl_truth_number(truth->diameter_error_mm));
    json_object_set_new(object, "volume_ml",
                        abl_truth_number(truth->volume_ml));
    json_object_set_new(object, "volume_error_ml",
                        abl_truth_number(truth->volume_error_ml));
}

static json_t *describe_lesion(const abl_phantom *phantom, size_t lesion)
{
    abl_phantom_lesion_truth truth = abl_phantom_lesion_get(phantom, lesion);
    json_t *object = json_object();
    json_object_set_new(
        object, "label",
        json_integer((json_int_t)(ABL_PHANTOM_LESION_FIRST + lesion)));
    json_object_set_new(object, "name", json_string(truth.name));
    json_object_set_new(object, "exact", json_boolean(truth.is_exact));
    json_object_set_new(object, "centre_lps",
                        abl_truth_numbers(truth.centre_lps, 3));
    describe_sizes(object, &truth);
    json_object_set_new(object, "hu", abl_truth_number(truth.hu));
    json_object_set_new(object, "gaps_mm", describe_gaps(phantom, lesion));
    json_object_set_new(object, "lesion_gaps_mm",
                        describe_neighbours(phantom, lesion));
    json_object_set_new(object, "vessels_from_3_mm_calibre",
                        abl_truth_nearest_vessels(phantom, lesion));
    if (phantom->has_skin && phantom->obstacle_count > 0)
        json_object_set_new(object, "directions",
                            abl_truth_directions(phantom, lesion));
    return object;
}

static json_t *describe_parts(const abl_phantom *phantom)
{
    json_t *labels = json_array();
    for (size_t n = 0; n < phantom->part_count; n++) {
        const abl_phantom_part *part = phantom->parts + n;
        if (part->label <= 0)
            continue;
        json_t *entry = json_object();
        json_object_set_new(entry, "value", json_integer(part->label));
        json_object_set_new(entry, "name", json_string(part->name));
        json_object_set_new(entry, "hu", abl_truth_number(part->hu));
        json_array_append_new(labels, entry);
    }
    return labels;
}

static json_t *describe_image(const abl_phantom *phantom, uint64_t seed)
{
    const abl_grid *grid = &phantom->grid;
    json_t *image = json_object(), *size = json_array();
    for (int a = 0; a < 3; a++)
        json_array_append_new(size, json_integer((json_int_t)grid->size[a]));
    json_object_set_new(image, "size", size);
    json_object_set_new(image, "spacing_mm",
                        abl_truth_numbers(grid->spacing_mm, 3));
    json_object_set_new(image, "origin_lps",
                        abl_truth_numbers(grid->origin_lps, 3));
    json_object_set_new(image, "direction",
                        abl_truth_numbers(&grid->direction[0][0], 9));
    json_object_set_new(image, "look",
                        json_string(abl_phantom_look_name(phantom->look)));
    json_object_set_new(image, "tilt_deg", abl_truth_number(phantom->tilt_deg));
    json_object_set_new(
        image, "slice_thickness_mm",
        abl_truth_number(abl_phantom_slice_thickness_mm(phantom)));
    json_object_set_new(image, "noise_hu", abl_truth_number(phantom->noise_hu));
    json_object_set_new(image, "psf_mm", abl_truth_number(phantom->psf_mm));
    json_object_set_new(image, "seed", json_integer((json_int_t)seed));
    return image;
}

abl_status abl_phantom_write_truth(const char *path, const abl_phantom *phantom,
                                   uint64_t seed, abl_error *err)
{
    json_t *root = json_object(), *lesions = json_array();
    json_object_set_new(root, "recipe", json_string(phantom->name));
    if (phantom->about)
        json_object_set(root, "about", phantom->about);
    if (phantom->expect)
        json_object_set(root, "expect", phantom->expect);
    json_object_set_new(root, "coordinate_system", json_string("LPS"));
    json_object_set_new(root, "image", describe_image(phantom, seed));
    json_object_set_new(root, "labels", describe_parts(phantom));
    for (size_t n = 0; n < phantom->lesion_count; n++)
        json_array_append_new(lesions, describe_lesion(phantom, n));
    json_object_set_new(root, "lesions", lesions);
    json_object_set_new(root, "paths", abl_truth_paths(phantom));
    json_object_set_new(root, "vessels", abl_truth_vessels(phantom));
    char *text = json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
    json_decref(root);
    if (!text)
        return abl_error_set(err, ABL_E_NOMEM, "out of memory");
    FILE *file = fopen(path, "w");
    bool good = file && fputs(text, file) >= 0 && fputc('\n', file) != EOF;
    int problem = errno;
    free(text);
    if (file && fclose(file) != 0) {
        good = false;
        problem = errno;
    }
    return good ? ABL_OK
                : abl_error_set(err, ABL_E_IO, "%s: %s", path,
                                strerror(problem));
}
