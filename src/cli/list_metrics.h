/* list_metrics.h: the catalogue of metrics on stdout. */
#ifndef ASSAY_CLI_LIST_METRICS_H
#define ASSAY_CLI_LIST_METRICS_H

void list_metrics_print(void);

#endif
