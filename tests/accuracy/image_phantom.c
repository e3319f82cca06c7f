/* SPDX-License-Identifier: Apache-2.0 */
#include "image_phantom.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "draw.h"
#include "imaging/phantom_model.h"

#define TEXT_SIZE 32768
#define APART_MM  8.0
#define EDGE_MM   1.0
#define TRIES     8000

static const double sizes_mm[][2] = {
    {35, 50}, {20, 35}, {20, 30}, {14, 22}, {12, 20}, {12, 20}, {10, 16},
    {10, 16}, {9, 14},  {9, 14},  {8, 12},  {8, 12},  {6, 10},  {5, 9}};
/* What a reader can tell from noise: Rose's signal to noise ratio of a disc of
 * the lesion's size (Burgess, J Opt Soc Am A 1999;16:633). */
static const double least_rose = 5;
static const double noise_mm = 0.7; /* of the recipes */
/* Targets of the recipe. Lesions keep away from the first four; the surface of
 * the liver is also where fissures are painted into it. */
enum {
    TARGETS = 6,
    KEPT_CLEAR = 4
};
static const struct {
    const char *solid;
    int gap;
} targets[TARGETS] = {
    {"liver", IMAGE_CAPSULE},
    {"fissures", IMAGE_CAPSULE},
    {"portal_main", IMAGE_HILUM},
    {"ivc", IMAGE_CAVA},
    {"gallbladder_wall", IMAGE_GALLBLADDER},
    {"kidney_right", IMAGE_KIDNEY},
};

typedef struct text {
    char data[TEXT_SIZE];
    size_t used;
} text;

__attribute__((format(printf, 2, 3))) static void put(text *t,
                                                      const char *format, ...)
{
    va_list list;
    va_start(list, format);
    const int wrote =
        vsnprintf(t->data + t->used, sizeof t->data - t->used, format, list);
    va_end(list);
    if (wrote > 0 && (size_t)wrote < sizeof t->data - t->used)
        t->used += (size_t)wrote;
}

static void draw_scan(image_phantom *p)
{
    p->mm[0] = draw_uniform(0.75, 1);
    p->mm[1] = draw_uniform(0.75, 1);
    p->mm[2] = draw_uniform(0.8, 5);
    p->noise_hu = draw_uniform(7, 16);
    p->psf_mm = draw_uniform(0.5, 0.8);
    p->psf_z_mm = p->mm[2] * draw_uniform(0.25, 0.4);
    const double turned = draw_uniform(0, 1) < 1.0 / 3 ? 0.26 : 0;
    const double yaw = turned * draw_uniform(-1, 1);
    const double pitch = turned * draw_uniform(-1, 1);
    const double row[3] = {cos(yaw), sin(yaw), 0};
    const double column[3] = {-sin(yaw) * cos(pitch), cos(yaw) * cos(pitch),
                              sin(pitch)};
    memcpy(p->row, row, sizeof row);
    memcpy(p->column, column, sizeof column);
}

static void put_head(text *t, const image_phantom *p)
{
    put(t,
        "{\"name\":\"random\",\"base\":\"adult\",\"enhanced\":true,"
        "\"targets\":[\"liver\",\"fissures\",\"portal_main\",\"ivc\","
        "\"gallbladder_wall\",\"kidney_right\"],"
        "\"solids\":{\"gallbladder_wall\":{\"kind\":\"grow\","
        "\"of\":\"gallbladder\",\"by_mm\":1}},"
        "\"image\":{\"size\":[%d,%d,%d],\"spacing_mm\":[%.9f,%.9f,%.9f],"
        "\"centre_lps\":[-5,0,-86],"
        "\"orientation\":[%.12f,%.12f,%.12f,%.12f,%.12f,%.12f],"
        "\"psf_mm\":%.6f,\"psf_z_mm\":%.6f,\"noise_hu\":%.6f,\"noise_mm\":%.1f}",
        (int)(370 / p->mm[0]), (int)(280 / p->mm[1]), (int)(230 / p->mm[2]),
        p->mm[0], p->mm[1], p->mm[2], p->row[0], p->row[1], p->row[2],
        p->column[0], p->column[1], p->column[2], p->psf_mm, p->psf_z_mm,
        p->noise_hu, noise_mm);
}

