/* Figures for people: thin spaces, three digits at most, the unit that fits. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TB_THIN_SPACE "\u202f" /* narrow, and no line breaks at it */

/* 1240.4 → "1 240/s", 3.25 → "3.3/s" (transfer full) */
char *tb_figure_rate (double per_second);
/* 8200000 → "8.2 ms" */
char *tb_figure_duration (gint64 ns);
/* "1.2 MB/s" */
char *tb_figure_bytes_rate (double bytes_per_second);

G_END_DECLS
