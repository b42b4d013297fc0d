/* The drawing that the window's benchmarks work on. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A hundred to a row: clients, servers, stores …, each called by the one before and, every other
 * one, by the one above: half as many links again as components. XML, (transfer full). */
char *tb_large_drawing (guint n_components);

G_END_DECLS
