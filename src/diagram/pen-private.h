/* What items are drawn with: a handful of marks in named styles. Two pens know how to make them:
 * Cairo's (pen-cairo.c) and SVG's (pen-svg.c). draw.c says what an item consists of, once. */
#pragma once

#include "colour-private.h"
#include "icon-private.h"
#include "points-private.h"
#include "scene-private.h"
#include "text-private.h"

/* Fill and outline of a mark. Rows: pen.c. */
typedef enum
{
  TB_STYLE_BAND_0,
  TB_STYLE_BAND_1,
  TB_STYLE_BAND_2,
  TB_STYLE_TIER,
  TB_STYLE_GROUP,
  TB_STYLE_DEVICE,
  TB_STYLE_FRAME,
  TB_STYLE_MIDDLEWARE,
  TB_STYLE_LINK,
  TB_STYLE_LINK_ASYNC,
  TB_STYLE_HEAD,
  TB_STYLE_HEAD_OPEN,
  TB_STYLE_SHADOW,
  TB_STYLE_STACK,
  TB_STYLE_CARD,
  TB_STYLE_CARD_OUTSIDE,
  TB_STYLE_TINT_0,
  TB_STYLE_TINT_1,
  TB_STYLE_TINT_2,
  TB_STYLE_TILE,
  TB_STYLE_ICON,
  TB_STYLE_BADGE,
  TB_STYLE_PLATE,
  TB_STYLE_STUB,
  TB_STYLE_CHIP,
  TB_STYLE_INSIDE,
  TB_STYLE_INSIDE_MARK,
  TB_STYLE_NOTE,
  TB_STYLE_FOLD,
  TB_STYLE_BOX, /* a folded container */
  TB_STYLE_BOX_BEHIND,
  TB_STYLE_BUTTON,
  TB_STYLE_LINK_PENDING, /* straight until it has a way */
  TB_N_STYLES
} TbStyle;

typedef enum
{
  TB_INK_TEXT,
  TB_INK_DIM,       /* on a card */
  TB_INK_ON_CHIP,
  TB_INK_ON_GROUND, /* dim, on band, container or canvas */
  TB_INK_ON_BADGE,
  TB_INK_ON_NOTE,
  TB_N_INKS
} TbInk;

typedef struct
{
  const char *class;
  double width;   /* of the outline, 0: none */
  double dash[2]; /* 0: solid */
} TbStyleSpec;

extern const TbStyleSpec tb_styles[TB_N_STYLES];
/* Alpha 0: not filled, not outlined. */
void tb_style_colours (TbThemeId theme, TbStyle style, TbRole role, TbColour *fill,
                       TbColour *outline);
/* The same of an item with a look; NULL: as its kind. */
void tb_style_look (TbThemeId theme, TbStyle style, const TbLook *look, TbColour *fill,
                    TbColour *outline);
/* Dashes of an outline: two lengths, or NULL for none. */
const double *tb_style_dash (TbStyle style, const TbLook *look);
void tb_ink_look (TbThemeId theme, TbInk ink, const TbLook *look, TbColour *colour);
/* Whether a look can change it. */
gboolean tb_style_has_look (TbStyle style);
/* Whether the component's kind changes its colours. */
gboolean tb_style_has_role (TbStyle style);
TbColour tb_ink_colour (TbThemeId theme, TbInk ink);
extern const char *const tb_ink_classes[TB_N_INKS];

typedef enum
{
  TB_DETAIL_BLOCKS, /* cards are plain rectangles, links lines */
  TB_DETAIL_SHAPES, /* outlines and icons, no text */
  TB_DETAIL_NAMES,  /* and names */
  TB_DETAIL_ALL
} TbDetail;

#define TB_FAINT 0.4

typedef enum
{
  TB_ANCHOR_START,
  TB_ANCHOR_MIDDLE
} TbAnchor;

typedef struct _TbPen TbPen;

typedef struct
{
  void (*begin) (TbPen *pen, const TbItem *item);
  void (*end) (TbPen *pen);
  void (*rect) (TbPen *pen, TbStyle style, const TbRect *rect, double radius);
  /* A line with rounded corners; jumps in order along it, as an arc over what it crosses. */
  void (*line) (TbPen *pen, TbStyle style, const TbPoint *points, guint n, double radius,
                const TbJump *jumps, guint n_jumps);
  void (*polygon) (TbPen *pen, TbStyle style, const TbPoint *points, guint n, gboolean closed);
  /* (x, y): of the baseline; upright: read from below. width as measured. */
  void (*text) (TbPen *pen, TbFontId font, TbInk ink, const char *text, double x, double y,
                TbAnchor anchor, gboolean upright);
  void (*icon) (TbPen *pen, TbRole role, double x, double y, double size);
  void (*picture) (TbPen *pen, TbIcon *icon, double x, double y, double size);
} TbPenClass;

struct _TbPen
{
  const TbPenClass *class;
  TbThemeId theme;
  TbDetail detail;
  TbRole role;        /* of the item begun */
  const TbLook *look; /* its own, NULL */
  gboolean faint;     /* it steps back: all but its text at TB_FAINT */
  gboolean buttons;       /* that fold and unfold */
};

void tb_draw_item (TbPen *pen, const TbScene *scene, const TbItem *item);
/* The named ports at its ends, over the cards. */
void tb_draw_ports (TbPen *pen, const TbScene *scene, const TbItem *link);
#define TB_JUMP_HEIGHT 5.0
/* Whether a jump lies on the piece from a to b. */
gboolean tb_jump_is_on (const TbJump *jump, TbPoint a, TbPoint b);

/* Its line without the part under the head; returns count, at most n. */
guint tb_link_shaft (const TbItem *link, TbPoint *out);
/* The three points of the head at an end (TB_HEAD_TO or TB_HEAD_FROM), the tip in the middle. */
void tb_link_head (const TbItem *link, guint end, TbPoint out[3]);

/* Icons in a 20 × 20 square: SVG path data of M m L l H h V v C c Z z only. */
const char *tb_icon_path (TbRole role);
/* Adds it to the path of cr. */
void tb_icon_trace (cairo_t *cr, const char *path);
