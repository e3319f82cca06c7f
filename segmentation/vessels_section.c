/* The section through a vessel: brightness by ray and ring.
 * SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/vessels_section.h"

#include <math.h>

enum {
    RAYS = ABL_SECTION_RAYS,
    BACKGROUND_RINGS = 3,
    TAIL = RAYS / 4 /* rays left out at either end of a mean */
};
static const double step_mm = ABL_SECTION_STEP_MM;
static const double most_shift_mm = 1.5; /* that one ray may say */
static const double most_offset = 0.1;   /* of the background, in contrasts */

static void sort(double *values, size_t count)
{
    for (size_t n = 1; n < count; n++) {
        const double value = values[n];
        size_t m = n;
        for (; m > 0 && values[m - 1] > value; m--)
            values[m] = values[m - 1];
        values[m] = value;
    }
}

/* Mean of the middle half: a neighbour on one side does not count. */
static double middle_mean(double values[RAYS])
{
    double sum = 0;
    sort(values, RAYS);
    for (size_t n = TAIL; n < RAYS - TAIL; n++)
        sum += values[n];
    return sum / (RAYS - 2 * TAIL);
}

static double ring_mm(size_t ring)
{
    return ((double)ring + 0.5) * step_mm;
}

static size_t min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t abl_section_rings(double mm)
{
    const size_t rings = (size_t)(fmax(mm, 0) / step_mm + 0.5);
    return rings < 2                   ? 2
           : rings > ABL_SECTION_RINGS ? ABL_SECTION_RINGS
                                       : rings;
}

void abl_section_frame(double u[3], double v[3], const double course[3])
{
    const double ax = fabs(course[0]), ay = fabs(course[1]);
    const double az = fabs(course[2]);
    const double other[3] = {ax <= ay && ax <= az, ay < ax && ay <= az,
                             az < ax && az < ay};
    double square = 0;
    for (int a = 0; a < 3; a++) {
        u[a] = course[(a + 1) % 3] * other[(a + 2) % 3] -
               course[(a + 2) % 3] * other[(a + 1) % 3];
        square += u[a] * u[a];
    }
    for (int a = 0; a < 3; a++)
        u[a] /= sqrt(square);
    for (int a = 0; a < 3; a++)
        v[a] = course[(a + 1) % 3] * u[(a + 2) % 3] -
               course[(a + 2) % 3] * u[(a + 1) % 3];
}

void abl_section_sample(abl_vessel_section *section,
                        const abl_vessel_work *work, const double mm[3],
                        const double course[3], double reach_mm)
{
    double u[3], v[3];
    abl_section_frame(u, v, course);
    section->rings = abl_section_rings(reach_mm);
    for (int ray = 0; ray < RAYS; ray++) {
        const double c = cos(2 * M_PI * ray / RAYS);
        const double d = sin(2 * M_PI * ray / RAYS);
        for (size_t ring = 0; ring < section->rings; ring++) {
            const double rho = ring_mm(ring);
            double ijk[3];
            for (int a = 0; a < 3; a++)
                ijk[a] = (mm[a] + rho * (c * u[a] + d * v[a])) /
                         work->grid.spacing_mm[a];
            section->value[ray][ring] =
                (float)abl_volume_sample_ijk(work->contrast, ijk);
        }
    }
}

double abl_section_background(const abl_vessel_section *section, size_t inner,
                              double contrast_hu)
{
    double values[RAYS * BACKGROUND_RINGS];
    const size_t end = min_size(section->rings, inner + BACKGROUND_RINGS);
    size_t count = 0;
    for (int ray = 0; ray < RAYS; ray++)
        for (size_t ring = inner; ring < end; ring++)
            if (fabs((double)section->value[ray][ring]) <= contrast_hu)
                values[count++] = (double)section->value[ray][ring];
    if (count < RAYS)
        return 0;
    sort(values, count);
    const double limit = most_offset * contrast_hu;
    return fmin(fmax(values[count / 2], -limit), limit);
}

