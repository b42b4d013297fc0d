/* What the files of this module share: the editor's fields, and the steps that several of its
 * gestures and commands are made of. */
#pragma once

#include "tb-edit.h"

G_BEGIN_DECLS

#define TB_GRID 20.0
#define TB_CARD_WIDTH 176.0
#define TB_CARD_HEIGHT 68.0

/* Bits of containers that a component can be dropped into. */
#define TB_CONTAINER_BITS ((1u << TB_ITEM_LAYER) | (1u << TB_ITEM_TIER) | (1u << TB_ITEM_GROUP))

typedef enum
{
  TB_TOOL_IDLE,
  TB_TOOL_PRESSED, /* the button is down, the pointer has not gone far enough for a drag */
  TB_TOOL_MOVING,
  TB_TOOL_RESIZING,
  TB_TOOL_LINKING,
  TB_TOOL_BANDING,
  TB_TOOL_CREATING /* a palette row follows the pointer; the next press puts it down */
} TbToolState;

typedef struct
{
  TbUid uid;
  TbItemKind kind;
  TbRect rect;
} TbFrameRect;

/* One gesture. What each state may trust stands at the machine in tools.c. */
typedef struct
{
  TbToolState state;
  TbPoint press, pointer;
  TbModifiers mods;
  double scale;
  TbUid pressed;         /* item under the press, 0: none */
  gboolean was_selected; /* before the press */
  gboolean moves;        /* a drag from here moves, else it draws a band */
  TbUid folds;           /* the container whose fold button was pressed, 0: none */
  int handle;            /* resize handle, -1: none */
  TbRect rect0, rect;
  TbUid link_from, target;
  TbSide link_side;    /* of link_from: whose handle was pressed */
  GHashTable *refused; /* LINKING: uids that cannot be its end */
  const char *reason;
  double dx, dy;
  GArray *moving; /* TbFrameRect: what moves, with its place before */
  GArray *moving_uids; /* TbUid: the same, without places */
  GArray *frames; /* TbFrameRect: the containers before the move */
  GArray *band_base; /* TbUid: selected before the band */
  const TbPaletteRow *create;
} TbTool;

struct _TbEditor
{
  GObject parent_instance;

  TbDocument *document;
  TbScene *scene;
  char *view_id;
  GArray *selection;    /* TbUid, in the order of selecting */
  GHashTable *selected; /* the same as a set */
  TbTool tool;
  TbUid hover;
  TbCursor cursor;
  gulong changed_id;
  GHashTable *links_of; /* describe.c: component id → its links; NULL: not known now */
  GArray *trail; /* TbUid of views that drill-downs were opened from, the latest last */
};

const TbModel *tb_editor_model (TbEditor *editor);
const TbElement *tb_editor_element (TbEditor *editor, TbUid uid);
gboolean tb_editor_bounds (TbEditor *editor, TbUid uid, TbItemKind *kind, TbRect *rect);
void tb_editor_emit_dirty (TbEditor *editor, GArray *dirty);
void tb_editor_emit_gesture (TbEditor *editor);
void tb_editor_message (TbEditor *editor, const char *format, ...) G_GNUC_PRINTF (2, 3);
void tb_editor_emit_view (TbEditor *editor);
/* After edits of views: views on the way back may be gone. */
void tb_editor_views_changed (TbEditor *editor);
void tb_editor_emit_rename (TbEditor *editor, TbUid uid);
void tb_editor_emit_ask (TbEditor *editor, const char *what);

/* describe.c */
typedef struct
{
  GArray *out, *in; /* TbUid, in file order */
} TbLinksOf;
/* The links of a component, found in one pass for all and kept until the document changes; NULL
 * where it has none. */
const TbLinksOf *tb_editor_links_of (TbEditor *editor, const TbElement *component);
void tb_editor_emit_link_dropped (TbEditor *editor, TbUid from, TbPoint at);

/* places.c: inside a transaction. */
TbUid tb_editor_ensure_view (TbEditor *editor);
typedef struct
{
  TbEditor *editor;
  TbUid view;
  GHashTable *by_id; /* char * → TbUid of the place */
} TbPlaces;

void tb_places_begin (TbPlaces *places, TbEditor *editor);
void tb_places_end (TbPlaces *places);
gboolean tb_places_has (TbPlaces *places, TbUid uid);
void tb_places_set (TbPlaces *places, TbUid uid, const TbRect *rect, gboolean with_size);
/* A place that then says nothing is taken away. */
void tb_places_set_folded (TbPlaces *places, TbUid container, gboolean folded);
void tb_places_set_hidden (TbPlaces *places, TbUid uid, gboolean hidden);
/* Gives every card without a place the one it is seen at, so that writing one place moves no other. */
void tb_places_pin (TbPlaces *places);
/* Position among the root's children where an element of a kind belongs. */
guint tb_editor_insert_position (TbEditor *editor, TbKind kind);
double tb_editor_snap (double v);
/* Containers with their bounds now. (transfer full) of TbFrameRect */
GArray *tb_editor_frames (TbEditor *editor);
/* Selected things that can move, with the members of containers. (transfer full) */
GArray *tb_editor_moving_set (TbEditor *editor);
/* One undo step: moves them and gives components the attributes of the frame they land in. */
void tb_editor_apply_move (TbEditor *editor, GArray *moving, GArray *frames, double dx, double dy,
                           const char *merge_key);
/* Sets tier=, layer=, group= of a component whose card stands at rect. */
void tb_editor_land (TbEditor *editor, TbUid component, const TbRect *rect, GArray *frames,
                     GHashTable *moved_along);
/* The container of a component that rect would land in, for highlighting: the innermost. */
TbUid tb_editor_landing (GArray *frames, const TbRect *rect, GHashTable *moved_along);

/* legal.c: NULL where a link is legal; otherwise why not. */
const char *tb_editor_link_reason (TbEditor *editor, TbUid from, TbUid to);

/* views.c: whether the present view lays itself out: a drag sets attributes, never places. */
gboolean tb_editor_arranges_itself (TbEditor *editor);
/* What a new component gets from where it is made: a drill-down's container. In a transaction. */
void tb_editor_land_inside (TbEditor *editor, TbUid component);

/* create.c */
char *tb_editor_fresh_name (const TbModel *model, TbKind kind, const char *label);
void tb_editor_set_checked (TbEditor *editor, TbUid uid, TbProp prop, const char *text);
/* What a new component is born with: its kind, and what it offers and does, or its template. */
void tb_editor_fill_component (TbEditor *editor, TbUid uid, const TbPaletteRow *row);
/* As tb_editor_link() does, with an id of its own; NULL: from its ends. */
TbUid tb_editor_link_as (TbEditor *editor, TbUid from, TbUid to, const char *id, GError **error);
/* duplicate.c */
void tb_editor_duplicate (TbEditor *editor);

/* A file's commands; command-sets.c joins them. */
typedef struct
{
  const TbCommandRow *rows;
  guint n;
} TbCommandSet;

extern const TbCommandSet tb_commands_basic; /* commands.c */
extern const TbCommandSet tb_commands_ask;   /* ask.c */
extern const TbCommandSet tb_commands_connect; /* connect.c */
extern const TbCommandSet tb_commands_fold;  /* commands-fold.c */
extern const TbCommandSet tb_commands_views; /* views.c */
extern const TbCommandSet tb_commands_clip;    /* clip.c */
extern const TbCommandSet tb_commands_remove;  /* remove.c */
extern const TbCommandSet tb_commands_group;   /* group.c */
extern const TbCommandSet tb_commands_select;  /* select.c */

void tb_tool_clear (TbTool *tool);

G_END_DECLS
