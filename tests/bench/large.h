/* The drawings that the window's benchmarks work on. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A hundred to a row: clients, servers, stores …, each called by the one before and, every other
 * one, by the one above: half as many links again as components. XML, (transfer full). */
char *tb_large_drawing (guint n_components);

/* Five layers and tiers, clients in the first, stores in the last, each component calling some below it, as it should
 * be; backwards: every 50th link leads up instead, so that there are circles, and much is wrong. At least as many
 * links as components. The same each time. XML, (transfer full). */
char *tb_layered_drawing (guint n_components, guint n_links, gboolean backwards);

G_END_DECLS
