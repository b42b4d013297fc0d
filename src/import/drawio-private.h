/* draw.io's files: what is in them (drawio-file.c: containers, drawio-read.c: pages and cells, drawio-label.c: text), what a
 * stranger's page means (drawio-page.c, -bars.c, -title.c, -bus.c, -words.c, -place.c, drawio.c), and what was changed in a drawing of ours
 * (drawio-own.c). */
#pragma once

#include <libxml/parser.h>

#include "import-build.h"
#include "kinds.h"

/* ---- A file ------------------------------------------------------------------------------------------- */

#define TB_DRAWIO_MAX_CELLS 200000u
#define TB_DRAWIO_MAX_PAGES 300u
/* Of all that is inflated or unescaped from one file. */
#define TB_DRAWIO_MAX_TEXT TB_IMPORT_MAX_BYTES

/* What a stranger's cell is taken for. */
typedef enum
{
  TB_CELL_NOTHING,   /* dropped, or structure only */
  TB_CELL_COMPONENT,
  TB_CELL_CONTAINER,
  TB_CELL_TEXT,      /* words that stand alone, until a thing takes them as its title */
  TB_CELL_NOTE,
  TB_CELL_PART,      /* of the component it lies in (stands_for) */
  TB_CELL_DISSOLVED, /* a nameless group: stands_for is what in it takes links */
  TB_CELL_LABEL,     /* of an edge */
  TB_CELL_EDGE
} TbDrawioWhat;

typedef struct _TbDrawioCell TbDrawioCell;
struct _TbDrawioCell
{
  char *id, *parent_id, *source_id, *target_id, *style, *label;
  char **data; /* name, value, …, NULL: of the object around it; NULL: none */
  gboolean vertex, edge, hidden, relative, has_geometry;
  TbRect geometry;
  TbPoint offset, ends[2]; /* ends: where an edge begins and stops that leads from or to nothing */
  gboolean has_end[2];
  GArray *points; /* of TbPoint, NULL */
  guint line;

  TbDrawioCell *parent, *source, *target; /* NULL: none, or not a cell */
  TbRect rect; /* on the page */
  guint depth; /* parents above it */
  GPtrArray *children; /* NULL: none */
  guint index; /* on its page */

  TbDrawioWhat what;
  gboolean linked;   /* an edge ends at it */
  gboolean called;   /* one that is no bare dashed line */
  gboolean clear;    /* it has words, and what was drawn before it is seen through it */
  gboolean gated;    /* a CONTAINER that edges end at: a component in it takes them */
  gboolean nameless; /* a CONTAINER that has no words */
  gboolean bar;      /* the heading of a frame, along its edge */
  gboolean joined;   /* an edge that leads somewhere by others that it meets */
  guint n_things;    /* COMPONENT cells in a CONTAINER, and in those in it */
  TbDrawioCell *thing; /* the last of them */
  TbDrawioCell *reached[2]; /* what an edge ends at, once the page is judged */
  TbDrawioCell *stands_for;
  TbDrawioCell *container; /* the CONTAINER that it lies in */
  char *title, *rest; /* first line, and the others */
  TbForeignKind kind;
  double size[2];     /* as it will be drawn */
  TbUid uid, gate;    /* as built; gate: of a container that links end at */
};

/* Lines that meet, and what they lead from and to. */
typedef struct
{
  TbDrawioCell *edge;
  guint end;
} TbDrawioBusEnd;

typedef struct
{
  GArray *from, *to; /* of TbDrawioBusEnd */
  guint n_lines, line;
} TbDrawioBus;

typedef struct
{
  char *id, *name;
  GPtrArray *cells;   /* of TbDrawioCell, owned, in painting order */
  GPtrArray *by_depth; /* the same, parents first */
  GHashTable *by_id;
  GPtrArray *buses;    /* of TbDrawioBus, owned; NULL until it is judged */
  guint line;
  guint64 looked; /* cells that were compared with loose ends of lines: bounded */
} TbDrawioPage;

typedef struct
{
  const TbImportSource *source;
  GPtrArray *pages; /* of TbDrawioPage, owned */
  guint n_cells;
  gsize text; /* bytes made so far */
} TbDrawioFile;

/* NULL with one sentence. */
TbDrawioFile *tb_drawio_file_read (const TbImportSource *source, GError **error);
void tb_drawio_file_free (TbDrawioFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbDrawioFile, tb_drawio_file_free)

/* The XML in a picture or a web page, or what is XML itself: UTF-8 or as XML says. (transfer full) */
char *tb_drawio_unwrap (TbDrawioFile *file, gsize *size, GError **error);
/* A page's content as draw.io packs it: base64 of raw deflate of URI-escaped XML; also without one or the other.
 * (transfer full), NULL with error, line: where it stands. */
