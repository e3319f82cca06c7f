/* Names of cases that do not lead back to a patient.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_TEACH_CASE_ID_H
#define ABL_ELIGIBILITY_TEACH_CASE_ID_H

#include <stddef.h>

/** Fewest bytes of a salt: shorter ones can be guessed. */
#define ABL_TEACH_MIN_SALT_BYTES 16

/** HMAC-SHA-256 as 64 hex digits.
 * @par Source FIPS PUB 198-1, section 4; test values of RFC 4231 */
void abl_hmac_sha256(char hex[65], const void *key, size_t key_bytes,
                     const void *data, size_t data_bytes);

/** "case-07" from a number, from 1. */
void abl_case_id_from_order(char id[24], size_t number);

/** "case-3fa94c01b2": the first ten digits of the HMAC of @p data under the
 * salt. Without the salt nobody can tell which data it was made from; with it
 * a case keeps its name from one set to the next. */
void abl_case_id_from_salt(char id[24], const void *salt, size_t salt_bytes,
                           const char *data);

#endif
