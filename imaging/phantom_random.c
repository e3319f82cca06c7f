/* Recipes drawn by a seed.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/phantom_model.h"
#include "imaging/phantom_paint.h"

enum {
    MAX_RANDOM_LESIONS = 12,
    TRIES = 80
};

/* A row of draws that depends on the seed alone. */
typedef struct draw_row {
    uint64_t seed, count;
} draw_row;

static uint64_t draw_bits(draw_row *draws)
{
    return abl_phantom_mix(draws->seed + 0xd1b54a32d192ed03u * ++draws->count);
}

/* One of the numbers from @p from to @p to in steps, each as likely. */
static double draw(draw_row *draws, double from, double to, double step)
{
    uint64_t values = (uint64_t)floor((to - from) / step + 0.5) + 1;
    return from + step * (double)(draw_bits(draws) % values);
}

static bool chance(draw_row *draws, int percent)
{
    return draw_bits(draws) % 100 < (uint64_t)percent;
}

static json_t *triple(double x, double y, double z)
{
    return json_pack("[f,f,f]", x, y, z);
}

/* Columns and rows of a stack turned by small angles about x, then y. */
static json_t *draw_orientation(draw_row *draws)
{
    const double degree = 3.14159265358979323846 / 180;
    double a = draw(draws, -15, 15, 1) * degree;
    double b = draw(draws, -15, 15, 1) * degree;
    const double v[6] = {cos(b),          0,      -sin(b),
                         sin(a) * sin(b), cos(a), sin(a) * cos(b)};
    json_t *list = json_array();
    for (int n = 0; n < 6; n++)
        json_array_append_new(list, json_real(round(v[n] * 1e9) / 1e9));
    return list;
}

static const char *draw_look(draw_row *draws)
{
    static const char *const looks[] = {
        "portal_venous", "portal_venous", "portal_venous", "portal_venous",
        "portal_venous", "portal_venous", "arterial",      "arterial",
        "delayed",       "unenhanced"};
    return looks[draw_bits(draws) % 10];
}

/* The whole body across, and the liver with the lung above it along z. */
static json_t *draw_image(draw_row *draws, double fat_mm)
{
    double across = 2 * (165 + fat_mm) + 24;
    double di = draw(draws, 0.6, 1, 0.05);
    double dj = chance(draws, 50) ? di : draw(draws, 0.6, 1, 0.05);
    double dk = chance(draws, 50) ? draw(draws, 0.8, 2.5, 0.1)
                                  : draw(draws, 2.5, 5, 0.25);
    json_t *image = json_pack(
        "{s:[i,i,i], s:[f,f,f], s:[f,f,f], s:s, s:f, s:f, s:f, s:f}", "size",
        (int)ceil(across / di), (int)ceil(across * 0.78 / dj),
        (int)ceil(250 / dk), "spacing_mm", di, dj, dk, "centre_lps",
        draw(draws, -6, 6, 0.1), draw(draws, -2, 10, 0.1),
        draw(draws, -92, -84, 0.1), "look", draw_look(draws), "psf_mm",
        draw(draws, 0.4, 0.9, 0.05), "psf_z_mm", draw(draws, 0.3, 0.8, 0.05),
        "noise_hu", draw(draws, 6, 20, 0.5), "noise_mm",
        draw(draws, 0.4, 1, 0.1));
    if (chance(draws, 30))
        json_object_set_new(image, "orientation", draw_orientation(draws));
    else if (chance(draws, 12))
        json_object_set_new(image, "tilt_deg",
                            json_real(draw(draws, -12, 12, 1)));
    if (chance(draws, 25))
        json_object_set_new(image, "slice_thickness_mm",
                            json_real(fmin(1.25 * dk, 6)));
    return image;
}

/* More fat under the skin moves the skin and the table; the liver's surface
 * waves another way. */
