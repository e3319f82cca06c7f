/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/findings.h"

#include <stdlib.h>

void abl_findings_destroy(abl_findings *findings)
{
    if (!findings)
        return;
    free(findings->lesions);
    free(findings);
}
