/* Points in LPS millimetres.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_POINT_H
#define ABL_IMAGING_POINT_H

#include <math.h>

/** How far two points are apart [mm]. */
static inline double abl_point_distance_mm(const double a[3], const double b[3])
{
    const double d[3] = {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
    return sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
}

#endif
