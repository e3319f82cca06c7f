/* ablascreen rules: the limits in force, each with its source.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/command.h"
#include "cli/profile_option.h"
#include "eligibility/context.h"
#include "eligibility/rules.h"

static const abl_option options[] = {
    {"json", 0, ABL_OPTION_FLAG, NULL,
     "print the profile as JSON, a start for one's own", 0, 0},
    ABL_MODALITY_OPTION,
};

/* Prints words at an indent, no wider than 78 columns. */
static void print_wrapped(const char *text, int indent)
{
    int column = indent;
    printf("%*s", indent, "");
    while (*text) {
        const int word = (int)strcspn(text, " ");
        if (column > indent && column + 1 + word > 78) {
            printf("\n%*s", indent, "");
            column = indent;
        } else if (column > indent) {
            putchar(' ');
            column++;
        }
        printf("%.*s", word, text);
        column += word;
        text += word;
        text += strspn(text, " ");
    }
    putchar('\n');
}

static void print_source(const char *what, const abl_source *source)
{
    char line[512];
    snprintf(line, sizeof line, "%s [%s]: %s", what,
             abl_source_tag_name(source->tag), source->text);
    print_wrapped(line, 5);
}

static const char *say_severity(abl_severity severity)
{
    switch (severity) {
    case ABL_SEVERITY_EXCLUDE:
        return "excludes when not met";
    case ABL_SEVERITY_FLAG:
        return "borderline when not met";
    case ABL_SEVERITY_NOTE:
    default:
        return "listed only";
    }
}

static void print_rule(const abl_rule *rule)
{
    char limit[96], band[96], line[512];
    abl_rule_describe(limit, band, rule);
    printf("\n%-4s %s\n", rule->id, rule->title);
    snprintf(line, sizeof line, "%s%s%s; per %s; %s (%s)%s", limit,
             band[0] ? ", borderline " : "", band,
             rule->per_lesion ? "lesion" : "patient",
             say_severity(rule->severity), rule->severity_reason,
             rule->enabled ? "" : "; OFF in this profile");
    print_wrapped(line, 5);
    print_source("limit", &rule->source);
    if (rule->has_band)
        print_source("band", &rule->band_source);
    if (rule->also.present) {
        snprintf(line, sizeof line, "%s %g %s", rule->also.quantity,
                 rule->also.limit, rule->also.unit);
        print_source(line, &rule->also.source);
    }
}

static void print_number(const abl_profile *profile, abl_profile_number number)
{
    const abl_number_kind *kind = abl_number_kind_of(number);
    char line[512];
    snprintf(line, sizeof line, "%s: %g %s", kind->title,
             abl_profile_number_get(profile, number), kind->unit);
    printf("\n%s.%s\n", kind->group, kind->key);
    print_source(line, &profile->number_sources[number]);
}

static void print_needed(const abl_profile *profile)
{
    if (!profile->context_needed)
        return;
    puts("");
    puts("needed from outside the images (--context):");
    for (unsigned n = 0; n < ABL_CONTEXT_FIELD_COUNT; n++)
        if (profile->context_needed >> n & 1u)
            printf("     %s: %s\n",
                   abl_context_field_name((abl_context_field)n),
                   abl_context_choices((abl_context_field)n));
}

static void print_profile(const abl_profile *profile)
{
    printf("profile %s: %s\n", profile->name, profile->title);
    printf("sha256 %s\n", profile->sha256);
    for (int n = 0; n < ABL_RULE_COUNT; n++)
        print_rule(&profile->rules[n]);
    puts("\nOther numbers. The half-width of the corridor in the axial plane, "
         "the longest\npath, the liver crossed, the angle and the calibre of "
         "vessels are those of R11,\nR10, R12, R13 and R7.");
    for (int n = 0; n < ABL_NUMBER_COUNT; n++)
        print_number(profile, (abl_profile_number)n);
    print_needed(profile);
    puts("\n[cited] read in the source; [convention] computed or decided in "
         "this\nproject; [unverified] common knowledge, no source was read.\n"
         "A value in the band is borderline; so is one whose 95 % interval\n"
         "crosses the limit. Unknown is never met.");
}

static int run(const abl_args *args)
{
    abl_error err = {ABL_OK, ""};
    abl_profile profile;
    const char *name = args->positional_count ? args->positionals[0] : "net";
    char what[ABL_PROFILE_CHOICE_BYTES];
    abl_status status = abl_profile_choose(what, args, name, &err);
    if (!status)
        status = abl_profile_load(&profile, what, &err);
    if (!status && abl_args_flag(args, "json"))
        status = abl_profile_write(stdout, &profile, &err);
    else if (!status)
        print_profile(&profile);
    return abl_exit_code(args, status, &err);
}

const abl_command abl_command_rules = {
    .name = "rules",
    .summary = "the limits in force, each with its source",
    .positionals = "[PROFILE]",
    .description =
        "Prints every limit of a profile with its borderline band, what\n"
        "failing it means, where it comes from, and how far that source was\n"
        "checked. PROFILE is a built-in name (net, strict, collision) or a\n"
        "JSON file, with overlays behind it (mwa, cryo, rfa, navigated, or\n"
        "files), as in strict+rfa+navigated; the default is net. 'ablascreen\n"
        "rules --json' prints the profile in the form in which one's own is\n"
        "written; a file with \"based_on\": \"net\" need only hold what\n"
        "differs.",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .min_positionals = 0,
    .max_positionals = 1,
    .run = run,
};
