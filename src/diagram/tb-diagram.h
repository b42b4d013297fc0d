/* The picture: one scene, two painters.
 *
 * A scene is a view of the model turned into items with places, routes and drawing primitives. The
 * Cairo painter draws it on the canvas, in PNG and in PDF; the SVG painter writes real text, ids,
 * titles and classes. No GTK: Cairo and Pango only, and no display.
 *
 * World coordinates: 1 unit is 1 pixel at 100 %, y down. */
#pragma once

#include <cairo.h>
#include <glib.h>

#include "tb-model.h"

G_BEGIN_DECLS

typedef struct
{
  double x, y;
} TbPoint;

typedef struct
{
  double x, y, width, height;
} TbRect;

gboolean tb_rect_intersects (const TbRect *a, const TbRect *b);
gboolean tb_rect_contains (const TbRect *a, double x, double y);
void tb_rect_union (const TbRect *a, const TbRect *b, TbRect *out);

/* ---- Theme ----------------------------------------------------------------------------------- */

typedef enum
{
  TB_THEME_LIGHT,
  TB_THEME_DARK,
  TB_THEME_PRINT, /* light on a white page, no grid */
  TB_THEME_HIGH_CONTRAST,
  TB_THEME_HIGH_CONTRAST_DARK,
  TB_N_THEMES
} TbThemeId;

typedef struct
{
  double r, g, b, a;
} TbColour;

typedef enum
{
  TB_COLOUR_CANVAS,
  TB_COLOUR_GRID,
  TB_COLOUR_WINDOW,
  TB_COLOUR_HEADER,
  TB_COLOUR_SIDE,
  TB_COLOUR_LINE,
  TB_COLOUR_TEXT,
  TB_COLOUR_DIM,
  TB_COLOUR_FAINT,
  TB_COLOUR_CARD,
  TB_COLOUR_TIER_LINE,
  TB_COLOUR_LINK,
  TB_COLOUR_BAND_0,
  TB_COLOUR_BAND_1,
  TB_COLOUR_BAND_2,
  TB_COLOUR_ACCENT,
  TB_COLOUR_ACCENT_GROUND,
  TB_COLOUR_GOOD,
  TB_COLOUR_WARN,
  TB_COLOUR_BAD,
  TB_N_COLOURS
} TbColourId;

TbColour tb_theme_colour (TbThemeId theme, TbColourId colour);
/* Of a component kind: outline and icon. */
TbColour tb_theme_role (TbThemeId theme, TbRole role);
gboolean tb_theme_from_name (const char *name, TbThemeId *theme);
const char *tb_theme_name (TbThemeId theme);

/* ---- Views ----------------------------------------------------------------------------------- */

typedef enum
{
  TB_VIEW_FREE,       /* everything where a person put it */
  TB_VIEW_GRID,       /* layers against tiers; lays itself out */
  TB_VIEW_DEPLOYMENT, /* instances on devices; lays itself out */
  TB_VIEW_DRILL_DOWN, /* what is inside one element, its neighbours as stubs */
  TB_VIEW_DATA_FLOW,  /* links along their data */
  TB_N_VIEW_KINDS
} TbViewKind;

/* Of a <view>; NULL: free. */
TbViewKind tb_view_kind (const TbElement *view);
/* Whether what stands in other views only is not shown; FALSE for NULL. */
gboolean tb_view_shows_placed (const TbElement *view);
const char *tb_view_kind_name (TbViewKind kind);  /* as in the file: "data-flow" */
const char *tb_view_kind_label (TbViewKind kind); /* for people: "Data flow" */
/* Whether places are computed from the architecture alone: a drag sets attributes, never places. */
gboolean tb_view_arranges_itself (TbViewKind kind);
/* The view of that id, the first, or NULL. */
const TbElement *tb_scene_find_view (const TbModel *model, const char *view_id);
/* The drill-down into an element, 0: there is none yet. */
TbUid tb_view_into (const TbModel *model, TbUid element);

/* ---- Icons ----------------------------------------------------------------------------------- */

/* A person's own picture of a component: an SVG, from which only plain shapes are let in. */
typedef struct _TbIcon TbIcon;

/* Where a person keeps them: $XDG_DATA_HOME/tierboard/icons. (transfer full), may not exist. */
char *tb_icon_folder (void);
/* Names of what is in there, sorted, NULL-terminated. (transfer full) */
char **tb_icon_names (void);
/* name: as icon= says: a word is a name in that folder, all else a path from folder, the drawing's
 * (NULL: it has none). NULL with error in words. Kept: asking again costs a look at the file's date.
 * Any thread. (transfer none) */