static json_t *draw_solids(draw_row *draws, double fat_mm)
{
    static const double outline[5][6] = {{-305, 0, 0, 158, 108, 98},
                                         {-160, 0, 0, 160, 112, 104},
                                         {-60, 0, 0, 163, 114, 108},
                                         {20, 0, 0, 165, 108, 108},
                                         {130, 0, 0, 165, 104, 106}};
    json_t *sections = json_array();
    double back_mm = 0.3 * fat_mm;
    for (int n = 0; n < 5; n++)
        json_array_append_new(
            sections,
            json_pack("[f,f,f,f,f,f]", outline[n][0], outline[n][1],
                      outline[n][2], outline[n][3] + fat_mm,
                      outline[n][4] + 0.8 * fat_mm, outline[n][5] + back_mm));
    return json_pack(
        "{s:{s:s, s:{s:s, s:f, s:o}, s:f, s:f, s:f},"
        " s:{s:s, s:{s:s, s:[s,s], s:f}, s:f, s:f, s:f},"
        " s:{s:s, s:o, s:o, s:f}, s:{s:s, s:o, s:o, s:f}}",
        "body", "kind", "warp", "of", "kind", "loft", "exponent", 2.5,
        "sections", sections, "amplitude_mm", 2.0, "wavelength_mm", 90.0,
        "phase", 1.0, "liver_shape", "kind", "warp", "of", "kind", "difference",
        "of", "liver_mass", "liver_bed", "blend_mm", 14.0, "amplitude_mm",
        draw(draws, 1, 3, 0.1), "wavelength_mm", draw(draws, 45, 70, 1),
        "phase", draw(draws, 0, 20, 0.1), "table", "kind", "box", "centre_lps",
        triple(0, 121 + back_mm, 0), "radii_mm", triple(205, 3, 400),
        "round_mm", 2.0, "table_core", "kind", "box", "centre_lps",
        triple(0, 121 + back_mm, 0), "radii_mm", triple(204, 2, 400),
        "round_mm", 1.0);
}

/* Lobes around the middle whose union is about as large as a ball. */
static json_t *draw_lobes(draw_row *draws, double radius_mm)
{
    json_t *lobes = json_array();
    int count = 3 + (int)(draw_bits(draws) % 3);
    for (int n = 0; n < count; n++) {
        double r = round(radius_mm * draw(draws, 50, 75, 1)) / 100;
        double reach = round((radius_mm - r) * 100) / 100;
        double angle =
            (n + draw(draws, 0, 0.5, 0.1)) * 6.283185307179586 / count;
        double lift = draw(draws, -0.8, 0.8, 0.1);
        json_array_append_new(
            lobes,
            json_pack("{s:s, s:o, s:o}", "kind", "ellipsoid", "centre_lps",
                      triple(round(reach * cos(angle) * 100) / 100,
                             round(reach * sin(angle) * 100) / 100,
                             round(reach * lift * 100) / 100),
                      "radii_mm", triple(r, r, r)));
    }
    return json_pack("{s:s, s:f, s:o}", "kind", "union", "blend_mm",
                     round(radius_mm * 20) / 100, "of", lobes);
}

static json_t *draw_shape(draw_row *draws, double diameter_mm, int kind)
{
    double r = diameter_mm / 2;
    if (kind == 0)
        return json_pack("{s:s, s:o, s:o}", "kind", "ellipsoid", "centre_lps",
                         triple(0, 0, 0), "radii_mm", triple(r, r, r));
    if (kind == 2 && diameter_mm >= 10)
        return draw_lobes(draws, r);
    double b = round(r * draw(draws, 60, 100, 1)) / 100;
    double c = round(r * draw(draws, 60, 100, 1)) / 100;
    return json_pack("{s:s, s:o, s:o, s:[f,f,f]}", "kind", "ellipsoid",
                     "centre_lps", triple(0, 0, 0), "radii_mm", triple(r, b, c),
                     "rotate_deg", draw(draws, -90, 90, 1),
                     draw(draws, -90, 90, 1), draw(draws, -90, 90, 1));
}

static void draw_paint(draw_row *draws, json_t *lesion, double diameter_mm)
{
    static const char *const tissues[] = {"metastasis_hypo",
                                          "metastasis_hypo",
                                          "metastasis_hypo",
                                          "metastasis_hypo",
                                          "metastasis_hyper",
                                          "metastasis_rim",
                                          "cyst"};
    const char *tissue = tissues[draw_bits(draws) % 7];
    bool has_rim = strcmp(tissue, "metastasis_rim") == 0 && diameter_mm >= 12;
    bool is_cyst = strcmp(tissue, "cyst") == 0;
    json_object_set_new(lesion, "tissue",
                        json_string(has_rim ? "metastasis_core" : tissue));
    if (has_rim) {
        json_object_set_new(lesion, "rim_tissue",
                            json_string("metastasis_rim"));
        json_object_set_new(lesion, "rim_mm",
                            json_real(draw(draws, 2, 3.5, 0.5)));
    }
    json_object_set_new(lesion, "edge_mm", json_real(is_cyst ? 0.5 : 1.5));
    json_object_set_new(lesion, "texture_hu", json_real(is_cyst ? 0 : 4));
    json_object_set_new(lesion, "texture_mm", json_real(5));
}

