/* The canvas: the drawing as tiles, and over it the live layer. One widget, one tab stop. */
#pragma once

#include <gtk/gtk.h>

#include "tb-edit.h"
#include "tb-session.h"

#include "signs.h"

G_BEGIN_DECLS

#define TB_TYPE_CANVAS (tb_canvas_get_type ())
G_DECLARE_FINAL_TYPE (TbCanvas, tb_canvas, TB, CANVAS, GtkWidget)

GtkWidget *tb_canvas_new (void);
/* NULL: an empty canvas. */
void tb_canvas_set_editor (TbCanvas *canvas, TbEditor *editor);
TbEditor *tb_canvas_editor (TbCanvas *canvas);
/* The same, of another state of the same drawing: what is in sight stays where it is. */
void tb_canvas_swap_editor (TbCanvas *canvas, TbEditor *editor);
/* The run to show over the drawing; NULL: none. The canvas asks it for frames while it is mapped
 * and the run goes on; "live-frame" hands each one to the window. */
void tb_canvas_set_session (TbCanvas *canvas, TbSession *session);
/* How far back the figures beside links look; the last second until it is set. */
void tb_canvas_set_span (TbCanvas *canvas, TbSpan span);
TbLiveFrame *tb_canvas_live_frame (TbCanvas *canvas); /* (transfer none), NULL */
/* How that frame and those before it are judged: what the pills say is what others should say. Borrowed. */
const TbSigns *tb_canvas_signs (TbCanvas *canvas);

double tb_canvas_zoom (TbCanvas *canvas);
void tb_canvas_set_zoom (TbCanvas *canvas, double zoom); /* 0.02 … 8, about the middle */
void tb_canvas_zoom_to_fit (TbCanvas *canvas);
/* How large it becomes by that at most; 1: a small drawing stays as it is. */
void tb_canvas_set_fit_most (TbCanvas *canvas, double zoom);
void tb_canvas_zoom_to_selection (TbCanvas *canvas);
/* In widget pixels, as the wheel does. */
void tb_canvas_scroll_by (TbCanvas *canvas, double dx, double dy);
void tb_canvas_scroll_to (TbCanvas *canvas, TbUid uid);
/* What of the world is seen, and seeing that point in the middle. */
TbRect tb_canvas_view (TbCanvas *canvas);
void tb_canvas_center_on (TbCanvas *canvas, const TbPoint *world);
/* Badges at what these are about, errors and warnings; borrowed for the call. NULL: none. */
void tb_canvas_set_problems (TbCanvas *canvas, const TbProblems *problems);
/* What of the drawing is marked as failing; n 0: nothing. Copied. */
typedef enum
{
  TB_FAILS_GONE,
  TB_FAILS_STOPS,
  TB_FAILS_ALONE /* it would stop a client */
} TbFails;

typedef struct
{
  TbUid uid;
  guint replica; /* 0: all of it */
  TbFails fails;
} TbFailing;

void tb_canvas_set_failing (TbCanvas *canvas, const TbFailing *failing, guint n);
/* A figure that is no measurement, on the lower edge of a card or beside a link, with a dotted outline. */
typedef struct
{
  TbUid uid;
  const char *text;
  gboolean warns;
} TbCanvasMark;
/* Shows these and no others; copied. */
void tb_canvas_set_marks (TbCanvas *canvas, const TbCanvasMark *marks, guint n);
/* What is drawn for an element, or for the nearest that it is a part of; 0: nothing. */
TbUid tb_canvas_drawn_for (TbCanvas *canvas, TbUid uid);
/* Edits the name of an element in place. */
void tb_canvas_rename (TbCanvas *canvas, TbUid uid);
void tb_canvas_to_world (TbCanvas *canvas, double x, double y, TbPoint *world);
void tb_canvas_from_world (TbCanvas *canvas, const TbPoint *world, double *x, double *y);
/* Where on the drawing the pointer is; FALSE: it is not over the canvas. */
gboolean tb_canvas_pointer (TbCanvas *canvas, TbPoint *world);
/* Median and worst main-thread time of the last 200 frames, for bench and tests. */
typedef struct
{
  guint n;
  gint64 median_ns, p95_ns, max_ns;
} TbFrameTimes;
TbFrameTimes tb_canvas_frame_times (TbCanvas *canvas);
/* The same, of taking a frame of the run in: reading it, dots, figures, and whoever hears "live-frame". */
TbFrameTimes tb_canvas_delivery_times (TbCanvas *canvas);
void tb_canvas_reset_frame_times (TbCanvas *canvas);
/* Live frames a second: 60, 30 or 15, whichever keeps drawing under a quarter of a core. */
guint tb_canvas_live_rate (TbCanvas *canvas);
/* Gives the element the keyboard's focus on the canvas, selected and in sight. */
void tb_canvas_focus_element (TbCanvas *canvas, TbUid uid);
/* Keys that are the canvas's own, for help: those of commands stand in their table. */
typedef struct
{
  const char *accel, *label;
} TbKeyRow;
const TbKeyRow *tb_canvas_key_rows (guint *n);
/* Dims everything but these; NULL: nothing, with n 0 all of it. */
void tb_canvas_set_matches (TbCanvas *canvas, const TbUid *uids, guint n);
/* Shows on the canvas which link would be made, or with a reason that it would not; to 0: only from
 * where, from 0: none. */
void tb_canvas_point_link (TbCanvas *canvas, TbUid from, TbUid to, const char *reason);
/* Shows a moment of the past instead of what goes on; "live-frame" is told of that all the same. frame:
 * (transfer full), NULL: back to what goes on. speed: at which it is played; 0: it stands, and then of
 * its events the last `moving` go their way. */
void tb_canvas_show_past (TbCanvas *canvas, TbLiveFrame *frame, double speed, guint moving);
/* What became of the messages of this run on the canvas: each is in one of the first five. */
typedef struct
{
  guint64 requests, replies, one_way; /* shown as a dot each */
  guint64 streamed;                   /* of links too busy for that */
  guint64 not_shown;                  /* could not be shown: missed, or too many at once */
  guint64 dropped, duplicated;        /* of those with a dot of their own */
  guint under_way;                    /* dots there are now */
  double slowness;                    /* how many times slower than in truth; 0: not known */
} TbDotCount;
TbDotCount tb_canvas_dot_count (TbCanvas *canvas);
/* For tests and replay: shows a frame from elsewhere. Taken over; release (may be NULL) is called
 * when the next one comes. */
void tb_canvas_show_frame (TbCanvas *canvas, TbLiveFrame *frame,
                           void (*release) (TbLiveFrame *frame));

/* Signals: "zoom-changed" (); "view-changed" (), with each pan, zoom and change of its size; "live-frame" (TbLiveFrame *); "context-menu" (guint uid, guint
 * replica (0: none), double x, double y). Drops of a string that is a palette row's name (it may be
 * written "tierboard-palette:NAME") create an element. */

G_END_DECLS