TbIcon *tb_icon_find (const char *name, const char *folder, GError **error);
/* Adds a warning for each icon= that cannot be shown. */
void tb_icons_check (const TbModel *model, const char *folder, TbProblems *problems);
/* In a square of that size at (0, 0), its proportions kept. Any thread. */
void tb_icon_paint (TbIcon *icon, cairo_t *cr, double size);

/* ---- Scene ----------------------------------------------------------------------------------- */

typedef struct _TbScene TbScene;

/* The view of that id; NULL: the first, or a default view where the document has none. Elements
 * without a place get one that does not move anything else (see tb_scene_unplaced). */
TbScene *tb_scene_new (const TbModel *model, const char *view_id);
/* The same with every link straight: to be drawn at once and routed bit by bit. */
TbScene *tb_scene_new_unrouted (const TbModel *model, const char *view_id);
void tb_scene_free (TbScene *scene);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbScene, tb_scene_free)

/* Follows the document: model is its present state, edits what changed since. Appends to dirty (of
 * TbRect, may be NULL) what must be drawn anew. Same picture as tb_scene_new() of that model. */
void tb_scene_update (TbScene *scene, const TbModel *model, const TbEdit *edits, guint n,
                      GArray *dirty);
/* The same of another view: what is drawn of both is dirty. */
void tb_scene_set_view (TbScene *scene, const TbModel *model, const char *view_id, GArray *dirty);
/* Whether containers that stay stretch meanwhile with what moves in them; they do not, unless told
 * so: what is dragged may be about to leave. For the next preview. */
void tb_scene_preview_stretches (TbScene *scene, gboolean stretches);
/* Whether only the box that goes by the uid moves, not all that its element is drawn as; all do,
 * unless told so. For the next preview. */
void tb_scene_preview_alone (TbScene *scene, gboolean alone);
/* While dragging: shows these elements moved by (dx, dy), links following, without an edit. NULL, 0
 * ends it. */
void tb_scene_preview_move (TbScene *scene, const TbUid *uids, guint n, double dx, double dy,
                            GArray *dirty);

/* The drawing's folder, from which icons given by path are found; NULL: none. TRUE where another
 * picture is shown now: all of the scene is to be painted anew. */
gboolean tb_scene_set_folder (TbScene *scene, const char *folder);
TbRect tb_scene_bounds (const TbScene *scene);
const char *tb_scene_view_id (const TbScene *scene); /* NULL for the default view */
TbViewKind tb_scene_view_kind (const TbScene *scene);
TbUid tb_scene_view_of (const TbScene *scene); /* what a drill-down looks into, 0: nothing */

/* Elements that have no place in the file. */
guint tb_scene_n_unplaced (const TbScene *scene);

typedef enum
{
  TB_ITEM_LAYER,
  TB_ITEM_TIER,
  TB_ITEM_GROUP,
  TB_ITEM_DEVICE, /* in deployment views only */
  TB_ITEM_FRAME,  /* a note of that shape */
  TB_ITEM_MIDDLEWARE,
  TB_ITEM_LINK,
  TB_ITEM_COMPONENT,
  TB_ITEM_NOTE
} TbItemKind; /* also the painting order, from the bottom */

gboolean tb_scene_item (const TbScene *scene, TbUid uid, TbItemKind *kind, TbRect *bounds);
/* Every box that an element is drawn as: one, or one an instance in a deployment. Appends TbRect. */
void tb_scene_boxes (const TbScene *scene, TbUid uid, GArray *rects);
/* Drawn faded in a drill-down: a neighbour, not a part of what is looked into. */
gboolean tb_scene_is_stub (const TbScene *scene, TbUid uid);
/* The element whose drill-down badge is at a point; 0: none. tolerance in world units. */
TbUid tb_scene_badge_at (const TbScene *scene, double x, double y, double tolerance);
/* The topmost item at a point; 0 for none. tolerance: world units round a link. */
TbUid tb_scene_hit (const TbScene *scene, double x, double y, double tolerance);
/* The topmost container (layer, tier or group) there, ignoring components and links; kinds: bit per
 * TbItemKind. */
TbUid tb_scene_container_at (const TbScene *scene, double x, double y, guint kinds);
/* Items whose bounds touch rect (or lie inside, with whole), in painting order: appends TbUid. */
void tb_scene_query (const TbScene *scene, const TbRect *rect, gboolean whole, GArray *uids);

/* The line of a link between two instances (from 1; 0: any), to be used as a link's uid below: the
 * link itself but in a deployment, where each pair has its own. */
