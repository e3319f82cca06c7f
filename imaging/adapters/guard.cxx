/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/adapters/guard.hpp"

#include <itkMacro.h>

#include <string>

namespace abl
{
abl_status status_of_current_exception(abl_error *err) noexcept
{
    try {
        throw;
    } catch (const std::bad_alloc &) {
        return abl_error_set(err, ABL_E_NOMEM, "out of memory");
    } catch (const itk::ExceptionObject &e) {
        return abl_error_set(err, ABL_E_FORMAT, "%s", e.GetDescription());
    } catch (const std::exception &e) {
        return abl_error_set(err, ABL_E_INTERNAL, "%s", e.what());
    } catch (...) {
        return abl_error_set(err, ABL_E_INTERNAL, "unknown exception");
    }
}
} // namespace abl
