/* Sizes of a lesion: closed formulas for ellipsoids, else dense sampling.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/phantom_shape.h"

static const double pi = 3.14159265358979323846;

static double dot(const double a[3], const double b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* A solid seen along two axes of a plane and its normal. */
typedef struct view {
    const abl_solids *solids;
    size_t solid;
    double middle[3], u[3], v[3], n[3];
    double reach; /* a ball around the middle holds all of it */
} view;

static view make_view(const abl_solids *solids, size_t solid,
                      const double normal[3])
{
    view w = {.solids = solids, .solid = solid};
    const abl_solid_node *node = solids->nodes + solid;
    int axis = fabs(normal[0]) < 0.7 ? 0 : 1;
    double across = sqrt(1 - normal[axis] * normal[axis]), sum = 0;
    memcpy(w.n, normal, sizeof w.n);
    for (int a = 0; a < 3; a++) {
        w.middle[a] = (node->lo[a] + node->hi[a]) / 2;
        w.u[a] = ((a == axis) - normal[axis] * normal[a]) / across;
        sum += (node->hi[a] - w.middle[a]) * (node->hi[a] - w.middle[a]);
    }
    for (int a = 0; a < 3; a++)
        w.v[a] = w.n[(a + 1) % 3] * w.u[(a + 2) % 3] -
                 w.n[(a + 2) % 3] * w.u[(a + 1) % 3];
    w.reach = sqrt(sum) + 0.1;
    return w;
}

/* The value at u-v offsets turned by an angle in the plane at height s. */
typedef struct line {
    const view *w;
    double cosine, sine, across, height;
} line;

static double value_on(const line *l, double along)
{
    double u = along * l->cosine - l->across * l->sine;
    double v = along * l->sine + l->across * l->cosine, lps[3];
    const view *w = l->w;
    for (int a = 0; a < 3; a++)
        lps[a] = w->middle[a] + u * w->u[a] + v * w->v[a] + l->height * w->n[a];
    return abl_solid_value(w->solids, w->solid, lps);
}

static double bisect(const line *l, double outside, double inside)
{
    for (int n = 0; n < 26; n++) {
        double half = (outside + inside) / 2;
        *(value_on(l, half) < 0 ? &inside : &outside) = half;
    }
    return (outside + inside) / 2;
}

/* Where a line first enters, walking from @p from in steps of the field. */
static double first_entry(const line *l, double from, double sign)
{
    double at = from, last = from;
    while (sign * at < l->w->reach) {
        double value = value_on(l, at);
        if (value < 0)
            return bisect(l, last, at);
        last = at;
        at += sign * fmax(value, 0.02);
    }
    return NAN;
}

/* Length of a line inside, through every part. */
static double length_inside(const line *l)
{
    double at = -l->w->reach, last = at, entered = 0, sum = 0;
    bool was_inside = false;
    while (at < l->w->reach) {
        double value = value_on(l, at);
        if ((value < 0) != was_inside) {
            double cut = was_inside ? bisect(l, at, last) : bisect(l, last, at);
            if (was_inside)
                sum += cut - entered;
            entered = cut;
            was_inside = !was_inside;
        }
        last = at;
        at += fmax(fabs(value), 0.02);
    }
    return sum;
}

static double volume_mm3(const view *w, int steps)
{
    double h = 2 * w->reach / steps, sum = 0;
    for (int n = 0; n < steps * steps; n++) {
        const line l = {w, 1, 0, (n % steps + 0.5) * h - w->reach,
                        (n / steps + 0.5) * h - w->reach};
        sum += length_inside(&l);
    }
    return sum * h * h;
}

typedef struct outline {
    double (*uv)[2];
    size_t count;
} outline;

/* Outermost points of one plane, from lines along u and along v. */
static void trace_plane(outline *o, const view *w, double height, int steps)
{
    double h = 2 * w->reach / steps;
    o->count = 0;
    for (int n = 0; n < 2 * steps; n++) {
        bool turned = n >= steps;
        line l = {w, turned ? 0 : 1, turned ? 1 : 0,
                  (n % steps + 0.5) * h - w->reach, height};
        const double ends[2] = {first_entry(&l, -w->reach, 1),
                                first_entry(&l, w->reach, -1)};
        for (int e = 0; e < 2 && !isnan(ends[0]); e++) {
            o->uv[o->count][0] = ends[e] * l.cosine - l.across * l.sine;
            o->uv[o->count][1] = ends[e] * l.sine + l.across * l.cosine;
            o->count++;
        }
    }
}

typedef struct chord {
    double length, angle, height;
} chord;

static void longest_of(chord *best, const outline *o, double height)
{
    for (size_t n = 0; n < o->count; n++)
        for (size_t m = 0; m < n; m++) {
            double du = o->uv[n][0] - o->uv[m][0];
            double dv = o->uv[n][1] - o->uv[m][1];
            double length = sqrt(du * du + dv * dv);
            if (length > best->length)
                *best = (chord){length, atan2(dv, du), height};
        }
}