static void put_part(text *t, const blob_part *e)
{
    const double to_degrees = 180 / M_PI;
    put(t,
        "{\"kind\":\"ellipsoid\",\"centre_lps\":[%.9f,%.9f,%.9f],"
        "\"radii_mm\":[%.9f,%.9f,%.9f],\"rotate_deg\":[%.9f,%.9f,%.9f]}",
        e->centre[0], e->centre[1], e->centre[2], e->half[0], e->half[1],
        e->half[2], to_degrees * atan2(e->axes[1][2], e->axes[2][2]),
        to_degrees * asin(-e->axes[0][2]),
        to_degrees * atan2(e->axes[0][1], e->axes[0][0]));
}

static void put_lesions(text *t, const image_phantom *p)
{
    put(t, ",\"lesions\":[");
    for (size_t n = 0; n < p->count; n++) {
        const blob *b = &p->lesions[n];
        put(t,
            "%s{\"name\":\"%zu\",\"hu\":%.6f,\"edge_mm\":%.6f,\"texture_hu\":4,"
            "\"texture_mm\":5,\"solid\":{\"kind\":\"union\",\"of\":[",
            n ? "," : "", n + 1, p->hu[n], p->edge_mm[n]);
        for (size_t m = 0; m < b->count; m++) {
            put(t, "%s", m ? "," : "");
            put_part(t, &b->parts[m]);
        }
        put(t, "]}}");
    }
    put(t, "]}");
}

/* Every part as a lesion of its own: gaps of ellipsoids are known. */
static void put_parts(text *t, const image_phantom *p)
{
    const char *comma = "";
    put(t, ",\"lesions\":[");
    for (size_t n = 0; n < p->count; n++)
        for (size_t m = 0; m < p->lesions[n].count; m++) {
            put(t, "%s{\"name\":\"%zu.%zu\",\"hu\":0,\"solid\":", comma, n + 1,
                m + 1);
            put_part(t, &p->lesions[n].parts[m]);
            put(t, "}");
            comma = ",";
        }
    put(t, "]}");
}

typedef enum recipe_kind {
    WITHOUT_LESIONS,
    WITH_LESIONS,
    WITH_PARTS
} recipe_kind;

static abl_status parse(abl_phantom **out, const image_phantom *p,
                        recipe_kind kind, abl_error *err)
{
    static text t;
    t.used = 0;
    put_head(&t, p);
    if (kind == WITH_LESIONS)
        put_lesions(&t, p);
    else if (kind == WITH_PARTS)
        put_parts(&t, p);
    else
        put(&t, "}");
    return abl_phantom_parse(out, t.data, t.used, "random adult", err);
}

/* In the liver, and not across what is painted into it. */
static bool may_lie_at(const abl_phantom *recipe, const double lps[3])
{
    for (size_t n = 0; n < KEPT_CLEAR; n++) {
        const double outside_mm =
            abl_solid_value(&recipe->solids, recipe->targets[n].solid, lps);
        if (n == 0 ? outside_mm > -EDGE_MM : outside_mm < EDGE_MM)
            return false;
    }
    return true;
}

static bool lies_in_liver(const blob *b, const abl_phantom *recipe)
{
    for (size_t m = 0; m < b->count; m++)
        for (int n = 0; n < 200; n++) {
            const blob_part *e = &b->parts[m];
            const double z = 1 - (2.0 * n + 1) / 200, r = sqrt(1 - z * z);
            const double turn = 2.39996322972865332 * n;
            const double unit[3] = {r * cos(turn), r * sin(turn), z};
            double lps[3];
            memcpy(lps, e->centre, sizeof lps);
            for (int a = 0; a < 3; a++)
                for (int c = 0; c < 3; c++)
                    lps[c] += unit[a] * e->half[a] * e->axes[a][c];
            if (!may_lie_at(recipe, lps))
                return false;
        }
    return true;
}

static bool is_apart(const image_phantom *p, const blob *b)
{
    for (size_t n = 0; n < p->count; n++)
        for (size_t i = 0; i < b->count; i++)
            for (size_t j = 0; j < p->lesions[n].count; j++) {
                const blob_part *x = &b->parts[i], *y = &p->lesions[n].parts[j];
                double sum = 0;
                for (int a = 0; a < 3; a++)
                    sum += (x->centre[a] - y->centre[a]) *
                           (x->centre[a] - y->centre[a]);
                if (sqrt(sum) < x->half[0] + y->half[0] + APART_MM)
                    return false;
            }
    return true;
}

