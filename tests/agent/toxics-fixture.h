/* A client that dials link "call" of a server, with faults between: for tests of what these do. */
#pragma once

#include "taps-fixture.h"

#define TOXICS_PORT 7200
#define MS TB_NS_PER_MS

/* The server answers lines, by HTTP where that is the link's protocol; started. */
void toxics_begin (Fixture *fx, TbProto proto);
/* Runs a client in a child, to its end. */
void toxics_run (Fixture *fx, FxFunc client);
TbTapCounters toxics_row (Fixture *fx);
/* All of that with one fault, and what the tap counted. */
TbTapCounters toxics_with (TbProto proto, const char *toxic, FxFunc client);

/* In a child. */
gboolean toxics_says (int fd, const char *what);
gboolean toxics_hears (int fd, const char *what);
/* Says a line, and hears its answer. */
gboolean toxics_asks (int fd);
gboolean toxics_is_quiet (int fd, int ms);
/* The time since `begin`, in ms. */
gint64 toxics_ms_since (gint64 begin);