static double widest_across(const view *w, const chord *longest, int steps)
{
    double h = 2 * w->reach / steps, widest = 0;
    double angle = longest->angle + pi / 2;
    for (int n = 0; n < steps; n++) {
        line l = {w, cos(angle), sin(angle), (n + 0.5) * h - w->reach,
                  longest->height};
        double from = first_entry(&l, -w->reach, 1);
        double to = first_entry(&l, w->reach, -1);
        if (!isnan(from))
            widest = fmax(widest, to - from);
    }
    return widest;
}

static bool sample_in_plane(double out[2], const view *w, int steps)
{
    outline o = {calloc((size_t)steps * 4, sizeof *o.uv), 0};
    chord longest = {0, 0, 0};
    if (!o.uv)
        return false;
    double h = 2 * w->reach / steps;
    for (int n = 0; n < steps; n++) {
        double height = (n + 0.5) * h - w->reach;
        trace_plane(&o, w, height, steps);
        longest_of(&longest, &o, height);
    }
    free(o.uv);
    out[0] = longest.length;
    out[1] = widest_across(w, &longest, 4 * steps);
    return true;
}

/* An ellipsoid's middle section is an ellipse; of x'Ax <= 1 in the plane. */
static void ellipse(double out[2], const abl_solid_node *node, const view *w)
{
    double a = 0, b = 0, c = 0;
    for (int k = 0; k < 3; k++) {
        double pu = dot(node->axes[k], w->u), pv = dot(node->axes[k], w->v);
        double weight = 1 / (node->radii_mm[k] * node->radii_mm[k]);
        a += weight * pu * pu;
        b += weight * pu * pv;
        c += weight * pv * pv;
    }
    double mean = (a + c) / 2, half = hypot((a - c) / 2, b);
    out[0] = 2 / sqrt(mean - half);
    out[1] = 2 / sqrt(mean + half);
}

void abl_shape_in_plane(double out[2], double *error_mm,
                        const abl_solids *solids, size_t solid,
                        const double normal[3])
{
    const view w = make_view(solids, solid, normal);
    double coarse[2] = {NAN, NAN};
    out[0] = out[1] = *error_mm = NAN;
    if (abl_solid_is_ellipsoid(solids->nodes + solid)) {
        ellipse(out, solids->nodes + solid, &w);
        *error_mm = 0;
    } else if (sample_in_plane(out, &w, 80) &&
               sample_in_plane(coarse, &w, 40)) {
        *error_mm = fmax(fabs(out[0] - coarse[0]), fabs(out[1] - coarse[1]));
    }
}

void abl_shape_volume(double *volume_mm3_out, double *error_mm3,
                      const abl_solids *solids, size_t solid)
{
    static const double up[3] = {0, 0, 1};
    const abl_solid_node *node = solids->nodes + solid;
    if (abl_solid_is_ellipsoid(node)) {
        *volume_mm3_out = 4 * pi / 3 * node->radii_mm[0] * node->radii_mm[1] *
                          node->radii_mm[2];
        *error_mm3 = 0;
        return;
    }
    const view w = make_view(solids, solid, up);
    *volume_mm3_out = volume_mm3(&w, 120);
    *error_mm3 = fabs(*volume_mm3_out - volume_mm3(&w, 60));
}

static double farthest_pair(double (*lps)[3], size_t count)
{
    double best = 0;
    for (size_t n = 0; n < count; n++)
        for (size_t m = 0; m < n; m++) {
            double d[3];
            for (int a = 0; a < 3; a++)
                d[a] = lps[n][a] - lps[m][a];
            best = fmax(best, dot(d, d));
        }
    return sqrt(best);
}

void abl_shape_diameter_3d(double *diameter_mm, double *error_mm,
                           const abl_solids *solids, size_t solid)
{
    enum {
        FINE = 4000,
        COARSE = 1000
    };
    const abl_solid_node *node = solids->nodes + solid;
    *diameter_mm = *error_mm = NAN;
    if (abl_solid_is_ellipsoid(node)) {
        const double *r = node->radii_mm;
        *diameter_mm = 2 * fmax(r[0], fmax(r[1], r[2]));
        *error_mm = 0;
        return;
    }
    double(*lps)[3] = calloc(FINE, sizeof *lps);
    if (!lps)
        return;
    double coarse =
        farthest_pair(lps, abl_solid_sample(lps, COARSE, solids, solid));
    *diameter_mm =
        farthest_pair(lps, abl_solid_sample(lps, FINE, solids, solid));
    *error_mm = fabs(*diameter_mm - coarse);
    free(lps);
}
