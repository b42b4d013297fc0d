/* Editing without a window: selection, tools as state machines, commands. The canvas feeds it
 * pointer and keys in world coordinates and draws what it says; tests do the same without GTK. */
#pragma once

#include <glib-object.h>

#include "tb-diagram.h"
#include "tb-model.h"

G_BEGIN_DECLS

#define TB_TYPE_EDITOR (tb_editor_get_type ())
G_DECLARE_FINAL_TYPE (TbEditor, tb_editor, TB, EDITOR, GObject)

/* One open view of a document: keeps the scene in step with it. */
TbEditor *tb_editor_new (TbDocument *document, const char *view_id);
/* The same for a window: what takes long to route is routed on a thread and drawn straight until
 * then; the default main context must run. */
TbEditor *tb_editor_new_aside (TbDocument *document, const char *view_id);
/* What of the drawing is on the screen: it is routed first. */
void tb_editor_set_seen (TbEditor *editor, const TbRect *seen);
/* Whether links wait for their ways. */
gboolean tb_editor_is_routing (TbEditor *editor);
TbDocument *tb_editor_document (TbEditor *editor);
const TbScene *tb_editor_scene (TbEditor *editor);

/* ---- Views ----------------------------------------------------------------------------------- */

/* Shows another view; NULL: the first. The selection stays where the new view has it too. Forgets
 * the way back, unless it is a view on that way. */
void tb_editor_set_view (TbEditor *editor, const char *view_id);
/* The view shown; 0 before the document has one. */
TbUid tb_editor_view (TbEditor *editor);
/* Looks into a group, tier, layer, middleware or component: its drill-down is shown, and made first
 * where there is none (one undo step). FALSE where it is nothing of the kind. */
gboolean tb_editor_drill_down (TbEditor *editor, TbUid uid);
/* Back to where the drill-down was opened; from one opened otherwise, to the first view that is
 * none. FALSE where there is nothing to go back to. */
gboolean tb_editor_drill_up (TbEditor *editor);
/* The way to the present view: views from the outermost to it, by where drill-downs were opened.
 * Appends TbUid; nothing before the document has a view. */
void tb_editor_trail (TbEditor *editor, GArray *views);
/* New views are shown at once; each is one undo step. name NULL: after its kind. */
TbUid tb_editor_add_view (TbEditor *editor, TbViewKind kind, const char *name);
TbUid tb_editor_duplicate_view (TbEditor *editor, TbUid view);
/* FALSE where it is the last one. */
gboolean tb_editor_delete_view (TbEditor *editor, TbUid view);

/* ---- Selection ------------------------------------------------------------------------------- */

const TbUid *tb_editor_selection (TbEditor *editor, guint *n);
gboolean tb_editor_is_selected (TbEditor *editor, TbUid uid);
TbUid tb_editor_selected_one (TbEditor *editor); /* 0 unless exactly one */
void tb_editor_select (TbEditor *editor, const TbUid *uids, guint n);
void tb_editor_select_one (TbEditor *editor, TbUid uid); /* 0: nothing */
void tb_editor_toggle (TbEditor *editor, TbUid uid);

/* ---- Pointer and keys ------------------------------------------------------------------------ */

typedef enum
{
  TB_MOD_SHIFT = 1 << 0,
  TB_MOD_CTRL = 1 << 1,
  TB_MOD_ALT = 1 << 2
} TbModifiers;

/* scale: screen pixels per world unit, for tolerances that are the same to the eye at any zoom. */
void tb_editor_press (TbEditor *editor, double x, double y, TbModifiers mods, double scale);
void tb_editor_motion (TbEditor *editor, double x, double y, TbModifiers mods, double scale);
void tb_editor_release (TbEditor *editor, double x, double y, TbModifiers mods, double scale);
void tb_editor_cancel (TbEditor *editor); /* Escape: the gesture leaves no trace */
void tb_editor_leave (TbEditor *editor);  /* the pointer left the canvas */

typedef enum
{
  TB_CURSOR_DEFAULT,
  TB_CURSOR_MOVE,
  TB_CURSOR_LINK,
  TB_CURSOR_RESIZE_H,
  TB_CURSOR_RESIZE_V,
  TB_CURSOR_RESIZE_NWSE,
  TB_CURSOR_RESIZE_NESW,
  TB_CURSOR_FORBIDDEN
} TbCursor;

TbCursor tb_editor_cursor (TbEditor *editor);

/* What the live layer draws for the gesture in progress. */
typedef enum
{
  TB_GESTURE_NONE,
  TB_GESTURE_MOVE,
  TB_GESTURE_RESIZE,
  TB_GESTURE_LINK,   /* from a handle to the pointer */
  TB_GESTURE_BAND,   /* rubber band */
  TB_GESTURE_CREATE, /* a palette kind follows the pointer */
  TB_GESTURE_ROOM,   /* all beyond a line moves away from it */
  TB_GESTURE_ROUTE,  /* a link's way is bent: tb_editor_gesture_points() */
  TB_GESTURE_LABEL,  /* a link's label follows the pointer */
  TB_GESTURE_TIDY    /* places are offered: tb_editor_tidy_places() */
} TbGesture;

