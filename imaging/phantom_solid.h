/* Implicit solids of the phantom: evaluation of a tree of shapes (internal).
 * SPDX-License-Identifier: Apache-2.0
 *
 * A solid is a function of position [LPS mm] that is negative inside, positive
 * outside and never changes faster than the distance moved. Its magnitude is
 * therefore a lower bound of the distance to the surface, which lets boxes of
 * voxels be skipped or filled at once; it is not the distance itself.
 */
#ifndef ABL_IMAGING_PHANTOM_SOLID_H
#define ABL_IMAGING_PHANTOM_SOLID_H

#include "imaging/status.h"

typedef enum abl_solid_kind {
    ABL_SOLID_ELLIPSOID,    /**< |x/a|^n + |y/b|^n + |z/c|^n <= 1 */
    ABL_SOLID_BOX,          /**< with rounded edges */
    ABL_SOLID_TUBE,         /**< chain of capsules with changing radius */
    ABL_SOLID_LOFT,         /**< superellipse sections along z */
    ABL_SOLID_HALFSPACE,    /**< behind a plane */
    ABL_SOLID_UNION,        /**< of the children; blended when blend_mm > 0 */
    ABL_SOLID_INTERSECTION, /**< of the children; same */
    ABL_SOLID_DIFFERENCE,   /**< first child without the others; same */
    ABL_SOLID_GROW,         /**< child grown (or shrunk) by an offset */
    ABL_SOLID_SYMMETRIC,    /**< child and its mirror image across x = 0 */
    ABL_SOLID_WARP,         /**< child seen through a wavy displacement */
    ABL_SOLID_MOVE          /**< child displaced by centre_lps */
} abl_solid_kind;

/** Pieces of a tube that are skipped together. */
#define ABL_SOLID_GROUP 8

typedef struct abl_solid_ball {
    double centre_lps[3], reach_mm;
} abl_solid_ball;

/** A point of a tube, or a section of a loft. */
typedef struct abl_solid_point {
    double lps[3];
    double radius_mm;     /**< tube */
    abl_solid_ball piece; /**< tube: around the piece to the next point */
    abl_solid_ball group; /**< tube: around this and the next pieces */
    double left_mm, front_mm, back_mm, exponent; /**< loft: half-axes */
} abl_solid_point;

typedef struct abl_solid_node {
    abl_solid_kind kind;
    double centre_lps[3]; /**< or point of a halfspace, or displacement */
    double radii_mm[3];   /**< or half sizes of a box, outward normal */
    double exponent;      /**< of an ellipsoid, >= 2 */
    double amount_mm;     /**< blend, growth, rounding or amplitude */
    double wavelength_mm; /**< of a warp */
    double phase;         /**< of a warp */
    double slowness;      /**< <= 1: scales so that the slope stays <= 1 */
    double axes[3][3];    /**< rows: local axes in LPS */
    bool rotated;         /**< axes are not the identity */
    size_t first, count;  /**< children, or points */
    size_t depth, cost;   /**< of one evaluation */
    double lo[3], hi[3];  /**< bounds in LPS; may be infinite */
} abl_solid_node;

typedef struct abl_solids {
    abl_solid_node *nodes;
    size_t node_count;
    size_t *children;
    size_t child_count;
    abl_solid_point *points;
    size_t point_count;
} abl_solids;

/** Negative inside; see above. */
double abl_solid_value(const abl_solids *solids, size_t node,
                       const double lps[3]);

/** Fills bounds and slowness of a node whose children have theirs. */
void abl_solid_finish(abl_solids *solids, size_t node);

/**
 * Distance from a point to the surface of a solid [mm] and the point reached,
 * by rays in many directions and a refinement of the shortest ones.
 * @return INFINITY (and NAN for the point) when none is within @p most_mm
 */
double abl_solid_nearest_mm(double nearest_lps[3], const abl_solids *solids,
                            size_t node, const double lps[3], double most_mm);

/** As above, turned from the direction of a point that is known to be near the
 * nearest one; finds the nearest one around it. */
double abl_solid_nearest_from_mm(double nearest_lps[3],
                                 const abl_solids *solids, size_t node,
                                 const double lps[3],
                                 const double guess_lps[3]);

/** A shortest segment between two surfaces. */
typedef struct abl_solid_span {
    double gap_mm; /**< 0: they cross; INFINITY: farther than looked for */
    double from_lps[3], to_lps[3]; /**< NAN when they cross or are far */
} abl_solid_span;

/**
 * Shortest segment from the surface of the bounded solid @p from to that of
 * @p to, whether one holds the other or not. Closed for spheres against the
 * field of @p to; else nearest points in turn from the most promising of
 * samples of the surface (error below 0.05 mm on smooth shapes).
 */
abl_solid_span abl_solid_gap(const abl_solids *solids, size_t from, size_t to);

/** The same after a small move of one of them, around the span before; 0 (and
 * no points) when they have come to cross there. */
abl_solid_span abl_solid_gap_near(const abl_solids *solids, size_t from,
                                  size_t to, const abl_solid_span *near);

bool abl_solid_is_ellipsoid(const abl_solid_node *node);
bool abl_solid_is_sphere(const abl_solid_node *node);

/** About @p count points of a bounded solid's surface, evenly spread in
 * direction from the middle of its bounds; the outermost along each. Writes
 * those that were found and returns their number. */
size_t abl_solid_sample(double (*lps)[3], size_t count,
                        const abl_solids *solids, size_t node);

#endif
