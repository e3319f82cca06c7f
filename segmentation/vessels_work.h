/* What the steps of vessel finding share; internal to vessels.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Positions are in mm along the axes of the work grid from its first voxel.
 */
#ifndef ABL_SEGMENTATION_VESSELS_WORK_H
#define ABL_SEGMENTATION_VESSELS_WORK_H

#include "segmentation/vessels.h"

/** What a voxel of the work grid may be. */
enum {
    ABL_REGION_NONE,
    ABL_REGION_LIVER,  /**< liver without lesions and rim */
    ABL_REGION_BRIDGE, /**< nameless, between liver and a trunk */
    ABL_REGION_CAVA,
    ABL_REGION_PORTAL /**< portal trunk */
};

typedef struct abl_vessel_edge {
    size_t vertex[2];
    size_t first, count; /**< into points, from vertex[0] to vertex[1] */
    double length_mm, radius_mm;
    double end_radius_mm[2];
    double direction[2][3]; /**< unit, from vertex[s] into the edge */
    double portal_share;    /**< of points in the portal trunk */
} abl_vessel_edge;

typedef struct abl_vessel_vertex {
    double mm[3];
    double radius_mm;
    bool touches_cava, in_portal;
    double outside_mm;             /**< outside of the liver; 0 inside */
    size_t first_edge, edge_count; /**< into incident */
} abl_vessel_vertex;

typedef struct abl_vessel_graph {
    size_t vertex_count, edge_count, point_count;
    abl_vessel_vertex *vertices;
    abl_vessel_edge *edges;
    uint32_t *points; /**< voxel offsets */
    size_t *incident; /**< 2 e + s: edge e leaves by its end s */
} abl_vessel_graph;

/** State of one search. */
typedef struct abl_vessel_work {
    const abl_structures *structures;
    const abl_volume *image;
    abl_grid grid;
    abl_volume *contrast;  /**< f32, HU above parenchyma */
    abl_volume *region;    /**< u8 */
    abl_volume *outside;   /**< f32, mm outside of the liver, to 30 mm */
    abl_volume *to_cava;   /**< f32, mm to the vena cava, to 12 mm */
    abl_volume *to_lesion; /**< f32, mm to the nearest lesion, to 6 mm */
    abl_volume *tube;      /**< f32, tubularity [HU] */
    abl_volume *vessel;    /**< u8: 1 vessel, 2 vena cava; then its skeleton */
    abl_volume *depth;     /**< f32, distance to what is no vessel */
    double liver_hu, noise_hu; /**< parenchyma and its SD on the grid */
    double contrast_hu;        /**< of vessels against parenchyma */
    double least_tube_hu;      /**< tubularity of a vessel's middle */
    double least_mm;           /**< thinner vessels drown in noise */
    abl_vessel_graph graph;
} abl_vessel_work;

/* vessels_grid.c */
abl_status abl_vessels_prepare(abl_vessel_work *work,
                               abl_error *err) ABL_MUST_CHECK;
/* vessels_mask.c */
abl_status abl_vessels_detect(abl_vessel_work *work,
                              abl_error *err) ABL_MUST_CHECK;
/* vessels_graph.c */
/** The graph of the skeleton, short spurs removed from both. */
abl_status abl_vessels_trace(abl_vessel_work *work,
                             abl_error *err) ABL_MUST_CHECK;
void abl_vessel_graph_clear(abl_vessel_graph *graph);
/* vessels_flat.c */
/** Points of an edge away from the trunks that are not tube-like or lie in a
 * sheet or on its rim: bright well beyond their depth. */
size_t abl_vessel_flat_points(const abl_vessel_work *work,
                              const abl_vessel_edge *edge);
/** Whether most of an edge that is long enough to tell is flat. */
bool abl_vessel_edge_is_flat(const abl_vessel_work *work,
                             const abl_vessel_edge *edge);
/* vessels_cava.c */
/** vessels_grid.c: u8, 1 where @p labels equals @p id. */
abl_status abl_vessels_label_mask(abl_volume **out, const abl_volume *labels,
                                  uint8_t id, abl_error *err) ABL_MUST_CHECK;
/** In place: where slices of a label volume lack the vena cava or show little
 * of it, between two that show it, a disc between theirs is added. */
abl_status abl_vessels_bridge_cava(abl_volume *organ,
                                   abl_error *err) ABL_MUST_CHECK;
/* vessels_gap.c */
/** Adds to @p inside what is nameless, not dark and has liver or vena cava on
 * all sides but one: outlines of the liver often leave a great vein out. Not
 * near the portal trunk (@p to_portal, mm). All on one grid. */
abl_status abl_vessels_close_gaps(abl_volume *inside, const abl_volume *organ,
                                  const abl_volume *to_portal,
                                  const abl_volume *hu,
                                  abl_error *err) ABL_MUST_CHECK;
/** In place: pieces of the portal trunk's label that are small and apart from
 * the largest become background. */
abl_status abl_vessels_drop_islands(abl_volume *organ,
                                    abl_error *err) ABL_MUST_CHECK;
/* vessels_bright.c */
/** Penalty of each edge for being a hepatic vein ([0]) or portal ([1]), given
 * which tree each was thought to be: log likelihood of its brightness under
 * the other tree over its own, 0 when its own is likelier or a level of either
 * tree is not known. */
abl_status abl_vessel_edges_mismatch(double *mismatch[2],
                                     const abl_vessel_work *work,
                                     const abl_tree *tree_of,
                                     abl_error *err) ABL_MUST_CHECK;
/* vessels_tree.c */
/** Nodes with trees and parents; calibre is twice the depth. */
abl_status abl_vessels_grow(abl_vessels *vessels, const abl_vessel_work *work,
                            abl_error *err) ABL_MUST_CHECK;
/* vessels_calibre.c */
abl_status abl_vessels_measure(abl_vessels *vessels,
                               const abl_vessel_work *work,
                               abl_error *err) ABL_MUST_CHECK;
/* vessels_smooth.c */
/** The most likely radius of each node and its SD, given @p value measured
 * with @p variance: calibre changes slowly along a branch and gets less away
 * from the trunk; a value far off the rest counts less. @p mm: positions.
 * @p radius_mm must be another array than @p value. */
abl_status abl_vessel_radii_smooth(double *radius_mm, double *sd_mm,
                                   const abl_vessels *vessels,
                                   const double (*mm)[3], const double *value,
                                   const double *variance,
                                   abl_error *err) ABL_MUST_CHECK;
/* vessels_field.c */
abl_status abl_vessels_paint(abl_structures *structures,
                             const abl_vessels *vessels,
                             const abl_vessel_work *work,
                             abl_error *err) ABL_MUST_CHECK;

/** Millimetres on the work grid's axes to LPS and back. */
void abl_vessel_to_lps(double lps[3], const abl_grid *grid, const double mm[3]);
void abl_vessel_from_lps(double mm[3], const abl_grid *grid,
                         const double lps[3]);

#endif