typedef struct
{
  TbGesture gesture;
  TbRect rect;        /* RESIZE, BAND, CREATE, LABEL */
  TbPoint from, to;   /* LINK; ROOM: where it began, and the pointer */
  TbUid target;       /* LINK: what it would connect to; MOVE, CREATE: container it would enter */
  const char *reason; /* LINK: why not there; NULL where it may */
  const char *caution; /* LINK: it may, and a reviewer would ask; NULL */
  double dx, dy;      /* MOVE, ROOM */
} TbGestureState;

TbGestureState tb_editor_gesture (TbEditor *editor);
/* What a MOVE moves: the selection, with the members of containers. NULL, 0 at other times. */
const TbUid *tb_editor_moving (TbEditor *editor, guint *n);
/* Whose link handles show (the component under the pointer), 0: none. */
TbUid tb_editor_hover (TbEditor *editor);
/* Link handles of a component: one in the middle of each side. Resize handles: of a container or
 * note eight, of a component its four corners. Returns the count. */
guint tb_editor_link_handles (TbEditor *editor, TbUid uid, TbPoint out[4]);
guint tb_editor_resize_handles (TbEditor *editor, TbUid uid, TbPoint out[8]);
/* A second press on what needs no name edited: a bend goes away. FALSE where it meant nothing. */
gboolean tb_editor_double_press (TbEditor *editor, double x, double y, double scale);

/* ---- Guides and grid ------------------------------------------------------------------------- */

typedef enum
{
  TB_GUIDE_EDGE,   /* two or more edges lie on it */
  TB_GUIDE_CENTRE, /* two or more middles lie on it */
  TB_GUIDE_GAP,    /* spans a gap that is as wide as another one drawn with it */
  TB_GUIDE_SIZE    /* spans a side that is as long as what is resized */
} TbGuideKind;

/* A horizontal or vertical line in world coordinates. */
typedef struct
{
  TbGuideKind kind;
  TbPoint from, to;
} TbGuide;

/* What the drag in progress is aligned with now. Valid until the next motion; NULL, 0: nothing. */
const TbGuide *tb_editor_guides (TbEditor *editor, guint *n);
/* Whether a drag comes to stand on the grid (while neither Ctrl nor Alt is held) and the grid is
 * drawn; on at first. Emits "options-changed". */
gboolean tb_editor_grid (TbEditor *editor);
void tb_editor_set_grid (TbEditor *editor, gboolean on);

/* ---- A link's parts -------------------------------------------------------------------------- */

typedef enum
{
  TB_LINK_START,  /* its end at the caller */
  TB_LINK_END,    /* its end at the called */
  TB_LINK_BEND,   /* a bend that a person made */
  TB_LINK_SEGMENT /* the middle of a straight part */
} TbLinkPartKind;

typedef struct
{
  TbLinkPartKind kind;
  guint index; /* of the bend, or of the corner before the segment */
  TbPoint at;
} TbLinkPart;

/* What can be dragged of a link, to be drawn while it is selected: appends TbLinkPart, those to be
 * tried first at a press first. scale: segments too short for the eye have no handle. */
void tb_editor_link_parts (TbEditor *editor, TbUid link, double scale, GArray *parts);
/* The way as it would be now (ROUTE); NULL, 0 at other times. Valid until the next motion. */
const TbPoint *tb_editor_gesture_points (TbEditor *editor, guint *n);

/* ---- Arranging ------------------------------------------------------------------------------- */

/* What the others are aligned with or made the size of: the element that was added to the selection
 * last by itself. 0: a band or a command selected them, and the outermost counts. */
TbUid tb_editor_reference (TbEditor *editor);

/* The next drag makes room, or takes it back: everything right of (or below) where it begins
 * moves along. Escape drops it. */
void tb_editor_begin_room (TbEditor *editor);

/* Offers new places for what is selected, or where nothing is, for what has no place yet; all else
 * stays where it is. Nothing is written before tb_editor_tidy_apply(), which is one undo step;
 * tb_editor_cancel() drops it. FALSE with error where there is nothing to tidy. */
gboolean tb_editor_tidy_begin (TbEditor *editor, GError **error);
const TbPlacement *tb_editor_tidy_places (TbEditor *editor, guint *n); /* NULL, 0: not offered */
void tb_editor_tidy_apply (TbEditor *editor);

/* ---- Creating -------------------------------------------------------------------------------- */

