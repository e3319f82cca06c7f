/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "imaging/dicom_write.h"

/* FNV-1a, then the finaliser of splitmix64. */
static uint64_t hash_text(const char *text, uint64_t start)
{
    uint64_t hash = start;
    for (; *text; text++)
        hash = (hash ^ (uint8_t)*text) * 0x100000001b3u;
    hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9u;
    hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebu;
    return hash ^ (hash >> 31);
}

/* Divides the number in @p words (most significant first) by 10. */
static unsigned divide_by_ten(uint32_t words[4])
{
    uint64_t rest = 0;
    for (int n = 0; n < 4; n++) {
        uint64_t value = rest << 32 | words[n];
        words[n] = (uint32_t)(value / 10);
        rest = value % 10;
    }
    return (unsigned)rest;
}

void abl_dicom_uid(char out[65], const char *text)
{
    uint64_t high = hash_text(text, 0xcbf29ce484222325u);
    uint64_t low = hash_text(text, high ^ 0x9e3779b97f4a7c15u);
    high = (high & ~(uint64_t)0xf000) | 0x8000;
    low = (low & 0x3fffffffffffffffu) | 0x8000000000000000u;
    uint32_t words[4] = {(uint32_t)(high >> 32), (uint32_t)high,
                         (uint32_t)(low >> 32), (uint32_t)low};
    char digits[40];
    size_t count = 0;
    while ((words[0] | words[1] | words[2] | words[3]) != 0)
        digits[count++] = (char)('0' + divide_by_ten(words));
    memcpy(out, "2.25.", 5);
    for (size_t n = 0; n < count; n++)
        out[5 + n] = digits[count - 1 - n];
    out[5 + count] = '\0';
}

abl_dicom_write_info abl_dicom_write_defaults(void)
{
    abl_dicom_write_info info = {
        .patient_name = "PHANTOM^ABLASCREEN",
        .patient_id = "PHANTOM",
        .study_description = "Abdomen",
        .series_description = "Portal venous",
        .date = "20200101",
        .time = "120000",
        .patient_position = "HFS",
        .manufacturer = "AblaScreen",
        .model_name = "phantom",
        .kernel = "STANDARD",
        .contrast_agent = "IODINE",
        .comment = "Computed phantom, not a patient",
        .series_number = 1,
        .kvp = 120,
        .window_centre_hu = 60,
        .window_width_hu = 400,
        .rescale_intercept_hu = -1024,
    };
    return info;
}
