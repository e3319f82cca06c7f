/* SPDX-License-Identifier: Apache-2.0 */
#include "blob.h"

#include <math.h>
#include <string.h>

#include "draw.h"

#define DIRECTIONS   1500
#define ANGLES       720
#define LINES        2000
#define VOLUME_LINES 240

void blob_part_finish(blob_part *part)
{
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 3; c++) {
            part->shape[r][c] = 0;
            for (int a = 0; a < 3; a++)
                part->shape[r][c] += part->axes[a][r] * part->axes[a][c] /
                                     (part->half[a] * part->half[a]);
        }
}

static void draw_part(blob_part *part, double half_mm)
{
    memset(part, 0, sizeof *part);
    part->half[0] = half_mm;
    part->half[1] = half_mm * draw_uniform(0.6, 1);
    part->half[2] = half_mm * draw_uniform(0.6, 1);
    draw_axes(part->axes);
    blob_part_finish(part);
}

void blob_draw(blob *out, double half_mm, size_t lobes)
{
    out->count = lobes < 1 ? 1 : lobes > BLOB_PARTS ? BLOB_PARTS : lobes;
    draw_part(&out->parts[0], lobes > 1 ? 0.75 * half_mm : half_mm);
    for (size_t n = 1; n < out->count; n++) {
        double away[3];
        draw_part(&out->parts[n], half_mm * draw_uniform(0.4, 0.6));
        draw_direction(away);
        const double at = half_mm * draw_uniform(0.35, 0.5);
        for (int a = 0; a < 3; a++)
            out->parts[n].centre[a] = at * away[a];
    }
}

void blob_move(blob *b, const double by[3])
{
    for (size_t n = 0; n < b->count; n++)
        for (int a = 0; a < 3; a++)
            b->parts[n].centre[a] += by[a];
}

static double part_value(const blob_part *part, const double lps[3])
{
    double q = 0, q2 = 0, p[3];
    for (int a = 0; a < 3; a++)
        p[a] = lps[a] - part->centre[a];
    for (int a = 0; a < 3; a++) {
        const double s = dot3(part->axes[a], p) / part->half[a];
        q += s * s;
        q2 += s * s / (part->half[a] * part->half[a]);
    }
    return q2 > 0 ? sqrt(q) * (1 - sqrt(q)) / sqrt(q2) : part->half[2];
}

double blob_value(const blob *b, const double lps[3])
{
    double most = -HUGE_VAL;
    for (size_t n = 0; n < b->count; n++)
        most = fmax(most, part_value(&b->parts[n], lps));
    return most;
}

double blob_reach(const blob *b, const double unit[3])
{
    double most = -HUGE_VAL;
    for (size_t n = 0; n < b->count; n++) {
        const blob_part *part = &b->parts[n];
        double sum = 0;
        for (int a = 0; a < 3; a++) {
            const double along = part->half[a] * dot3(part->axes[a], unit);
            sum += along * along;
        }
        most = fmax(most, dot3(part->centre, unit) + sqrt(sum));
    }
    return most;
}

/* ---- Greatest value over all directions ---- */

static double width_along(const blob *b, const double unit[3],
                          const double *from)
{
    if (from)
        return blob_reach(b, unit) - dot3(from, unit);
    const double back[3] = {-unit[0], -unit[1], -unit[2]};
    return blob_reach(b, unit) + blob_reach(b, back);
}

static double refine(const blob *b, double unit[3], const double *from)
{
    double best = width_along(b, unit, from);
    for (double step = 0.05; step > 1e-6; step *= 0.5)
        for (int n = 0; n < 6; n++) {
            double next[3] = {unit[0], unit[1], unit[2]};
            next[n / 2] += n % 2 ? step : -step;
            const double length = sqrt(dot3(next, next));
            for (int a = 0; a < 3; a++)
                next[a] /= length;
            const double found = width_along(b, next, from);
            if (found > best) {
                best = found;
                memcpy(unit, next, sizeof next);
            }
        }
    return best;
}

static double widest(const blob *b, const double *from)
{
    double best = -HUGE_VAL, at[3] = {0, 0, 1};
    for (int n = 0; n < DIRECTIONS; n++) {
        const double z = 1 - (2.0 * n + 1) / DIRECTIONS;
        const double turn = 2.39996322972865332 * n, r = sqrt(1 - z * z);
        const double unit[3] = {r * cos(turn), r * sin(turn), z};
        const double found = width_along(b, unit, from);
        if (found > best) {
            best = found;
            memcpy(at, unit, sizeof at);
        }
    }
    return refine(b, at, from);
}

double blob_longest_mm(const blob *b)
{
    return b->count == 1 ? 2 * b->parts[0].half[0] : widest(b, NULL);
}

double blob_farthest_from_mm(const blob *b, const double lps[3])
{
    return widest(b, lps);
}

/* ---- Sections ---- */

