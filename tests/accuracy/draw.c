/* SPDX-License-Identifier: Apache-2.0 */
#include "draw.h"

#include <math.h>

static uint64_t state = 1;

void draw_seed(uint64_t seed)
{
    state = 0x9E3779B97F4A7C15u ^ (seed * 0xD1342543DE82EF95u);
    for (int n = 0; n < 8; n++)
        (void)draw_uniform(0, 1);
}

double draw_uniform(double low, double high)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return low + (high - low) * (double)(state >> 11) / 9007199254740992.0;
}

double draw_normal(void)
{
    const double a = draw_uniform(1e-12, 1), b = draw_uniform(0, 2 * M_PI);
    return sqrt(-2 * log(a)) * cos(b);
}

void draw_direction(double out[3])
{
    const double z = draw_uniform(-1, 1), turn = draw_uniform(0, 2 * M_PI);
    const double r = sqrt(1 - z * z);
    out[0] = r * cos(turn);
    out[1] = r * sin(turn);
    out[2] = z;
}

double dot3(const double a[3], const double b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void cross(double out[3], const double a[3], const double b[3])
{
    for (int n = 0; n < 3; n++)
        out[n] =
            a[(n + 1) % 3] * b[(n + 2) % 3] - a[(n + 2) % 3] * b[(n + 1) % 3];
}

void draw_axes(double axes[3][3])
{
    double aid[3];
    draw_direction(axes[0]);
    draw_direction(aid);
    cross(axes[1], axes[0], aid);
    const double length = sqrt(dot3(axes[1], axes[1]));
    for (int a = 0; a < 3; a++)
        axes[1][a] /= length;
    cross(axes[2], axes[0], axes[1]);
}
