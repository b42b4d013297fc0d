/* A scene told item by item, for formats that draw by themselves (draw.io): what each is, where, and the marks that it is
 * drawn with, in colours. The third pen beside Cairo's and SVG's, so that all three show the same. */
#pragma once

#include "tb-diagram.h"

G_BEGIN_DECLS

typedef enum
{
  TB_MARK_RECT,
  TB_MARK_LINE,
  TB_MARK_POLYGON,
  TB_MARK_TEXT,
  TB_MARK_ICON,   /* the kind's own, in a square */
  TB_MARK_PICTURE /* a person's, in a square */
} TbSketchShape;

/* What a mark is of a card. */
typedef enum
{
  TB_PART_OTHER,
  TB_PART_BEHIND, /* sheets behind a card that has replicas, or behind a folded container */
  TB_PART_SHADOW,
  TB_PART_FACE,   /* the card, container or paper itself */
  TB_PART_NAME,   /* its name */
  TB_PART_LINE    /* its second line */
} TbSketchPart;

typedef struct
{
  TbSketchShape shape;
  TbSketchPart part;
  TbIcon *picture; /* PICTURE */
  TbRect rect;     /* RECT, ICON, PICTURE; TEXT: x and y of its baseline, width as measured */
  double radius;   /* RECT: of its corners */
  TbColour fill, outline; /* alpha 0: none; TEXT: fill */
  double width;    /* of the outline */
  double dash[2];  /* 0: solid */
  const TbPoint *points; /* LINE, POLYGON */
  guint n_points;
  gboolean closed;
  const char *text;
  double size;     /* of the font */
  int weight;
  gboolean middle, upright; /* TEXT: x is its middle; read from below */
} TbSketchMark;

typedef struct
{
  TbItemKind kind;
  TbUid item;      /* as other functions of the scene take it: the element's but where one is drawn several times */
  TbUid element;
  TbRole role;
  TbRect rect;     /* links: bounds */
  const char *title; /* in full */
  gboolean folded, stub, bare;
  TbUid tier, layer, group; /* items that it is shown in; 0: none */
  TbUid from, to;  /* link: items that it is drawn between */
  const TbPoint *points; /* link: its way */
  guint n_points;
  gboolean async, head_from, head_to, jumps;
  TbRect label;    /* link: where its label stands; width 0: none */
  const TbSketchMark *marks; /* in painting order */
  guint n_marks;
} TbSketchItem;

/* item and all in it are valid during the call. */
typedef void (*TbSketchFunc) (const TbSketchItem *item, gpointer data);

/* Every item that is shown, from the bottom. */
void tb_scene_sketch (const TbScene *scene, TbThemeId theme, TbSketchFunc func, gpointer data);
/* The kind's icon: SVG path data in a square of 20. */
const char *tb_sketch_icon (TbRole role);

/* What stands for a character in XML text and attributes: NULL itself, "" nothing, as XML 1.0 has no way to say it. */
const char *tb_xml_entity (char c);

G_END_DECLS
