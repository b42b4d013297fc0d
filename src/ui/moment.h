/* Which moment of which run the panels and the canvas show: one for each sheet, so that all of it is
 * about the same instant.
 *
 *   nothing ──set_past()──▶ live ──go(), step(), select()──▶ fixed ──play()──▶ playing
 *                            ▲ ▲                              │ ▲                │
 *                            │ └──────────follow()────────────┘ └──pause: play (0), the end of what
 *                            └──the end of what is known, while the run goes on──┘     is over
 *
 * live follows the newest, and is there only while the run goes on; the run itself is not touched by
 * any of it. */
#pragma once

#include "tb-past.h"

G_BEGIN_DECLS

#define TB_TYPE_MOMENT (tb_moment_get_type ())
G_DECLARE_FINAL_TYPE (TbMoment, tb_moment, TB, MOMENT, GObject)

/* No event. */
#define TB_MOMENT_NONE G_MAXUINT64

TbMoment *tb_moment_new (void);
/* running: more may come. NULL: nothing is shown. The same past with another running keeps the moment. */
void tb_moment_set_past (TbMoment *moment, TbPast *past, gboolean running);
/* (transfer none), NULL: none. */
TbPast *tb_moment_past (TbMoment *moment);
gboolean tb_moment_is_live (TbMoment *moment);
/* Whether more may come of it. */
gboolean tb_moment_is_running (TbMoment *moment);
/* What is shown, of the monotonic clock of the run; the newest where it is live; 0: nothing. */
gint64 tb_moment_time_ns (TbMoment *moment);
/* To that time, as far as it is known. Ends playing, and lets go of what is selected. */
void tb_moment_go (TbMoment *moment, gint64 time_ns);
/* To the newest, and on with it where the run goes on. */
void tb_moment_follow (TbMoment *moment);
/* To the next message, or the one before (by < 0), and selects it; stays where there is none. */
void tb_moment_step (TbMoment *moment, int by);
/* 1: as fast as it was; 0.1: slowly; 0: pause. From the beginning where it stands at the end of what is over. */
void tb_moment_play (TbMoment *moment, double speed);
/* 0: it does not play. */
double tb_moment_speed (TbMoment *moment);
/* Moves what plays on to that time of the display's clock; its own timer calls it. */
void tb_moment_advance (TbMoment *moment, gint64 now_ns);
/* That event, by its position, and its time; TB_MOMENT_NONE lets go and stays. */
void tb_moment_select (TbMoment *moment, guint64 position);
guint64 tb_moment_selected (TbMoment *moment);

/* Signals: "past-changed" (): another run, or that it goes on no more. "grown" (): more is known, at most
 * four times a second. "moved" (): another time is shown, not for each instant of live. "selected" (). */

G_END_DECLS
