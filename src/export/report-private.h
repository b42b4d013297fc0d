/* The report in two files: project-report.c (text and tables), report-charts.c (pictures). */
#pragma once

#include "projection-private.h"

#define TB_REPORT_SLOWEST 20
#define TB_REPORT_ROWS 500   /* of what happened */
#define TB_REPORT_CHARTS 40  /* links that have one */

typedef struct
{
  TbTour tour;
  FILE *out;
  TbLiveFrame *frame; /* of the moment that is shown */
  TbEvent slowest[TB_REPORT_SLOWEST];
  guint n_slowest;
} Report;

/* The sheet of pages that tell something: light, dark and on paper. */
extern const char tb_report_style[];
/* Escaped, without control characters. */
void tb_report_text (FILE *out, const char *text);
void tb_report_charts (const Report *report);
void tb_report_spacetime (const Report *report);
