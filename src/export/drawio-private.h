/* draw.io's file: mxfile, pages, cells. drawio.c writes pages and data, drawio-cell.c what a thing looks like there. */
#pragma once

#include "export-private.h"
#include "tb-sketch.h"

typedef struct
{
  GString *out;
  const TbModel *model;
  const TbScene *scene;
  const char *page;      /* id of the page: prefix of its cells' */
  TbThemeId theme;
  GHashTable *rects;     /* item uid to TbRect: of what can be a parent or an end */
  GString *drawn;        /* ids of elements, for the way back */
  const char *view_id;   /* NULL: the default view */
} TbDrawioPage;

/* " name="value"", escaped; control characters that XML does not have are left out. */
void tb_drawio_attribute (GString *out, const char *name, const char *value);
void tb_drawio_number (GString *out, const char *name, double value);
/* The cell's id of an item. (transfer full) */
char *tb_drawio_cell_id (const TbDrawioPage *page, TbUid item);

/* A cell's style (transfer full), and its label: HTML. (transfer full) */
char *tb_drawio_style (const TbSketchItem *item);
char *tb_drawio_label (const TbModel *model, const TbSketchItem *item);
/* style= of a link from one rectangle to another; its label's place is told in offset, from the middle of its way. */
char *tb_drawio_link_style (const TbSketchItem *item, const TbRect *from, const TbRect *to);
TbPoint tb_drawio_label_offset (const TbSketchItem *item);
/* Cells inside the item's own: tile, icon, badge, chip. */
void tb_drawio_decorate (const TbDrawioPage *page, const TbSketchItem *item, const char *cell_id);
