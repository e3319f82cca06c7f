/* Edges that run in sheets, lumps or noise: no vessels.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "segmentation/vessels_work.h"

enum {
    PAIRS = 8, /* of opposite directions across the edge */
    STATIONS = 4,
    REACH = 3 /* points to each side that give the course */
};
/* Shorter edges do not tell. */
static const double least_telling_mm = 5;
/* Nearer to the vena cava veins meet and are bright on all sides. */
static const double trunk_mm = 8;
/* Beyond the depth: bright on both sides at two stations is a sheet, on one
 * side at all of them the rim of one. Great veins are oval: from this depth on
 * stations lie farther out in proportion. */
static const double beyond_mm[STATIONS] = {2.0, 3.5, 5.5, 7.5};
static const double oval_depth_mm = 1.8;
/* Ovals are less tube-like. An edge this deep and this many times as long as
 * that is no lump. */
static const double great_depth_mm = 3, great_length = 7;
static const double half_bright = 0.5, most_flat = 0.5;

static void voxel_mm(double mm[3], const abl_grid *grid, size_t at)
{
    const size_t *size = grid->size;
    mm[0] = (double)(at % size[0]) * grid->spacing_mm[0];
    mm[1] = (double)(at / size[0] % size[1]) * grid->spacing_mm[1];
    mm[2] = (double)(at / size[0] / size[1]) * grid->spacing_mm[2];
}

static void set_length(double a[3], double length)
{
    const double norm = sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2]);
    for (int n = 0; n < 3; n++)
        a[n] = norm > 0 ? a[n] * length / norm : 0;
}

static void cross(double out[3], const double a[3], const double b[3])
{
    for (int n = 0; n < 3; n++)
        out[n] =
            a[(n + 1) % 3] * b[(n + 2) % 3] - a[(n + 2) % 3] * b[(n + 1) % 3];
}

/* Two unit vectors across the edge at its point @p n. */
static void find_frame(double u[3], double v[3], const abl_vessel_work *work,
                       const abl_vessel_edge *edge, size_t n)
{
    const uint32_t *points = work->graph.points + edge->first;
    const size_t lo = n > REACH ? n - REACH : 0;
    const size_t hi = n + REACH < edge->count ? n + REACH : edge->count - 1;
    double from[3], to[3], least[3] = {0, 0, 0};
    voxel_mm(from, &work->grid, points[lo]);
    voxel_mm(to, &work->grid, points[hi]);
    int thin = 0;
    for (int a = 0; a < 3; a++) {
        to[a] -= from[a];
        thin = fabs(to[a]) < fabs(to[thin]) ? a : thin;
    }
    least[thin] = 1;
    cross(u, to, least);
    set_length(u, 1);
    cross(v, to, u);
    set_length(v, 1);
}

static double contrast_at(const abl_vessel_work *work, const double mm[3],
                          const double way[3], double along_mm)
{
    double ijk[3];
    for (int a = 0; a < 3; a++)
        ijk[a] = (mm[a] + along_mm * way[a]) / work->grid.spacing_mm[a];
    return abl_volume_sample_ijk(work->contrast, ijk);
}

/* A place on an edge, and what counts as bright beside it. */
typedef struct place {
    double mm[3], depth_mm, bright_hu;
} place;

/* How many of the stations beyond the depth are bright, from the nearest on;
 * single ones are averaged with the one before. */
static int count_bright(const abl_vessel_work *work, const place *at,
                        const double way[3], double sign)
{
    const double scale = fmax(1, at->depth_mm / oval_depth_mm);
    double before = 0;
    for (int s = 0; s < STATIONS; s++) {
        const double beyond = scale * beyond_mm[s];
        const double here =
            contrast_at(work, at->mm, way, sign * (at->depth_mm + beyond));
        if (s > 0 && 0.5 * (here + before) < at->bright_hu)
            return s;
        before = here;
    }
    return STATIONS;
}

static bool is_sheet_here(const abl_vessel_work *work,
                          const abl_vessel_edge *edge, size_t n,
                          double bright_hu)
{
    const uint32_t voxel = work->graph.points[edge->first + n];
    place at = {.depth_mm = (double)abl_volume_f32(work->depth)[voxel],
                .bright_hu = bright_hu};
    double u[3], v[3];
    voxel_mm(at.mm, &work->grid, voxel);
    find_frame(u, v, work, edge, n);
    for (int pair = 0; pair < PAIRS; pair++) {
        const double turn = M_PI * pair / PAIRS;
        double way[3];
        for (int a = 0; a < 3; a++)
            way[a] = cos(turn) * u[a] + sin(turn) * v[a];
        const int low = count_bright(work, &at, way, -1);
        const int high = count_bright(work, &at, way, 1);
        if ((low >= 2 && high >= 2) || low == STATIONS || high == STATIONS)
            return true;
    }
    return false;
}

/* Half as bright as vessels are here, or as the edge itself where it is
 * brighter: noise beside a bright vessel is no sheet. */
static double bright_beside(const abl_vessel_work *work,
                            const abl_vessel_edge *edge)
{
    const float *contrast = abl_volume_f32(work->contrast);
    double sum = 0;
    for (size_t n = 0; n < edge->count; n++)
        sum += (double)contrast[work->graph.points[edge->first + n]];
    const double own = edge->count > 0 ? sum / (double)edge->count : 0;
    return half_bright * fmax(work->contrast_hu, own);
}

static bool is_great(const abl_vessel_edge *edge)
{
    return edge->radius_mm >= great_depth_mm &&
           edge->length_mm >= great_length * edge->radius_mm;
}

size_t abl_vessel_flat_points(const abl_vessel_work *work,
                              const abl_vessel_edge *edge)
{
    const uint8_t *region = abl_volume_u8(work->region);
    const float *tube = abl_volume_f32(work->tube);
    const float *to_cava = abl_volume_f32(work->to_cava);
    const double bright_hu = bright_beside(work, edge);
    const double least_tube_hu =
        is_great(edge) ? -INFINITY : work->least_tube_hu;
    size_t flat = 0;
    for (size_t n = 0; n < edge->count; n++) {
        const uint32_t v = work->graph.points[edge->first + n];
        if (region[v] == ABL_REGION_PORTAL || (double)to_cava[v] <= trunk_mm)
            return 0;
        flat += (double)tube[v] < least_tube_hu ||
                is_sheet_here(work, edge, n, bright_hu);
    }
    return flat;
}

bool abl_vessel_edge_is_flat(const abl_vessel_work *work,
                             const abl_vessel_edge *edge)
{
    return edge->length_mm > least_telling_mm &&
           (double)abl_vessel_flat_points(work, edge) >
               most_flat * (double)edge->count;
}
