/* A scenario out of what was done to a run: by hand, from outside, by clicks. */
#pragma once

#include "tb-past.h"
#include "tb-scenario.h"

G_BEGIN_DECLS

/* Adds a scenario to a document, as one undo step, that does what was done to that run, at those times:
 * phases and what is done in them, waits where what came next came after everything was ready again or a leader
 * was there, a heal at the end. What was removed or taken back later has a `for`. Who led when it was struck is
 * named as the leader, since another one may lead next time.
 *
 * expect: what was measured, where 50 or more requests say something, becomes expectations with a margin: of
 * each link that a client calls over, the availability in each phase and the share of errors of all. Nothing is
 * expected that was not measured.
 *
 * name: NULL: “What was done”. notes (may be NULL) gets sentences (char *, owned) about what a scenario cannot
 * say. Returns its uid; 0 with error where nothing was done. */
TbUid tb_scenario_from_past (TbPast *past, TbDocument *document, const char *name, gboolean expect, GPtrArray *notes,
                             GError **error);

G_END_DECLS
