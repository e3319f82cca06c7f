/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/series.h"

abl_status abl_progress_step(const abl_progress *progress, const char *stage,
                             double fraction, abl_error *err)
{
    if (!progress || !progress->report ||
        progress->report(progress->user, stage, fraction))
        return ABL_OK;
    return abl_error_set(err, ABL_E_CANCELLED, "stopped while working on %s",
                         stage ? stage : "the study");
}
