/*
 * list_metrics.c: the catalogue of metrics, section by section.
 */
#include "cli/list_metrics.h"

#include "aggregate/metric_catalogue.h"

#include <stdio.h>
#include <string.h>

void list_metrics_print(void)
{
    for (const struct section_entry *section = metric_catalogue_sections; section->name;
         section++) {
        printf("  %s\n", section->title);
        for (const struct metric_entry *entry = metric_catalogue; entry->name; entry++)
            if (strcmp(entry->section, section->name) == 0)
                printf("    %-30s %s\n", entry->name, entry->meaning);
    }
}
