/* Edits of scenarios: waits, phases, what is done in them, what is expected. Each is one undo step, or nothing
 * with an error of one sentence that says why it cannot be. Times are nanoseconds. Names are not looked up
 * here: whoever has a plan gives a check that does. */
#pragma once

#include "tb-scenario-line.h"

G_BEGIN_DECLS

#define TB_SCENARIO_SNAP_NS (G_GINT64_CONSTANT (100000000))   /* of a drag and of the arrow keys */
#define TB_SCENARIO_STRIDE_NS (G_GINT64_CONSTANT (1000000000)) /* with Shift */

/* What is wrong with an element as the model has it now, with the drawing in mind. (transfer full) NULL:
 * nothing. */
typedef char *(*TbScenarioCheck) (const TbModel *model, TbUid uid, gpointer data);

typedef struct
{
  TbDocument *document;
  TbScenarioCheck check; /* NULL: nothing is looked up */
  gpointer data;
} TbScenarioEdit;

/* ---- What there is to choose from ------------------------------------------------------------ */

typedef enum
{
  TB_NAMES_OF_CLIENTS = 1, /* built-in clients, whose load can be changed */
  TB_NAMES_OF_INSTANCES = 2, /* components, each of their instances, devices */
  TB_NAMES_OF_ROLES = 4,   /* orders/leader, of stores with several replicas */
  TB_NAMES_OF_LINKS = 8,
  TB_NAMES_OF_STORES = 16, /* stores and caches */
  TB_NAMES_OF_FAULTS = 32  /* all, which is every fault */
} TbScenarioNames;

/* Names in the drawing that may stand there, in its order: NULL-terminated. (transfer full) */
char **tb_scenario_names (const TbModel *model, guint of);
/* Conditions that mean something in this drawing: "ready", "orders has leader", "save carried 1000" …
 * (transfer full) */
char **tb_scenario_conditions (const TbModel *model);
/* Ids of a scenario's phases. (transfer full) */
char **tb_scenario_phases (const TbElement *scenario);

/* ---- Adding ---------------------------------------------------------------------------------- */

/* A new one with a phase of 5 s. name: NULL or "": the next that is free. */
TbUid tb_scenario_add (TbDocument *document, const char *name);
/* One property of what is added or changed; text NULL unsets. */
typedef struct
{
  TbProp prop;
  const char *text;
} TbScenarioValue;

/* kind: TB_KIND_WAIT, TB_KIND_PHASE, TB_KIND_DO (parent a phase) or TB_KIND_EXPECT (parent a scenario). A wait or
 * phase stands behind that one, or the one that holds an action; 0: behind the last. 0 with error where one value
 * is none, or the check refuses it. */
TbUid tb_scenario_insert (const TbScenarioEdit *edit, TbKind kind, TbUid parent, TbUid behind,
                          const TbScenarioValue *values, guint n, GError **error);

/* ---- Changing -------------------------------------------------------------------------------- */

/* All of them or, with error, none. A phase keeps the id that it got from its first name. */
gboolean tb_scenario_change (const TbScenarioEdit *edit, TbUid uid, const TbScenarioValue *values, guint n, GError **error);
/* Of a phase. It cannot end before what is done in it. */
gboolean tb_scenario_set_lasts (TbDocument *document, TbUid phase, gint64 ns, GError **error);
/* How long an action lasts; 0: until it is healed. */
gboolean tb_scenario_set_for (TbDocument *document, TbUid action, gint64 ns, GError **error);
/* Into a phase (its own one too), so long after that begins. */
gboolean tb_scenario_place_action (TbDocument *document, TbUid action, TbUid phase, gint64 at_ns, GError **error);
/* By so much, over into the phases beside it where it leaves its own. */
gboolean tb_scenario_shift_action (TbDocument *document, TbUid action, gint64 by_ns, GError **error);
/* A wait or phase before that child of its scenario, counted from 0. FALSE where it stands there. */
gboolean tb_scenario_move_step (TbDocument *document, TbUid step, guint before);
/* One place earlier (by < 0) or later: a wait, a phase, an expectation. FALSE where it is the first or last. */
gboolean tb_scenario_move_by (TbDocument *document, TbUid uid, int by);
/* A scenario, or anything in one; with a phase goes what is expected of it. */
void tb_scenario_remove (TbDocument *document, TbUid uid);

/* ---- Clipboard ------------------------------------------------------------------------------- */

/* A wait, phase, action or expectation, or a whole scenario, as text. (transfer full), NULL: it is none. */
char *tb_scenario_copy (const TbModel *model, TbUid uid);
/* Into a scenario: a step behind what `at` means, an action into its phase, at the same time in it; a whole
 * scenario beside it. Returns what came last; 0 with error where the text is nothing of the kind. */
TbUid tb_scenario_paste (TbDocument *document, TbUid scenario, TbUid at, const char *text, GError **error);

/* ---- Dragging -------------------------------------------------------------------------------- */

/*   idle ──tb_scenario_tool_press()──▶ pressed ──tb_scenario_tool_motion()──▶ dragging
 *     ▲                                   │                                      │
 *     └── tb_scenario_tool_release(), tb_scenario_tool_cancel() ──────────────────┘
 *
 * Nothing is written before the release, which is one undo step. */
typedef struct
{
  TbUid uid;
  TbScenarioLineKind kind;
  TbScenarioLinePart part;
  double from_x;
  gboolean dragging;
  gboolean wait;         /* what is pressed is one: it can be moved, not lengthened */
  gint64 grip_ns;        /* of an action, how far from its beginning it was taken */
  TbScenarioDrag drag;   /* how it would be, for tb_scenario_line_new() */
} TbScenarioTool;

/* FALSE: there is nothing that can be dragged. line: as it is drawn. */
gboolean tb_scenario_tool_press (TbScenarioTool *tool, const TbScenarioLine *line, double x, double y);
/* line: without the drag; fine: no snapping. TRUE: it would be otherwise now. */
gboolean tb_scenario_tool_motion (TbScenarioTool *tool, const TbModel *model, const TbScenarioLine *line, double x, gboolean fine);
/* FALSE with error: it cannot be, and nothing has changed. Without a motion it does nothing. */
gboolean tb_scenario_tool_release (TbScenarioTool *tool, TbDocument *document, GError **error);
void tb_scenario_tool_cancel (TbScenarioTool *tool);

G_END_DECLS
