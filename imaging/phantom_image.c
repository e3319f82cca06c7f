/* How a phantom is scanned: the "image" of a recipe.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "imaging/phantom_model.h"

enum {
    MAX_COLUMNS = 1024,
    MAX_SLICES = 2000
};

static abl_status read_size(const abl_recipe *recipe, abl_grid *grid,
                            const json_t *image, abl_error *err)
{
    double size[3] = {512, 512, 110};
    const json_t *given = json_object_get(image, "size");
    if (given) {
        abl_status status = abl_recipe_numbers(
            recipe, size, 3, given, (abl_number_range){1, MAX_SLICES},
            "image.size", err);
        if (status)
            return status;
    }
    for (int a = 0; a < 3; a++) {
        grid->size[a] = (size_t)size[a];
        if (size[a] != floor(size[a]) || (a < 2 && size[a] > MAX_COLUMNS))
            return abl_error_set(err, ABL_E_FORMAT,
                                 "%s: image.size[%d] is %g; allowed are whole "
                                 "numbers up to %d",
                                 recipe->name, a, size[a],
                                 a < 2 ? MAX_COLUMNS : MAX_SLICES);
    }
    return ABL_OK;
}

/* Columns, then rows of the image in LPS; slices follow as their normal. */
static abl_status read_direction(const abl_recipe *recipe, abl_grid *grid,
                                 const json_t *image, abl_error *err)
{
    const json_t *given = json_object_get(image, "orientation");
    if (!given)
        return ABL_OK;
    double v[6];
    abl_status status =
        abl_recipe_numbers(recipe, v, 6, given, (abl_number_range){-1, 1},
                           "image.orientation", err);
    if (status)
        return status;
    const double *row = v, *column = v + 3;
    for (int a = 0; a < 3; a++) {
        int b = (a + 1) % 3, c = (a + 2) % 3;
        grid->direction[a][0] = row[a];
        grid->direction[a][1] = column[a];
        grid->direction[a][2] = row[b] * column[c] - row[c] * column[b];
    }
    return ABL_OK;
}

/* The slices lean about their rows while the table moves along what was their
 * normal. */
static void tilt_grid(abl_phantom *phantom)
{
    abl_grid *grid = &phantom->grid;
    double angle = phantom->tilt_deg * 3.14159265358979323846 / 180;
    for (int a = 0; a < 3; a++) {
        double column = grid->direction[a][1], normal = grid->direction[a][2];
        grid->direction[a][1] = cos(angle) * column + sin(angle) * normal;
        grid->direction[a][2] = cos(angle) * normal - sin(angle) * column;
    }
}

static void centre_grid(abl_phantom *phantom, const double centre_lps[3])
{
    abl_grid *grid = &phantom->grid;
    double half[3], offset[3], shift_lps[3];
    for (int a = 0; a < 3; a++)
        half[a] = ((double)grid->size[a] - 1) / 2;
    abl_grid_to_lps(offset, grid, half);
    abl_phantom_slice_shift(shift_lps, phantom, half[2]);
    for (int a = 0; a < 3; a++)
        grid->origin_lps[a] = centre_lps[a] - offset[a] - shift_lps[a];
}

static abl_status read_grid(const abl_recipe *recipe, const json_t *image,
                            abl_error *err)
{
    abl_grid *grid = &recipe->phantom->grid;
    double centre_lps[3] = {0, 0, 0};
    *grid = abl_grid_axial(1, 1, 1, 0.75, 0.75, 2.5);
    abl_status status = read_size(recipe, grid, image, err);
    const json_t *spacing = json_object_get(image, "spacing_mm");
    if (!status && spacing)
        status = abl_recipe_numbers(recipe, grid->spacing_mm, 3, spacing,
                                    (abl_number_range){0.1, 20},
                                    "image.spacing_mm", err);
    const json_t *centre = json_object_get(image, "centre_lps");
    if (!status && centre)
        status = abl_recipe_numbers(recipe, centre_lps, 3, centre,
                                    (abl_number_range){-2000, 2000},
                                    "image.centre_lps", err);
    if (!status)
        status = read_direction(recipe, grid, image, err);
    if (!status)
        status = abl_grid_validate(grid, err);
    if (status == ABL_E_GEOMETRY) {
        abl_error_prefix(err, "%s: image", recipe->name);
        if (err)
            err->code = ABL_E_FORMAT;
        return ABL_E_FORMAT;
    }
    if (status)
        return status;
    tilt_grid(recipe->phantom);
    centre_grid(recipe->phantom, centre_lps);
    return ABL_OK;
}

static abl_status read_profile(const abl_recipe *recipe, const json_t *image,
                               abl_error *err)
{
    const json_t *given = json_object_get(image, "slice_profile");
    const char *name = given ? json_string_value(given) : "box";
    recipe->phantom->is_profile_bell = name && strcmp(name, "gaussian") == 0;
    if (name && (recipe->phantom->is_profile_bell || strcmp(name, "box") == 0))
        return ABL_OK;
    return abl_error_set(err, ABL_E_FORMAT,
                         "%s: image.slice_profile must be \"box\" or "
                         "\"gaussian\"",
                         recipe->name);
}

static abl_status check_image_keys(const abl_recipe *recipe,
                                   const json_t *image, abl_error *err)
{
    static const char *const keys[] = {
        "size",          "spacing_mm", "centre_lps",
        "orientation",   "tilt_deg",   "slice_thickness_mm",
        "slice_profile", "psf_mm",     "psf_z_mm",
        "noise_hu",      "noise_mm",   "background_hu",
        "look",          NULL};
    return image ? abl_recipe_keys(recipe, image, keys, "image", err) : ABL_OK;
}

abl_status abl_recipe_image(abl_recipe *recipe, abl_error *err)
{
    abl_phantom *phantom = recipe->phantom;
    json_t *image = json_object_get(recipe->root, "image");
    const struct {
        const char *key;
        double *out;
        abl_number_range range;
    } numbers[] = {
        {"psf_mm", &phantom->psf_mm, {0, 5}},
        {"psf_z_mm", &phantom->psf_z_mm, {0, 5}},
        {"noise_hu", &phantom->noise_hu, {0, 200}},
        {"noise_mm", &phantom->noise_mm, {0, 5}},
        {"background_hu", &phantom->background_hu, {-1024, 3071}},
        {"tilt_deg", &phantom->tilt_deg, {-40, 40}},
        {"slice_thickness_mm", &phantom->thickness_mm, {0.1, 20}},
    };
    phantom->background_hu = abl_phantom_is_mr(phantom) ? 0 : -1000;
    abl_status status = check_image_keys(recipe, image, err);
    for (size_t n = 0; !status && n < sizeof numbers / sizeof numbers[0]; n++)
        status =
            abl_recipe_number(recipe, numbers[n].out, image, numbers[n].key,
                              numbers[n].range, "image", err);
    if (!status)
        status = read_profile(recipe, image, err);
    if (!status)
        status = read_grid(recipe, image, err);
    return status;
}
