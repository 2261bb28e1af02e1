#include "cli/list_metrics.h"
void list_metrics_print(void)
{
}
