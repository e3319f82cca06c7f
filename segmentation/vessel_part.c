/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/vessel_part.h"

static const struct {
    const char *name, *title;
} parts[ABL_PART_COUNT] = {
    {"none", "vessel"},
    {"portal_trunk", "portal trunk"},
    {"right_portal", "right main portal vein"},
    {"left_portal", "left main portal vein"},
    {"right_portal_branch", "right portal branch"},
    {"left_portal_branch", "left portal branch"},
    {"right_hepatic", "right hepatic vein"},
    {"middle_hepatic", "middle hepatic vein"},
    {"left_hepatic", "left hepatic vein"},
};

const char *abl_vessel_part_title(abl_vessel_part part)
{
    return parts[(unsigned)part < ABL_PART_COUNT ? part : 0].title;
}

const char *abl_vessel_part_name(abl_vessel_part part)
{
    return parts[(unsigned)part < ABL_PART_COUNT ? part : 0].name;
}
