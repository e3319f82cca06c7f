/* A picture written anew from its pixels, so that nothing else comes along.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_TEACH_REPAINT_H
#define ABL_ELIGIBILITY_TEACH_REPAINT_H

#include "imaging/status.h"

/** Largest width and height of a picture that is taken. */
#define ABL_REPAINT_MAX_PX 4096

/**
 * Reads the PNG @p from and writes its pixels to @p to: no text chunk, no
 * time, no profile and nothing behind the end comes along.
 *
 * @param[out] width, height  of the picture, pixels
 * @retval ABL_E_IO     cannot be read, or is no regular file; not written
 * @retval ABL_E_FORMAT no PNG, damaged, or larger than the limit
 * @retval ABL_E_NOMEM
 */
abl_status abl_repaint(size_t *width, size_t *height, const char *to,
                       const char *from, abl_error *err) ABL_MUST_CHECK;

#endif
