/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/vessel_tree.h"

#include <stdlib.h>

const char *abl_tree_title(abl_tree tree)
{
    static const char *const titles[ABL_TREE_COUNT] = {
        "hepatic vein", "portal vein", "vessel of unknown tree"};
    return (unsigned)tree < ABL_TREE_COUNT ? titles[tree] : "vessel";
}

void abl_vessels_destroy(abl_vessels *vessels)
{
    if (!vessels)
        return;
    free(vessels->nodes);
    free(vessels);
}
