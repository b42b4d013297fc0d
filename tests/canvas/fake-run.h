/* A run made by hand: frames for the canvas without an agent. */
#pragma once

#include "tb-model.h"
#include "tb-session.h"

typedef struct _FakeRun FakeRun;

/* rate: requests a second of every link, but links vary around it; at most max_links of them. With
 * broken, the first link is cut, the last not tapped, and instances are in all states. */
FakeRun *fake_run_new (const TbModel *model, double rate, gboolean broken, guint max_links);
void fake_run_free (FakeRun *run);
/* What happened since the frame before. Owned by the run, until the next one. */
TbLiveFrame *fake_run_frame (FakeRun *run, gint64 now_ns);
void fake_run_set_cut (FakeRun *run, guint link, gint64 since_ns);