TbUid tb_scene_instance_link (const TbScene *scene, TbUid link, guint from, guint to);
/* All lines of a link: appends TbUid. */
void tb_scene_link_lines (const TbScene *scene, TbUid link, GArray *lines);
/* A link's way: corners from the caller to the called, at least 2; of a merged link, that of the line
 * drawn for it. Valid until the next update. */
const TbPoint *tb_scene_route (const TbScene *scene, TbUid link, guint *n);
double tb_scene_route_length (const TbScene *scene, TbUid link);
/* The point at distance along it, following rounded corners closely enough for a dot. */
TbPoint tb_scene_route_point (const TbScene *scene, TbUid link, double distance);
/* Where its label stands; FALSE where it has none. */
gboolean tb_scene_link_label (const TbScene *scene, TbUid link, TbRect *label);
/* Where a pill of that size may stand beside the link without covering anything, or what is taken. */
TbRect tb_scene_link_pill (const TbScene *scene, TbUid link, double width, double height, const TbRect *taken, guint n_taken);
/* A card, a note, or another link's line or label is under rect. */
gboolean tb_scene_is_covered (const TbScene *scene, TbUid link, const TbRect *rect);
/* Where the dot of a replica (from 1) stands on its card; beyond what fits, FALSE. */
gboolean tb_scene_replica_dot (const TbScene *scene, TbUid component, guint replica, TbPoint *at);

/* Where a new component of the standard size would stand without moving or covering anything, and
 * inside or outside of each container rather than over its edge, as near to (x, y) as may be. */
TbPoint tb_scene_free_place (const TbScene *scene, double x, double y);

/* In a deployment, where each instance is a box on its device. */
typedef struct
{
  TbUid box;     /* to be used as an element's uid for what is drawn: bounds, previews */
  TbUid element; /* the component; the device, or the tier that it was made up for */
  guint replica; /* instance: from 1; device: 0 */
  gboolean made_up;  /* a device that the architecture does not have */
  TbRect rect;
} TbDeployed;

gboolean tb_scene_instance_at (const TbScene *scene, double x, double y, TbDeployed *instance);
gboolean tb_scene_device_at (const TbScene *scene, double x, double y, TbDeployed *device);

/* ---- Folding ---------------------------------------------------------------------------------- */

/* A container whose place in the view says folded="yes" is drawn as a box where its upper left
 * corner is; what is in it keeps its place and is neither drawn nor found. A link to or from what is
 * hidden ends at the box; several that come to lie on each other are one line, with their number. */
gboolean tb_scene_is_folded (const TbScene *scene, TbUid container);
/* Where its fold button stands; FALSE where it cannot be folded: no container that the view shows,
 * nothing in it. */
gboolean tb_scene_fold_button (const TbScene *scene, TbUid container, TbRect *at);
/* The container whose fold button is there, 0: none. */
TbUid tb_scene_fold_button_at (const TbScene *scene, double x, double y);
/* What is drawn for an element: itself, the box it is folded into, or the link it is merged into; 0
 * where nothing is. */
TbUid tb_scene_stand_in (const TbScene *scene, TbUid uid);
/* Appends (TbUid) all links, as elements, that this line is drawn for, itself first. */
void tb_scene_merged_links (const TbScene *scene, TbUid link, GArray *uids);
/* Where an element stands, also while it is folded away: what a move of the box moves. FALSE where
 * the view does not have it. */
gboolean tb_scene_place_of (const TbScene *scene, TbUid uid, TbItemKind *kind, TbRect *rect);

/* ---- Painters -------------------------------------------------------------------------------- */

typedef struct
{
  TbThemeId theme;
  double scale;        /* device pixels per world unit: decides the level of detail */
  gboolean background; /* paint the page first */
  gboolean grid;
  gboolean buttons;    /* that fold and unfold containers */
  const TbUid *without; /* elements left out (drawn elsewhere while dragged); NULL */
  guint n_without;
} TbPaintOptions;

/* Draws what touches clip; cr is in world coordinates already. Safe on any thread as long as the
 * scene does not change. */
void tb_scene_paint (const TbScene *scene, cairo_t *cr, const TbRect *clip,
                     const TbPaintOptions *options);
/* Only these elements and the links that touch them, but for those left out. */
void tb_scene_paint_only (const TbScene *scene, cairo_t *cr, const TbUid *uids, guint n,
                          const TbPaintOptions *options);
/* A component's icon in a square of that size at (0, 0): palette, outline. */
void tb_paint_role_icon (cairo_t *cr, TbRole role, double size, const TbColour *colour);

