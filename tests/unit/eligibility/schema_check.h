/* The part of JSON Schema draft 07 that our schemas use.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_TESTS_UNIT_ELIGIBILITY_SCHEMA_CHECK_H
#define ABL_TESTS_UNIT_ELIGIBILITY_SCHEMA_CHECK_H

#include <jansson.h>
#include <stddef.h>

/**
 * Knows type, enum, properties, required, additionalProperties, items,
 * minItems, maxItems, minimum, maximum, pattern, minLength, maxLength,
 * minProperties, oneOf, not and $ref to #/definitions/.
 * Any other keyword but $schema, title, description and definitions makes
 * the check fail, so that nothing goes unchecked.
 *
 * @param[out] why  where and what is wrong, e.g. "/lesions/0/number: ..."
 * @return 1 when @p value is valid
 */
int schema_check(char *why, size_t size, const json_t *schema,
                 const json_t *value);

#endif