/* What the palette offers: one row each. */
typedef struct
{
  const char *name;  /* "client", "tier", "note", "redis" … */
  const char *label; /* "Client" */
  const char *section; /* "Components", "Structure", "Real programs" */
  TbKind kind;
  TbRole role;       /* COMPONENT */
  const char *template_name; /* a real program; NULL */
  const char *shape;         /* NOTE: "text", "frame"; NULL: paper */
} TbPaletteRow;

const TbPaletteRow *tb_palette (guint *n);
/* NULL where no row has that name. */
const TbPaletteRow *tb_palette_find (const char *name);
/* The row follows the pointer until the next press puts it down or tb_editor_cancel() drops it. */
void tb_editor_begin_create (TbEditor *editor, const TbPaletteRow *row);
/* A new element near (x, y), or where there is room; selected, one undo step. A link to it where
 * link_from ≠ 0 and that is legal. Returns its uid. */
TbUid tb_editor_create (TbEditor *editor, const TbPaletteRow *row, double x, double y,
                        TbUid link_from);
/* One undo step; 0 with error (why not, in words) where the relation is not legal. */
TbUid tb_editor_link (TbEditor *editor, TbUid from, TbUid to, GError **error);
gboolean tb_editor_set (TbEditor *editor, TbUid uid, TbProp prop, const char *text,
                        GError **error);

/* One undo step: containers drawn as boxes, or with what is in them. What is hidden by it leaves the
 * selection to its box. */
void tb_editor_set_folded (TbEditor *editor, const TbUid *containers, guint n, gboolean folded);

/* ---- Style ----------------------------------------------------------------------------------- */

/* The rule about everything that is, in that respect (KIND, TAG, LAYER, TIER or GROUP), as this
 * element: made where there is none yet, one undo step. 0 where the element has no such thing. */
TbUid tb_editor_style_like (TbEditor *editor, TbUid uid, TbProp condition);
/* One rule up (-1) or down (1): later rules win. FALSE at the ends. */
gboolean tb_editor_move_rule (TbEditor *editor, TbUid rule, int step);
/* "All of kind store, in Data". (transfer full) */
char *tb_style_rule_title (const TbModel *model, const TbElement *rule);

/* ---- Commands -------------------------------------------------------------------------------- */

/* One row each: menu, key, palette and help read it. */
typedef struct
{
  const char *name;  /* "delete": action "edit.delete" */
  const char *label; /* "Delete" */
  const char *accel; /* "<Control>z", NULL */
  const char *help;
  gboolean (*enabled) (TbEditor *editor);
  void (*run) (TbEditor *editor);
  const char *section; /* heading in help and the submenu it stands in; never NULL */
  gboolean in_menu;    /* stands in the context menu while it is enabled */
  const char *needs;   /* what it waits for while it is not enabled: "two components"; NULL: a
                        * selection */
  /* Why it cannot be done, a sentence without a full stop that does not change over versions; NULL
   * where it can. Instead of needs, where there are several reasons. */
  const char *(*refusal) (TbEditor *editor);
} TbCommandRow;

const TbCommandRow *tb_commands (guint *n);
/* Why a command is not enabled now, as a sentence without a full stop; NULL where it is.
 * (transfer full) */
char *tb_command_reason (TbEditor *editor, const TbCommandRow *row);
/* False where there is none or it is not enabled now. */
gboolean tb_editor_run (TbEditor *editor, const char *command);

/* The next item from the selected one in a direction (dx, dy of -1, 0, 1), geometrically; 0, 0 goes
 * on in reading order. 0 where there is none. */
TbUid tb_editor_neighbour (TbEditor *editor, TbUid from, int dx, int dy);
/* The same, forwards (1) or backwards (-1), through every item: containers, cards, notes, and each
 * link after its caller; from nothing, the first or last. 0 at the end. */
TbUid tb_editor_reading_step (TbEditor *editor, TbUid from, int step);
/* "Shop, server, 3 replicas, 2 links out, 1 in": what a screen reader says. (transfer full) */
char *tb_editor_describe (TbEditor *editor, TbUid uid);
/* What it is called alone: "Shop", "Link from Shop to Orders". (transfer full) */
char *tb_editor_spoken_name (TbEditor *editor, TbUid uid);
/* The rest: "server, stateless, 3 replicas, Application tier; calls Orders". (transfer full) */
char *tb_editor_details (TbEditor *editor, TbUid uid);

/* Signals: "options-changed" (), grid; "selection-changed" (); "scene-changed" (const TbRect *dirty, guint n), after document
 * changes and previews; "gesture-changed" (); "rename" (guint uid): edit its name in place;
 * "message" (const char *sentence): for a toast; "ask" (const char *what): "create" for a new
 * element by typing, "connect" for what the selected component is to be linked to; "view-changed" ():
 * another view is shown, or the present one is called otherwise or of another kind. */

G_END_DECLS