/* A place by relation, from a point somewhere in the liver. */
static json_t *draw_place(draw_row *draws, double diameter_mm, int kind)
{
    static const char *const beside[] = {"gallbladder", "hepatic_tree",
                                         "portal_tree", "ivc",
                                         "portal_main", "stomach"};
    json_t *place =
        json_pack("{s:[f,f,f]}", "near_lps", draw(draws, -135, 70, 0.1),
                  draw(draws, -80, 70, 0.1), draw(draws, -175, 0, 0.1));
    uint64_t relation = draw_bits(draws) % 10;
    json_object_set_new(place, "in", json_string("liver"));
    if (relation >= 4 && relation < 7) {
        json_object_set_new(place, "to", json_string("capsule"));
        json_object_set_new(place, "gap_mm",
                            json_real(draw(draws, 0.5, 12, 0.1)));
    } else if (relation == 7 && kind == 0) {
        json_object_set_new(place, "to", json_string("capsule"));
        json_object_set_new(
            place, "gap_mm",
            json_real(-round(diameter_mm * draw(draws, 10, 40, 1)) / 100));
    } else if (relation >= 8) {
        json_object_set_new(place, "to",
                            json_string(beside[draw_bits(draws) % 6]));
        json_object_set_new(place, "gap_mm",
                            json_real(draw(draws, 0.5, 15, 0.1)));
    }
    return place;
}

typedef struct drawn_lesion {
    json_t *json; /* owned by the list it is in */
    double diameter_mm;
    int kind;
} drawn_lesion;

static drawn_lesion draw_lesion(draw_row *draws)
{
    static const char *const shapes[] = {"sphere", "ellipsoid", "lobulated"};
    drawn_lesion drawn = {NULL, 5 * pow(10, draw(draws, 0, 1, 0.001)),
                          (int)(draw_bits(draws) % 3)};
    drawn.diameter_mm = round(drawn.diameter_mm * 10) / 10;
    char name[64];
    snprintf(name, sizeof name, "%s of about %.1f mm", shapes[drawn.kind],
             drawn.diameter_mm);
    drawn.json = json_pack("{s:s, s:o}", "name", name, "solid",
                           draw_shape(draws, drawn.diameter_mm, drawn.kind));
    draw_paint(draws, drawn.json, drawn.diameter_mm);
    return drawn;
}

/* What no lesion may reach, and what must hold all of it. */
static const char *const forbidden[] = {
    "gallbladder",  "ivc",         "portal_main",      "stomach",
    "kidney_right", "colon_right", "colon_transverse", "duodenum",
    "ribs",         "heart"};
enum {
    FORBIDDEN = sizeof forbidden / sizeof forbidden[0]
};

static size_t target_solid(const abl_phantom *phantom, const char *name)
{
    for (size_t n = 0; n < phantom->target_count; n++)
        if (strcmp(phantom->targets[n].name, name) == 0)
            return phantom->targets[n].solid;
    return 0;
}

/* Wholly in the liver (or through its capsule where it was placed so), within
 * the abdomen, and away from what is forbidden and from other lesions. */
static bool fits(const abl_phantom *phantom, bool may_bulge)
{
    enum {
        POINTS = 400
    };
    const abl_solids *solids = &phantom->solids;
    double lps[POINTS][3];
    size_t last = phantom->lesion_count - 1;
    size_t count =
        abl_solid_sample(lps, POINTS, solids, phantom->lesions[last].solid);
    size_t liver = target_solid(phantom, "liver"), inside = 0;
    for (size_t n = 0; n < count; n++) {
        inside += abl_solid_value(solids, liver, lps[n]) < -0.3;
        if (!(abl_solid_value(solids, target_solid(phantom, "abdomen"),
                              lps[n]) < -0.5))
            return false;
        for (size_t f = 0; f < FORBIDDEN; f++)
            if (abl_solid_value(solids, target_solid(phantom, forbidden[f]),
                                lps[n]) < 0.5)
                return false;
        for (size_t k = 0; k < last; k++)
            if (abl_solid_value(solids, phantom->lesions[k].solid, lps[n]) < 2)
                return false;
    }
    return may_bulge ? 2 * inside > count : inside == count && count > 0;
}

static abl_status parse_json(abl_phantom **out, const json_t *root,
                             abl_error *err)
{
    char *text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(9));
    if (!text)
        return abl_error_set(err, ABL_E_NOMEM, "out of memory");
    abl_status status =
        abl_phantom_parse(out, text, strlen(text), "random", err);
    free(text);
    return status;
}

