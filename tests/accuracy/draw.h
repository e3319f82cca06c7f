/* Random numbers that are the same everywhere.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_TESTS_ACCURACY_DRAW_H
#define ABL_TESTS_ACCURACY_DRAW_H

#include <stdint.h>

void draw_seed(uint64_t seed);
double draw_uniform(double low, double high);
double draw_normal(void);
/** A unit vector, every direction alike. */
void draw_direction(double out[3]);
/** Three unit vectors at right angles, in rows. */
void draw_axes(double axes[3][3]);

double dot3(const double a[3], const double b[3]);

#endif
