/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/threads.h"

#include <omp.h>

void abl_threads_set(int threads)
{
    if (threads <= 0)
        threads = omp_get_num_procs();
    omp_set_num_threads(threads > 256 ? 256 : threads);
}

int abl_threads_get(void)
{
    return omp_get_max_threads();
}