/* Where it was found to fit: no need to search again. */
static void fix_place(json_t *lesion, const abl_phantom *phantom)
{
    const abl_solid_node *node =
        phantom->solids.nodes +
        phantom->lesions[phantom->lesion_count - 1].solid;
    double at[3];
    for (int a = 0; a < 3; a++)
        at[a] = round(node->centre_lps[a] * 1e3) / 1e3;
    json_object_set_new(lesion, "place",
                        json_pack("{s:o, s:s}", "near_lps",
                                  triple(at[0], at[1], at[2]), "in", "liver"));
}

static abl_status try_place(bool *fitted, json_t *root, json_t *lesion,
                            abl_error *err)
{
    abl_error why;
    abl_phantom *phantom = NULL;
    abl_status status = parse_json(&phantom, root, &why);
    *fitted = false;
    if (status == ABL_E_NOMEM)
        return abl_error_set(err, status, "%s", why.message);
    const json_t *gap =
        json_object_get(json_object_get(lesion, "place"), "gap_mm");
    *fitted = !status && fits(phantom, json_number_value(gap) < 0);
    if (*fitted)
        fix_place(lesion, phantom);
    abl_phantom_destroy(phantom);
    return ABL_OK;
}

/* A place whose start lies in the liver of @p bare, which has no lesions. */
static json_t *draw_start(draw_row *draws, const abl_phantom *bare,
                          const drawn_lesion *drawn)
{
    size_t liver = target_solid(bare, "liver");
    for (;;) {
        double lps[3];
        json_t *place = draw_place(draws, drawn->diameter_mm, drawn->kind);
        const json_t *start = json_object_get(place, "near_lps");
        for (size_t a = 0; a < 3; a++)
            lps[a] = json_number_value(json_array_get(start, a));
        if (abl_solid_value(&bare->solids, liver, lps) < -2)
            return place;
        json_decref(place);
    }
}

/* Adds one lesion, or none when no place was found for it. */
static abl_status add_lesion(json_t *root, draw_row *draws,
                             const abl_phantom *bare, abl_error *err)
{
    json_t *lesions = json_object_get(root, "lesions");
    const drawn_lesion drawn = draw_lesion(draws);
    if (json_array_append_new(lesions, drawn.json) != 0)
        return abl_error_set(err, ABL_E_NOMEM, "out of memory");
    for (int n = 0; n < TRIES; n++) {
        bool fitted = false;
        json_object_set_new(drawn.json, "place",
                            draw_start(draws, bare, &drawn));
        abl_status status = try_place(&fitted, root, drawn.json, err);
        if (status || fitted)
            return status;
    }
    json_array_remove(lesions, json_array_size(lesions) - 1);
    return ABL_OK;
}

static json_t *start_recipe(draw_row *draws)
{
    char name[64];
    double fat_mm = draw(draws, 0, 30, 1);
    json_t *targets =
        json_pack("[s,s,s,s,s,s]", "liver", "abdomen", "hepatic_tree",
                  "portal_tree", "lungs", "spleen");
    for (int n = 0; n < FORBIDDEN; n++)
        json_array_append_new(targets, json_string(forbidden[n]));
    snprintf(name, sizeof name, "random-%llu", (unsigned long long)draws->seed);
    return json_pack(
        "{s:s, s:s, s:s, s:o, s:o, s:o, s:[]}", "name", name, "about",
        "Drawn by a seed: body, scan, and lesions of 5 to 50 mm.", "base",
        "adult", "image", draw_image(draws, fat_mm), "solids",
        draw_solids(draws, fat_mm), "targets", targets, "lesions");
}

abl_status abl_phantom_random_recipe(char **text, uint64_t seed, abl_error *err)
{
    *text = NULL;
    draw_row draws = {seed, 0};
    json_t *root = start_recipe(&draws);
    if (!root)
        return abl_error_set(err, ABL_E_NOMEM, "out of memory");
    abl_phantom *bare = NULL;
    abl_status status = parse_json(&bare, root, err);
    size_t count = draw_bits(&draws) % (MAX_RANDOM_LESIONS + 1);
    for (size_t n = 0; !status && n < count; n++)
        status = add_lesion(root, &draws, bare, err);
    if (!status) {
        *text = json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
        if (!*text)
            status = abl_error_set(err, ABL_E_NOMEM, "out of memory");
    }
    abl_phantom_destroy(bare);
    json_decref(root);
    return status;
}

abl_status abl_phantom_random(abl_phantom **out, uint64_t seed, abl_error *err)
{
    char *text = NULL;
    *out = NULL;
    abl_status status = abl_phantom_random_recipe(&text, seed, err);
    if (!status)
        status = abl_phantom_parse(out, text, strlen(text), "random", err);
    free(text);
    return status;
}
