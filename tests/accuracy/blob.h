/* Lesions whose measures are known without looking at voxels: an ellipsoid or
 * the union of a few. Lengths in mm, positions in LPS mm.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_TESTS_ACCURACY_BLOB_H
#define ABL_TESTS_ACCURACY_BLOB_H

#include <stdbool.h>
#include <stddef.h>

#define BLOB_PARTS 4

typedef struct blob_part {
    double centre[3], half[3];
    double axes[3][3];  /* rows */
    double shape[3][3]; /* x inside: (x - centre) shape (x - centre) < 1 */
} blob_part;

typedef struct blob {
    size_t count;
    blob_part parts[BLOB_PARTS];
} blob;

/** Fills shape from half and axes. */
void blob_part_finish(blob_part *part);

/**
 * A random one around the origin whose longest half-axis is @p half_mm: an
 * ellipsoid with axis ratios 0.6 to 1, or (lobes > 1) a body with lobes - 1
 * smaller ones that bulge out of it.
 */
void blob_draw(blob *out, double half_mm, size_t lobes);
void blob_move(blob *b, const double by[3]);

/** Distance from the surface to first order, positive inside. */
double blob_value(const blob *b, const double lps[3]);

/** Farthest extent along a unit vector: max of x . unit. */
double blob_reach(const blob *b, const double unit[3]);

/** Longest distance between two of its points. */
double blob_longest_mm(const blob *b);

/** Longest distance of its points from @p lps. */
double blob_farthest_from_mm(const blob *b, const double lps[3]);

/** On the plane through @p at spanned by unit vectors u, v: the longest
 * extent and the widest at right angles to it; false when it is not cut. */
bool blob_section_mm(double full[2], const blob *b, const double at[3],
                     const double u[3], const double v[3]);

/** By exact lines 1/240 of its extent apart: about 0.02 %. */
double blob_volume_mm3(const blob *b);

/** From a point outside; from a line between two points outside. */
double blob_distance_mm(const blob *b, const double lps[3]);
double blob_line_distance_mm(const blob *b, const double from[3],
                             const double to[3]);

/** Between two blobs that do not meet. */
double blob_gap_mm(const blob *a, const blob *b);

#endif