/* A whole SVG document (transfer full): real <text>, an id, a class and a <title> per element. */
char *tb_scene_to_svg (const TbScene *scene, TbThemeId theme, double scale, gsize *size);

typedef struct
{
  TbThemeId theme;
  gboolean or_dark;     /* dark where the viewer says that it prefers so; theme for all others */
  double scale;         /* pixels per world unit */
  const TbRect *page;   /* NULL: what is drawn, and a margin */
  const char *metadata; /* XML that goes into <metadata>; NULL: none */
  const char *over;     /* SVG in world coordinates, on top of everything; NULL: none */
} TbSvgOptions;

char *tb_scene_to_svg_with (const TbScene *scene, const TbSvgOptions *options, gsize *size);

/* ---- Placing --------------------------------------------------------------------------------- */

/* Our own placement, linear in time: tiers and layers as a grid, components in barycentre order.
 * Appends TbPlacement for elements that only_new says (FALSE: all). */
typedef struct
{
  TbUid uid;
  TbRect rect;
} TbPlacement;

void tb_place_tiered (const TbModel *model, const char *view_id, gboolean only_new, GArray *out);
/* Layered placing of these elements alone: in the order of their calls, within the frames they are
 * in, clear of everything else, which keeps its place; what is not placed yet counts where
 * tb_place_tiered() puts it. A container among uids gives up the place that the file says for it
 * (the caller takes it away): it follows its members. Appends TbPlacement for components and notes
 * of uids only. A pure function of its arguments. */
void tb_place_tidy (const TbModel *model, const char *view_id, const TbUid *uids, guint n,
                    GArray *out);

/* The same by Graphviz in tierboard-place, killed at deadline_ns (CLOCK_MONOTONIC, as tb_now_ns());
 * falls back to tb_place_tiered(). program: path of tierboard-place. Returns FALSE with error where
 * it had to fall back. */
gboolean tb_place_graphviz (const TbModel *model, const char *view_id, const char *program,
                            gint64 deadline_ns, GArray *out, GError **error);

/* ---- Routing: pure, on plain arrays ------------------------------------------------------------ */

typedef enum
{
  TB_SIDE_ANY,
  TB_SIDE_TOP,
  TB_SIDE_RIGHT,
  TB_SIDE_BOTTOM,
  TB_SIDE_LEFT
} TbSide;

/* What stands in the way, or must not be crossed without need. */
typedef enum
{
  TB_SHAPE_CARD,     /* solid; links end at it */
  TB_SHAPE_TEXT,     /* solid, kept clear of a little less; no link ends here */
  TB_SHAPE_CONTAINER /* open, but its border is crossed only to enter or leave */
} TbShapeKind;

typedef struct
{
  TbShapeKind kind;
  TbRect rect;
  TbPoint centre; /* card: where ends like to be, the card's without its stack */
} TbRouterShape;

typedef struct
{
  guint from, to; /* keys of cards */
  TbSide from_side, to_side;
  double from_at, to_at;            /* 0 … 1 along that side; below 0: where it is best */
  const char *from_port, *to_port;  /* links of one port and side share a point; NULL: none */
  const TbPoint *bends;             /* a person's: the link passes through them in order */
  guint n_bends;
  double label_width, label_height; /* 0: none */
  double label_at, label_offset;    /* a person's: part of the way, 0 … 1, and how far its middle is
                                       right of it; label_at below 0: where room is */
} TbRouterLink;

/* Over a link that it crosses, always on a level piece: an arc from at.x - half to at.x + half. */
typedef struct
{
  TbPoint at;
  double half;
} TbJump;

typedef struct
{
  const TbPoint *points; /* corners from the caller to the called; at least 2 */
  guint n;
  const TbJump *jumps; /* in order along the way */
  guint n_jumps;
  TbRect label;           /* width 0: none */
  TbSide from_side, to_side;
  gboolean pending;       /* not routed yet: points is the straight line */
  gboolean through_shape; /* there was no free way */
  gboolean over_border;   /* it crosses a container's border without need: no other way */
} TbRouterRoute;

/* Shapes and links by keys, followed change by change. What it answers after any sequence of
 * changes equals, to the bit, what a new router answers for the same shapes and links: ties are
 * decided by keys, never by time. Only what a change touches is routed again. No globals, no main
 * loop, no clock; usable from any thread, by one at a time. */
typedef struct _TbRouter TbRouter;

TbRouter *tb_router_new (void);
void tb_router_free (TbRouter *router);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbRouter, tb_router_free)

/* Keys are not 0; shapes and links have keys of their own. Setting what is already so costs
 * nothing. Everything is copied. A link whose ends are not there waits for them. */
