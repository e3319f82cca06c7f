/* The one border between C++ exceptions and C status codes.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_ADAPTERS_GUARD_HPP
#define ABL_IMAGING_ADAPTERS_GUARD_HPP

#include <exception>
#include <new>

#include "imaging/status.h"

namespace abl
{
/** Maps the exception being handled to a status with a one-line message;
 * drops the source path that ITK puts in front. Call inside catch only. */
abl_status status_of_current_exception(abl_error *err) noexcept;

/** Runs @p body, which returns an abl_status; nothing escapes. */
template <typename Body> abl_status guard(abl_error *err, Body body) noexcept
{
    try {
        return body();
    } catch (...) {
        return status_of_current_exception(err);
    }
}
} // namespace abl

#endif