double abl_section_core(const abl_vessel_section *section,
                        const abl_vessel_profile *profile, double radius_mm,
                        double blur_mm, double background_hu)
{
    const size_t rings =
        min_size(abl_section_rings(0.5 * radius_mm), section->rings);
    double sum = 0, expected = 0;
    for (size_t ring = 0; ring < rings; ring++) {
        const double rho = ring_mm(ring);
        double mean = 0;
        for (int ray = 0; ray < RAYS; ray++)
            mean += (double)section->value[ray][ring] / RAYS;
        sum += (mean - background_hu) * rho;
        expected +=
            abl_vessel_profile_at(profile, rho, radius_mm, blur_mm) * rho;
    }
    return sum / fmax(expected, 1e-3);
}

double abl_section_square_radius(const abl_vessel_section *section,
                                 size_t inner, double background_hu,
                                 double contrast_hu)
{
    double squares[RAYS];
    inner = min_size(inner, section->rings);
    for (int ray = 0; ray < RAYS; ray++) {
        double sum = 0;
        for (size_t ring = 0; ring < inner; ring++)
            sum += ((double)section->value[ray][ring] - background_hu) *
                   ring_mm(ring) * step_mm;
        squares[ray] = 2 * sum / contrast_hu;
    }
    return middle_mean(squares);
}

/* Twice the mean of what the rays say, times their direction: where the middle
 * of the vessel lies; rays that disagree much say little. */
static void find_shift(double shift_mm[2], const double of_ray[RAYS])
{
    shift_mm[0] = shift_mm[1] = 0;
    for (int ray = 0; ray < RAYS; ray++) {
        const double off =
            fmin(fmax(of_ray[ray], -most_shift_mm), most_shift_mm);
        shift_mm[0] += 2 * off * cos(2 * M_PI * ray / RAYS) / RAYS;
        shift_mm[1] += 2 * off * sin(2 * M_PI * ray / RAYS) / RAYS;
    }
}

double abl_section_widening(double *weight, double shift_mm[2],
                            const abl_vessel_section *section,
                            const abl_vessel_profile *profile, double radius_mm,
                            double blur_mm, double background_hu,
                            double contrast_hu)
{
    double value[ABL_SECTION_RINGS], slope[ABL_SECTION_RINGS], of_ray[RAYS];
    double norm = 0;
    for (size_t ring = 0; ring < section->rings; ring++) {
        const double rho = ring_mm(ring);
        const double d = abl_vessel_profile_slope(rho, radius_mm, blur_mm);
        value[ring] = background_hu +
                      contrast_hu * abl_vessel_profile_at(profile, rho,
                                                          radius_mm, blur_mm);
        slope[ring] = d * rho * step_mm;
        norm += d * slope[ring];
    }
    for (int ray = 0; ray < RAYS; ray++) {
        double sum = 0;
        for (size_t ring = 0; ring < section->rings; ring++)
            sum +=
                slope[ring] * ((double)section->value[ray][ring] - value[ring]);
        of_ray[ray] = sum / (contrast_hu * fmax(norm, 1e-6));
    }
    *weight = 2 * M_PI * norm;
    find_shift(shift_mm, of_ray);
    return middle_mean(of_ray);
}

double abl_section_misfit(const abl_vessel_section *section,
                          const abl_vessel_profile *profile, double radius_mm,
                          double blur_mm, double background_hu,
                          double contrast_hu)
{
    const size_t rings =
        min_size(section->rings, abl_section_rings(radius_mm + 1.5));
    double sum = 0;
    for (size_t ring = 0; ring < rings; ring++) {
        const double rho = ring_mm(ring);
        double values[RAYS];
        for (int ray = 0; ray < RAYS; ray++)
            values[ray] = (double)section->value[ray][ring];
        const double off = middle_mean(values) - background_hu -
                           contrast_hu * abl_vessel_profile_at(
                                             profile, rho, radius_mm, blur_mm);
        sum += off * off * rho * step_mm * 2 * M_PI;
    }
    return sum;
}
