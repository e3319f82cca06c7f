/* How many threads the library uses. Results never depend on it.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_THREADS_H
#define ABL_IMAGING_THREADS_H

/** 1..256; 0 means one per processor this process may use. Not thread-safe:
 * call once, before any work. */
void abl_threads_set(int threads);
int abl_threads_get(void);

/** On a leaf function without OpenMP: compiled for the x86-64 baseline and
 * for AVX2, chosen at run time. No contraction is allowed (-ffp-contract=off),
 * so both give the same bits. Not with sanitizers, whose run-time is not
 * ready when the choice is made, nor without glibc, which makes it. */
#ifndef ABL_HOT
#    if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GNUC__) && \
        !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&              \
        !defined(__SANITIZE_THREAD__)
#        define ABL_HOT __attribute__((target_clones("avx2", "default")))
#    else
#        define ABL_HOT
#    endif
#endif

#endif
