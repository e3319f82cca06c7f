/* abl_check_json SCHEMA FILE: exit 0 when the file fits the schema.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "tests/unit/eligibility/schema_check.h"

static json_t *load(const char *path)
{
    json_error_t fault;
    json_t *value = json_load_file(path, JSON_REJECT_DUPLICATES, &fault);
    if (!value)
        fprintf(stderr, "%s:%d: %s\n", path, fault.line, fault.text);
    return value;
}

int main(int argc, char *argv[])
{
    char why[512];
    if (argc != 3) {
        fprintf(stderr, "usage: abl_check_json SCHEMA FILE\n");
        return 2;
    }
    json_t *schema = load(argv[1]), *value = load(argv[2]);
    const int valid =
        schema && value && schema_check(why, sizeof why, schema, value);
    if (schema && value && !valid)
        fprintf(stderr, "%s: %s\n", argv[2], why);
    json_decref(schema);
    json_decref(value);
    return valid ? 0 : 1;
}