char *tb_drawio_unpack (TbDrawioFile *file, const char *text, guint line, gsize *size, GError **error);

/* The bytes to a push parser, network off. Predefined entities become their characters; there are no others, since nothing
 * takes their declarations: what uses one is refused. */
void tb_drawio_feed (xmlParserCtxt *parser, const char *xml, gsize size);
TbDrawioPage *tb_drawio_page_new (TbDrawioFile *file, const char *id, const char *name, guint line);
/* Parents, ends and places, once all cells of a page are there. */
void tb_drawio_page_settle (TbDrawioPage *page);

const char *tb_drawio_data (const TbDrawioCell *cell, const char *name); /* NULL: none */
/* The value of a key of its style (transfer full), NULL; "" names the shape: shape=, or the word without a value. */
char *tb_drawio_style_get (const TbDrawioCell *cell, const char *key);
gboolean tb_drawio_style_is (const TbDrawioCell *cell, const char *key, const char *value);
gboolean tb_drawio_style_has (const TbDrawioCell *cell, const char *key);

/* A label as plain text: markup stripped, blanks and empty lines as they are seen. (transfer full) */
char *tb_drawio_plain (const char *label, gboolean html);
/* The cell's own, placeholders filled in. (transfer full) */
char *tb_drawio_words (const TbDrawioCell *cell);

/* ---- A stranger's page --------------------------------------------------------------------------------- */

/* what, kind, container and title of every cell; what every edge reaches: a component or note, its own, what that is a part
 * of, or what lies there; a frame with a name and more than one thing in it; or NULL. */
void tb_drawio_page_judge (TbDrawioPage *page, TbImportBuild *build);
/* The titles alone: own words, words beside, a name for the shape. */
void tb_drawio_page_titles (TbDrawioPage *page);
/* A shape that is a picture of something, more than a box around words. */
gboolean tb_drawio_pictured (const TbDrawioCell *cell);
/* What its shape, picture and, where it has been found, title say that it is. */
TbForeignKind tb_drawio_kind (const TbDrawioCell *cell);
/* A frame that one provider's icons come with, also with nothing in it. */
gboolean tb_drawio_is_group (const TbDrawioCell *cell);
/* A mark with the number of a step that nothing ends at: words elsewhere say what it is. */
gboolean tb_drawio_is_step (const TbDrawioCell *cell);
/* Words that stand alone, whether a line ends at them or not. */
gboolean tb_drawio_is_text (const TbDrawioCell *cell);
/* Whether a lies in b. */
gboolean tb_drawio_inside (const TbRect *a, const TbRect *b);
/* Which ends have an arrow head: draw.io draws one at the end where nothing is said. */
void tb_drawio_heads (const TbDrawioCell *edge, gboolean *start, gboolean *end);
/* Boxes along a frame's upper edge are its heading, and no boxes. most: of what may be looked at. */
void tb_drawio_page_bars (TbDrawioPage *page, guint64 most);
/* What lines lead from and to that end at other lines (drawio-bus.c). */
void tb_drawio_page_buses (TbDrawioPage *page);
/* Of a line that leads from thing to thing, and so is a link by itself. */
gboolean tb_drawio_is_whole (const TbDrawioBusEnd *end);
/* Where that is on the page, as far as the file says. */
TbPoint tb_drawio_end_point (const TbDrawioCell *edge, guint end);
/* An edge's own words and those of labels that lie on it, in their order along it. (transfer full) */
char *tb_drawio_edge_words (const TbDrawioCell *edge);
/* Words that stand beside a line that has none become its label. */
void tb_drawio_label_edges (TbDrawioPage *page);

/* Where a page's things stand: stretched where our cards need more room. */
typedef struct _TbDrawioMap TbDrawioMap;
TbDrawioMap *tb_drawio_map_new (TbDrawioPage *page);
void tb_drawio_map_free (TbDrawioMap *map);
TbPoint tb_drawio_map_point (const TbDrawioMap *map, TbPoint p);
TbRect tb_drawio_map_cell (const TbDrawioMap *map, const TbDrawioCell *cell);
/* A card for the lines that end at a frame: in it, on nothing, as near to a point as can be. */
TbRect tb_drawio_map_gate (const TbDrawioMap *map, const TbDrawioPage *page, const TbDrawioCell *frame, TbPoint near);

/* ---- Ours ---------------------------------------------------------------------------------------------- */

/* The drawing that went out, with what was changed there; NULL where the file is not ours, or what it keeps is damaged. */
TbDocument *tb_drawio_read_own (TbDrawioFile *file, TbProblems *dropped);