/* Noise is alike over an area of 4 pi sigma^2; a slice or an edge as wide as
 * the lesion takes its contrast away. */
static bool can_be_seen(const image_phantom *p, double mm, double hu,
                        double edge_mm)
{
    const double area = M_PI / 4 * mm * mm;
    const double cells = area / (4 * M_PI * noise_mm * noise_mm);
    const double peak_hu = hu * fmin(1, mm / (p->mm[2] + edge_mm));
    return fabs(peak_hu) * sqrt(cells) >= least_rose * p->noise_hu;
}

static void draw_lesion(image_phantom *p, const double size_mm[2])
{
    const bool is_lobed = draw_uniform(0, 1) < 1.0 / 3;
    blob at_origin;
    int tries = 0;
    blob_draw(&at_origin, 0.5 * draw_uniform(size_mm[0], size_mm[1]),
              is_lobed ? (size_t)draw_uniform(2, 4.999) : 1);
    const double sign = draw_uniform(0, 6) < 1 ? 1 : -1;
    const double mm = cbrt(6 / M_PI * blob_volume_mm3(&at_origin));
    double hu = 0, edge_mm = 0;
    do {
        hu = sign * draw_uniform(20, 60);
        edge_mm = draw_uniform(0.5, 4);
    } while (!can_be_seen(p, mm, hu, edge_mm) && tries++ < TRIES);
    if (tries > TRIES)
        return;
    for (int n = 0; n < TRIES; n++) {
        blob moved = at_origin;
        const double by[3] = {draw_uniform(-140, 80), draw_uniform(-85, 90),
                              draw_uniform(-175, 10)};
        blob_move(&moved, by);
        if (!is_apart(p, &moved) || !lies_in_liver(&moved, p->recipe))
            continue;
        p->lesions[p->count] = moved;
        p->longest_mm[p->count] = blob_longest_mm(&moved);
        p->edge_mm[p->count] = edge_mm;
        p->hu[p->count++] = IMAGE_LIVER_HU + hu;
        return;
    }
}

/* A solid's value is a lower bound of the distance. */
static bool is_farther(const abl_phantom *recipe, const blob_part *part,
                       size_t n, double mm)
{
    return fabs(abl_solid_value(&recipe->solids, recipe->targets[n].solid,
                                part->centre)) > part->half[0] + mm;
}

static abl_status measure_gaps(image_phantom *p, abl_error *err)
{
    abl_phantom *parts = NULL;
    abl_status status = parse(&parts, p, WITH_PARTS, err);
    size_t part = 0;
    for (size_t n = 0; n < p->count; n++) {
        for (int g = 0; g < IMAGE_GAPS; g++)
            p->gaps_mm[n][g] = HUGE_VAL;
        for (size_t m = 0; m < p->lesions[n].count; m++, part++)
            for (size_t t = 0; t < TARGETS && !status; t++) {
                double mm = 0;
                double *least = &p->gaps_mm[n][targets[t].gap];
                if (is_farther(parts, &p->lesions[n].parts[m], t,
                               fmin(*least, IMAGE_MOST_GAP_MM)))
                    continue;
                status =
                    abl_phantom_gap_mm(&mm, parts, part, targets[t].solid, err);
                *least = fmin(*least, mm);
            }
    }
    abl_phantom_destroy(parts);
    return status;
}

abl_status image_phantom_draw(image_phantom *out, uint64_t seed, abl_error *err)
{
    memset(out, 0, sizeof *out);
    draw_seed(seed);
    draw_scan(out);
    abl_status status = parse(&out->recipe, out, WITHOUT_LESIONS, err);
    if (status)
        return status;
    for (size_t n = 0; n < sizeof sizes_mm / sizeof *sizes_mm; n++)
        draw_lesion(out, sizes_mm[n]);
    abl_phantom_destroy(out->recipe);
    out->recipe = NULL;
    status = parse(&out->recipe, out, WITH_LESIONS, err);
    return status ? status : measure_gaps(out, err);
}

void image_phantom_clear(image_phantom *phantom)
{
    abl_phantom_destroy(phantom->recipe);
    memset(phantom, 0, sizeof *phantom);
}