/* (x - centre) m (x - centre) < rest, in the plane's coordinates */
typedef struct ellipse {
    double centre[2], m[3], rest;
} ellipse;

static double quadratic(const blob_part *e, const double u[3],
                        const double v[3])
{
    double sum = 0;
    for (int r = 0; r < 3; r++)
        sum += u[r] * dot3(e->shape[r], v);
    return sum;
}

static bool cut(ellipse *out, const blob_part *e, const double at[3],
                const double u[3], const double v[3])
{
    double p[3];
    for (int a = 0; a < 3; a++)
        p[a] = at[a] - e->centre[a];
    const double m00 = quadratic(e, u, u), m01 = quadratic(e, u, v);
    const double m11 = quadratic(e, v, v);
    const double b0 = quadratic(e, u, p), b1 = quadratic(e, v, p);
    const double det = m00 * m11 - m01 * m01;
    *out = (ellipse){
        {-(m11 * b0 - m01 * b1) / det, -(m00 * b1 - m01 * b0) / det},
        {m00, m01, m11},
        1 - quadratic(e, p, p) +
            (m11 * b0 * b0 - 2 * m01 * b0 * b1 + m00 * b1 * b1) / det};
    return out->rest > 0;
}

static double ellipse_reach(const ellipse *e, size_t count, double c, double s)
{
    double most = -HUGE_VAL;
    for (size_t n = 0; n < count; n++) {
        const double *m = e[n].m, det = m[0] * m[2] - m[1] * m[1];
        const double sum =
            (m[2] * c * c - 2 * m[1] * c * s + m[0] * s * s) / det * e[n].rest;
        most = fmax(most, c * e[n].centre[0] + s * e[n].centre[1] + sqrt(sum));
    }
    return most;
}

static double extent(const ellipse *e, size_t count, double angle)
{
    const double c = cos(angle), s = sin(angle);
    return ellipse_reach(e, count, c, s) + ellipse_reach(e, count, -c, -s);
}

/* Widest on lines at right angles to the direction @p angle. */
static double widest_across(const ellipse *e, size_t count, double angle)
{
    const double c = cos(angle), s = sin(angle);
    const double from = -ellipse_reach(e, count, -c, -s);
    const double to = ellipse_reach(e, count, c, s);
    double best = 0;
    for (int line = 0; line <= LINES; line++) {
        const double at = from + (to - from) * line / LINES;
        double low = HUGE_VAL, high = -HUGE_VAL;
        for (size_t n = 0; n < count; n++) {
            /* x = at (c, s) + t (-s, c) */
            const double *m = e[n].m;
            const double x = at * c - e[n].centre[0];
            const double y = at * s - e[n].centre[1];
            const double qa = m[0] * s * s - 2 * m[1] * s * c + m[2] * c * c;
            const double qb =
                -m[0] * s * x + m[1] * (c * x - s * y) + m[2] * c * y;
            const double qc =
                m[0] * x * x + 2 * m[1] * x * y + m[2] * y * y - e[n].rest;
            const double root = qb * qb - qa * qc;
            if (root < 0)
                continue;
            low = fmin(low, (-qb - sqrt(root)) / qa);
            high = fmax(high, (-qb + sqrt(root)) / qa);
        }
        best = fmax(best, high - low);
    }
    return best;
}

bool blob_section_mm(double full[2], const blob *b, const double at[3],
                     const double u[3], const double v[3])
{
    ellipse cuts[BLOB_PARTS];
    size_t count = 0;
    double best = 0, best_angle = 0;
    for (size_t n = 0; n < b->count; n++)
        count += cut(&cuts[count], &b->parts[n], at, u, v);
    if (!count)
        return false;
    for (int n = 0; n < ANGLES; n++) {
        const double angle = M_PI * n / ANGLES;
        const double found = extent(cuts, count, angle);
        if (found > best) {
            best = found;
            best_angle = angle;
        }
    }
    for (double step = M_PI / ANGLES; step > 1e-6; step *= 0.5)
        for (int side = -1; side <= 1; side += 2) {
            const double found = extent(cuts, count, best_angle + side * step);
            if (found > best) {
                best = found;
                best_angle += side * step;
            }
        }
    full[0] = best;
    full[1] = widest_across(cuts, count, best_angle);
    return true;
}

/* ---- Volume ---- */

static double cut_line(double ends[2], const blob_part *e, double x, double y)
{
    const double p[3] = {x - e->centre[0], y - e->centre[1], -e->centre[2]};
    const double unit[3] = {0, 0, 1};
    const double a = quadratic(e, unit, unit), b = quadratic(e, unit, p);
    const double root = b * b - a * (quadratic(e, p, p) - 1);
    if (root <= 0)
        return 0;
    ends[0] = (-b - sqrt(root)) / a;
    ends[1] = (-b + sqrt(root)) / a;
    return ends[1] - ends[0];
}

