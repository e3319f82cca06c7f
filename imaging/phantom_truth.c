/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/phantom_model.h"

static const double pi = 3.14159265358979323846;

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

/* Midpoint rule over the bounds. */
static double integrate_ml(const abl_phantom *phantom, size_t solid)
{
    enum {
        STEPS = 160
    };
    const abl_solid_node *node = phantom->solids.nodes + solid;
    double cell = 1;
    size_t inside = 0;
    for (int a = 0; a < 3; a++) {
        double side = node->hi[a] - node->lo[a];
        if (!isfinite(side))
            return NAN;
        cell *= fmax(side, 0) / STEPS;
    }
    for (int n = 0; n < STEPS * STEPS * STEPS; n++) {
        const int at[3] = {n % STEPS, n / STEPS % STEPS, n / STEPS / STEPS};
        double lps[3];
        for (int a = 0; a < 3; a++)
            lps[a] = node->lo[a] +
                     (at[a] + 0.5) * (node->hi[a] - node->lo[a]) / STEPS;
        inside += abl_solid_value(&phantom->solids, solid, lps) < 0;
    }
    return (double)inside * cell / 1000;
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
    truth.volume_ml =
        truth.is_exact
            ? pi / 6 * truth.diameters_mm[0] * truth.diameters_mm[1] *
                  truth.diameters_mm[2] / 1000
            : integrate_ml(phantom, phantom->lesions[lesion].solid);
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

/* Rounded, so that the last digits of libm do not show; null: not known. */
static json_t *number(double value)
{
    return isfinite(value) ? json_real(round(value * 1e4) / 1e4) : json_null();
}

static json_t *numbers(const double *values, size_t count)
{
    json_t *list = json_array();
    for (size_t n = 0; n < count; n++)
        json_array_append_new(list, number(values[n]));
    return list;
}

static json_t *describe_gaps(const abl_phantom *phantom, size_t lesion)
{
    json_t *gaps = json_object();
    for (size_t n = 0; n < phantom->target_count; n++)
        json_object_set_new(
            gaps, phantom->targets[n].name,
            number(gap_to_node_mm(phantom, lesion, phantom->targets[n].solid)));
    return gaps;
}

static json_t *describe_neighbours(const abl_phantom *phantom, size_t lesion)
{
    json_t *gaps = json_object();
    for (size_t n = 0; n < phantom->lesion_count; n++) {
        char label[32];
        snprintf(label, sizeof label, "%zu", ABL_PHANTOM_LESION_FIRST + n);
        if (n != lesion)
            json_object_set_new(
                gaps, label,
                number(abl_phantom_lesion_gap_mm(phantom, lesion, n)));
    }
    return gaps;
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
    json_object_set_new(object, "centre_lps", numbers(truth.centre_lps, 3));
    json_object_set_new(object, "diameters_mm", numbers(truth.diameters_mm, 3));
    json_object_set_new(object, "volume_ml", number(truth.volume_ml));
    json_object_set_new(object, "hu", number(truth.hu));
    json_object_set_new(object, "gaps_mm", describe_gaps(phantom, lesion));
    json_object_set_new(object, "lesion_gaps_mm",
                        describe_neighbours(phantom, lesion));
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
        json_object_set_new(entry, "hu", number(part->hu));
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
    json_object_set_new(image, "spacing_mm", numbers(grid->spacing_mm, 3));
    json_object_set_new(image, "origin_lps", numbers(grid->origin_lps, 3));
    json_object_set_new(image, "direction", numbers(&grid->direction[0][0], 9));
    json_object_set_new(image, "noise_hu", number(phantom->noise_hu));
    json_object_set_new(image, "psf_mm", number(phantom->psf_mm));
    json_object_set_new(image, "seed", json_integer((json_int_t)seed));
    return image;
}

abl_status abl_phantom_write_truth(const char *path, const abl_phantom *phantom,
                                   uint64_t seed, abl_error *err)
{
    json_t *root = json_object(), *lesions = json_array();
    json_object_set_new(root, "recipe", json_string(phantom->name));
    json_object_set_new(root, "coordinate_system", json_string("LPS"));
    json_object_set_new(root, "image", describe_image(phantom, seed));
    json_object_set_new(root, "labels", describe_parts(phantom));
    for (size_t n = 0; n < phantom->lesion_count; n++)
        json_array_append_new(lesions, describe_lesion(phantom, n));
    json_object_set_new(root, "lesions", lesions);
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
