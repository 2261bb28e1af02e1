/*
 * html_assets.h: the style and the script of report.html, from src/report/html/, put into the
 * program by cmake/ReportAssets.cmake. Static data; thread: any.
 */
#ifndef ASSAY_REPORT_HTML_ASSETS_H
#define ASSAY_REPORT_HTML_ASSETS_H

#include "base/strview.h"

extern const struct strview html_assets_style, html_assets_script;

#endif
