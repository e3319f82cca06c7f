/* Other names for the kernels' second copy, which is compiled without ABL_HOT;
 * see test_threads.c.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_TESTS_UNIT_IMAGING_PLAIN_NAMES_H
#define ABL_TESTS_UNIT_IMAGING_PLAIN_NAMES_H

#define ABL_HOT
#define abl_axis_filter_clear      plain_axis_filter_clear
#define abl_axis_filter_gaussian   plain_axis_filter_gaussian
#define abl_axis_filter_lines      plain_axis_filter_lines
#define abl_axis_filter_row        plain_axis_filter_row
#define abl_axis_filter_sampling   plain_axis_filter_sampling
#define abl_axis_load_row          plain_axis_load_row
#define abl_distance_map           plain_distance_map
#define abl_distance_map_within    plain_distance_map_within
#define abl_distance_signed        plain_distance_signed
#define abl_distance_to_background plain_distance_to_background
#define abl_gaussian               plain_gaussian
#define abl_grid_respace           plain_grid_respace
#define abl_grid_shares_axes       plain_grid_shares_axes
#define abl_resample               plain_resample
#define abl_resample_axes          plain_resample_axes

#endif
