/* The cheapest ways along vessels from the trunks; internal to vessels.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_SEGMENTATION_VESSELS_ROUTES_H
#define ABL_SEGMENTATION_VESSELS_ROUTES_H

#include "segmentation/vessels_work.h"

/** The cheapest way to the end of each directed edge (2 e + s: leaves by s).
 * A way costs its length, sharp turns, widening and mismatch of brightness. */
typedef struct abl_vessel_routes {
    double *cost, *penalty, *narrowest;
    double (*heading)[3]; /**< unit; zero where no course is known yet */
    size_t *before;       /**< directed edge, or SIZE_MAX at a source */
    double *mismatch;     /**< penalty of each edge for its brightness */
} abl_vessel_routes;

/** @p count: one more than directed edges. */
abl_status abl_vessel_routes_create(abl_vessel_routes *routes, size_t count,
                                    abl_error *err) ABL_MUST_CHECK;
void abl_vessel_routes_clear(abl_vessel_routes *routes);
abl_status abl_vessel_routes_find(abl_vessel_routes *routes,
                                  const abl_vessel_graph *graph, abl_tree tree,
                                  const bool *is_source,
                                  abl_error *err) ABL_MUST_CHECK;

/** Where trees start, by vertex. Portal: of each connected part of the
 * trunk's vertices the one farthest outside of the liver. @p stack and
 * @p seen: one for each vertex, @p seen false. */
void abl_vessel_sources_find(bool *hepatic, bool *portal,
                             const abl_vessel_graph *graph, size_t *stack,
                             bool *seen);

/** The vertex that a directed edge leads to. */
size_t abl_vessel_edge_end(const abl_vessel_graph *graph, size_t directed);

#endif
