/* A scenario under the canvas: its strip, what it does now, what it expects and has found, and in the end
 * how it came out. It shows what it is told; its buttons are actions of the window. */
#pragma once

#include <gtk/gtk.h>

#include "tb-scenario.h"
#include "tb-strip.h"

G_BEGIN_DECLS

#define TB_TYPE_SCENARIO_BAR (tb_scenario_bar_get_type ())
G_DECLARE_FINAL_TYPE (TbScenarioBar, tb_scenario_bar, TB, SCENARIO_BAR, GtkWidget)

typedef enum
{
  TB_SCENARIO_READY,   /* it has not begun: it could be run */
  TB_SCENARIO_RUNNING,
  TB_SCENARIO_PAUSED,  /* before a step: it waits for a person */
  TB_SCENARIO_OVER,
  TB_SCENARIO_REPLAYED /* of a recording */
} TbScenarioPhase;

/* One expectation. */
typedef struct
{
  char *text;         /* "availability of save during cut at least 95 %" */
  char *measured;     /* "99.8 % [99.1 %, 100 %] of 1240"; NULL: not yet */
  char *why;          /* NULL */
  TbStripMark mark;
  gboolean done;      /* nothing will change it any more */
  gboolean hidden;    /* asked, and its result not yet asked for */
} TbScenarioRow;

TbScenarioRow *tb_scenario_row_new (void);
void tb_scenario_row_free (gpointer row);

typedef struct
{
  TbScenarioPhase phase;
  TbStripNow now;
  const char *words;    /* "phase cut, 3.2 s left" */
  const char *question; /* NULL: none is put now */
  const char *answer;   /* with what is shown of it; NULL */
  const char *hint;     /* what the next key does; NULL */
  const GPtrArray *rows; /* of TbScenarioRow */
  TbScenarioEnd end;    /* when it is over */
  const char *sentence; /* NULL: it is not */
} TbScenarioShown;

GtkWidget *tb_scenario_bar_new (void);
/* Hides it where scenario is NULL. */
void tb_scenario_bar_set_scenario (TbScenarioBar *bar, const char *title, const TbElement *scenario);
void tb_scenario_bar_show (TbScenarioBar *bar, const TbScenarioShown *shown);
/* Larger, for a room: its strip; the rest follows by style. */
void tb_scenario_bar_set_scale (TbScenarioBar *bar, double scale);
/* What was measured stands below what is expected. */
void tb_scenario_bar_set_narrow (TbScenarioBar *bar, gboolean narrow);

/* Signal: "picked" (double place): on its strip. */

G_END_DECLS
