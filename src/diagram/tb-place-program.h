/* A conversation with tierboard-place: a request in, an answer out, and an end at the deadline. */
#pragma once

#include <glib.h>

/* mode: its argument, NULL: none. FALSE with error where it could not be started, failed, was too slow or said too much. */
gboolean tb_place_ask (const char *program, const char *mode, const char *request, gsize size, gint64 deadline_ns,
                       GString *answer, GError **error);