void tb_router_set_shape (TbRouter *router, guint key, const TbRouterShape *shape);
void tb_router_remove_shape (TbRouter *router, guint key);
void tb_router_set_link (TbRouter *router, guint key, const TbRouterLink *link);
void tb_router_remove_link (TbRouter *router, guint key);

/* Asked every now and then: TRUE ends the update early. */
typedef gboolean (*TbRouterStop) (gpointer data);

/* Routes what the changes touched. first: links near this rectangle before all others, and when
 * those are done, returns FALSE with only them routed (NULL: all at once). stop may be NULL.
 * Returns TRUE when nothing is left to do; else call it again. */
gboolean tb_router_update (TbRouter *router, const TbRect *first, TbRouterStop stop, gpointer data);
/* Appends the keys (guint, sorted) of links whose route, jumps or label differ since last asked. */
void tb_router_take_changed (TbRouter *router, GArray *keys);
/* FALSE: no such link, or an end is missing. Valid until the next change of the router. */
gboolean tb_router_route (const TbRouter *router, guint link, TbRouterRoute *route);
/* Where a box of that size may stand beside a link: covering nothing, else as little as can be.
 * FALSE: the link has no route. */
gboolean tb_router_free_beside (TbRouter *router, guint link, double width, double height,
                                TbRect *box);
/* Whether crossings get jumps (they do unless told otherwise). */
void tb_router_set_jumps (TbRouter *router, gboolean jumps);

/* A named port in use. */
typedef struct
{
  guint shape;
  const char *name; /* valid until the next change */
  TbSide side;
  TbPoint at;
} TbRouterPort;

/* Appends the ports (TbRouterPort) of a card, sorted. */
void tb_router_ports (const TbRouter *router, guint shape, GArray *ports);

/* ---- Routing a scene bit by bit --------------------------------------------------------------- */

/* From now on routing ends early where stop says so (asked every now and then; NULL: never), with
 * links near first (NULL: none) before all others. What then has no way yet is drawn straight. */
void tb_scene_set_patience (TbScene *scene, const TbRect *first, TbRouterStop stop, gpointer data);
/* Whether some links wait. */
gboolean tb_scene_is_unrouted (const TbScene *scene);
/* Goes on with them. */
void tb_scene_route_on (TbScene *scene, GArray *dirty);
/* A thread may go on with the router while the scene is shown, but not while it follows an edit or a
 * move: until it is given back, neither may be asked of the scene. done: it has nothing left to do. */
TbRouter *tb_scene_lend_router (TbScene *scene);
void tb_scene_give_router_back (TbScene *scene, TbRouter *router, gboolean done, GArray *dirty);

/* ---- Routes kept outside the file ------------------------------------------------------------- */

/* A name for everything that the routes depend on: where two scenes have the same, so are their
 * routes. (transfer full) */
char *tb_scene_routes_name (const TbScene *scene);
/* The routes as bytes; NULL while some wait. (transfer full) */
GBytes *tb_scene_save_routes (const TbScene *scene);
/* Draws the links so, without routing; FALSE where the bytes are no routes or not of this scene.
 * The scene stays unrouted: its router knows nothing yet, and finds the same once it is asked. */
gboolean tb_scene_load_routes (TbScene *scene, GBytes *bytes, GArray *dirty);
/* Whether the bytes are routes of some scene. */
gboolean tb_routes_are_sound (GBytes *bytes);

/* From so many links on it is worth while. */
#define TB_ROUTES_STORED_FROM 300

/* $XDG_CACHE_HOME/tierboard/routes, bounded in size. NULL, FALSE: not there, cannot be written. */
GBytes *tb_route_store_get (const char *name);
gboolean tb_route_store_put (const char *name, GBytes *bytes);
/* As tb_scene_new(), with the routes from there, or put there. It is to be drawn, not edited. */
TbScene *tb_scene_new_stored (const TbModel *model, const char *view_id);

typedef struct
{
  guint from, to;          /* indices of shapes */
  TbSide from_side, to_side;
  const TbPoint *bends;    /* a person's, kept in order */
  guint n_bends;
} TbRouteRequest;

typedef struct
{
  TbPoint *points;
  guint n;
} TbRoute;

/* Orthogonal ways around all shapes with a margin; parallel ones apart. A pure function of places
 * and requests: no state, no order of edits. routes: n_requests, to be cleared with
 * tb_routes_clear(). */
void tb_route_all (const TbRect *shapes, guint n_shapes, const TbRouteRequest *requests,
                   guint n_requests, TbRoute *routes);
void tb_routes_clear (TbRoute *routes, guint n);

G_END_DECLS
