/* The real editor inside a benchmark: its application without a start page, with settings that are nobody's. */
#pragma once

#include <adwaita.h>

#include "application.h"

G_BEGIN_DECLS

/* A folder for settings, data and state, which the environment names from here on. (transfer full) */
char *tb_bench_folder_new (void);
/* Ends it and frees the name. */
void tb_bench_folder_remove (char *folder);

/* Registered and held: windows can be opened in it, and it opens none. (transfer full) */
TbApplication *tb_bench_application_new (void);

/* The first of the type, widget itself included; NULL: none. */
GtkWidget *tb_bench_find (GtkWidget *widget, GType type);
/* Lets the main loop work for as long. */
void tb_bench_run_for (guint ms);

G_END_DECLS
