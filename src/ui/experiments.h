/* The experiments that come with the program: files of data/examples by topic, found by typing. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Makes the tile of a drawing; NULL: it cannot be read. *words (transfer full): what it is found by. */
typedef GtkWidget *(*TbExperimentTile) (const char *path, char **words);

/* The tiles of each topic in the order of experiments.ini, made one an idle moment; empty where that is not
 * there. What is typed into entry, which must live as long, leaves those that it is about; rest is hidden
 * meanwhile. (transfer floating) */
GtkWidget *tb_experiments_new (TbExperimentTile tile, GtkWidget *entry, GtkWidget *rest);

G_END_DECLS