/* Length of a line along z within the union. */
static double line_inside(const blob *b, double x, double y)
{
    double ends[BLOB_PARTS][2], sum = 0;
    size_t count = 0;
    for (size_t n = 0; n < b->count; n++)
        count += cut_line(ends[count], &b->parts[n], x, y) > 0;
    for (size_t n = 1; n < count; n++)
        for (size_t m = n; m > 0 && ends[m][0] < ends[m - 1][0]; m--) {
            const double keep[2] = {ends[m][0], ends[m][1]};
            memcpy(ends[m], ends[m - 1], sizeof keep);
            memcpy(ends[m - 1], keep, sizeof keep);
        }
    double covered = -HUGE_VAL;
    for (size_t n = 0; n < count; n++) {
        sum += fmax(0, ends[n][1] - fmax(ends[n][0], covered));
        covered = fmax(covered, ends[n][1]);
    }
    return sum;
}

double blob_volume_mm3(const blob *b)
{
    if (b->count == 1)
        return 4.0 / 3 * M_PI * b->parts[0].half[0] * b->parts[0].half[1] *
               b->parts[0].half[2];
    double low[2], high[2], sum = 0;
    for (int a = 0; a < 2; a++) {
        double unit[3] = {a == 0, a == 1, 0};
        high[a] = blob_reach(b, unit);
        unit[a] = -1;
        low[a] = -blob_reach(b, unit);
    }
    const double dx = (high[0] - low[0]) / VOLUME_LINES;
    const double dy = (high[1] - low[1]) / VOLUME_LINES;
    for (int j = 0; j < VOLUME_LINES; j++)
        for (int i = 0; i < VOLUME_LINES; i++)
            sum += line_inside(b, low[0] + (i + 0.5) * dx,
                               low[1] + (j + 0.5) * dy);
    return sum * dx * dy;
}

/* ---- Distances ---- */

/* The nearest point of the surface to a point outside: the root t > 0 of
 * sum (h y / (t + h^2))^2 = 1. */
static double nearest(double to[3], const blob_part *e, const double from[3])
{
    double y[3], p[3], low = 0, high = 1e6, sum = 0;
    for (int a = 0; a < 3; a++)
        p[a] = from[a] - e->centre[a];
    for (int a = 0; a < 3; a++)
        y[a] = dot3(e->axes[a], p);
    for (int n = 0; n < 80; n++) {
        const double t = 0.5 * (low + high);
        double q2 = 0;
        for (int a = 0; a < 3; a++) {
            const double q = e->half[a] * y[a] / (t + e->half[a] * e->half[a]);
            q2 += q * q;
        }
        if (q2 > 1)
            low = t;
        else
            high = t;
    }
    memcpy(to, e->centre, 3 * sizeof *to);
    for (int a = 0; a < 3; a++) {
        const double h2 = e->half[a] * e->half[a];
        const double x = h2 * y[a] / (low + h2);
        for (int r = 0; r < 3; r++)
            to[r] += x * e->axes[a][r];
        sum += (x - y[a]) * (x - y[a]);
    }
    return sqrt(sum);
}

double blob_distance_mm(const blob *b, const double lps[3])
{
    double least = HUGE_VAL, to[3];
    for (size_t n = 0; n < b->count; n++)
        least = fmin(least, nearest(to, &b->parts[n], lps));
    return least;
}

static double part_line_distance(const blob_part *e, const double from[3],
                                 const double to[3])
{
    double low = 0, high = 1, ends[2], point[3], reached[3];
    for (int round = 0; round < 50; round++) {
        for (int s = 0; s < 2; s++) {
            const double t = low + (high - low) * (s ? 0.6 : 0.4);
            for (int a = 0; a < 3; a++)
                point[a] = from[a] + t * (to[a] - from[a]);
            ends[s] = nearest(reached, e, point);
        }
        if (ends[0] < ends[1])
            high = low + (high - low) * 0.6;
        else
            low = low + (high - low) * 0.4;
    }
    return fmin(ends[0], ends[1]);
}

double blob_line_distance_mm(const blob *b, const double from[3],
                             const double to[3])
{
    double least = HUGE_VAL;
    for (size_t n = 0; n < b->count; n++)
        least = fmin(least, part_line_distance(&b->parts[n], from, to));
    return least;
}

static double part_gap(const blob_part *a, const blob_part *b)
{
    double x[3], y[3], mm = HUGE_VAL;
    memcpy(y, b->centre, sizeof y);
    for (int n = 0; n < 500; n++) {
        const double before = mm;
        (void)nearest(x, a, y);
        mm = nearest(y, b, x);
        if (before - mm < 1e-7)
            break;
    }
    return mm;
}

double blob_gap_mm(const blob *a, const blob *b)
{
    double least = HUGE_VAL;
    for (size_t m = 0; m < a->count; m++)
        for (size_t n = 0; n < b->count; n++)
            least = fmin(least, part_gap(&a->parts[m], &b->parts[n]));
    return least;
}
