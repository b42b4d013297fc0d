/* Headings of frames. Many draw a frame as two boxes: one around all, and a bar along its upper edge with the frame's name in
 * it or over it. The bar is no thing of its own, and no frame around the name. */
#include "drawio-private.h"

#include <math.h>
#include <string.h>

#define HIGHEST 64.0 /* of a bar */
#define LEAST_FRAME 2.5 /* a frame is so much higher than its bar */
#define NEAR 2.0

/* Boxes with one upper edge. */
static char *
edge_key (const TbRect *r, int dx, int dy)
{
  return g_strdup_printf ("%ld %ld", lrint (r->x / (2 * NEAR)) + dx, lrint (r->y / (2 * NEAR)) + dy);
}

static gboolean
is_box (const TbDrawioCell *cell)
{
  return cell->vertex && cell->has_geometry && cell->rect.width > 0 && cell->rect.height > 0 && !tb_drawio_pictured (cell)
         && (cell->what == TB_CELL_COMPONENT || cell->what == TB_CELL_NOTHING || cell->what == TB_CELL_TEXT);
}

static gboolean
is_bar_of (const TbDrawioCell *bar, const TbDrawioCell *frame)
{
  const TbRect *b = &bar->rect, *f = &frame->rect;
  return frame != bar && frame->index < bar->index && fabs (b->x - f->x) <= NEAR && fabs (b->y - f->y) <= NEAR
         && fabs (b->width - f->width) <= 2 * NEAR && b->height <= HIGHEST && b->width >= 2 * b->height
         && f->height >= LEAST_FRAME * b->height;
}

/* Things that stand in the frame under the bar: without any it is a card with a heading. */
static gboolean
has_things (TbDrawioPage *page, const TbDrawioCell *frame, const TbDrawioCell *bar)
{
  page->looked += page->cells->len;
  for (guint i = 0; i < page->cells->len; i++)
    {
      const TbDrawioCell *cell = page->cells->pdata[i];
      if (cell != bar && cell != frame && cell->what == TB_CELL_COMPONENT && tb_drawio_inside (&cell->rect, &frame->rect)
          && cell->rect.y >= bar->rect.y + bar->rect.height - NEAR)
        return TRUE;
    }
  return FALSE;
}

static TbDrawioCell *
find_frame (GHashTable *frames, const TbDrawioCell *bar)
{
  for (int at = 0; at < 9; at++)
    {
      g_autofree char *key = edge_key (&bar->rect, at % 3 - 1, at / 3 - 1);
      const GPtrArray *all = g_hash_table_lookup (frames, key);
      for (guint i = 0; all != NULL && i < MIN (all->len, 20); i++)
        if (is_bar_of (bar, all->pdata[i]))
          return all->pdata[i];
    }
  return NULL;
}

static GHashTable *
list_frames (const TbDrawioPage *page)
{
  GHashTable *frames = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  for (guint i = 0; i < page->cells->len; i++)
    {
      TbDrawioCell *cell = page->cells->pdata[i];
      g_autofree char *words = is_box (cell) ? tb_drawio_words (cell) : NULL;
      if (words == NULL || *words != '\0')
        continue;
      char *key = edge_key (&cell->rect, 0, 0);
      GPtrArray *all = g_hash_table_lookup (frames, key);
      if (all == NULL)
        g_hash_table_insert (frames, g_strdup (key), all = g_ptr_array_new ());
      g_ptr_array_add (all, cell);
      g_free (key);
    }
  return frames;
}

void
tb_drawio_page_bars (TbDrawioPage *page, guint64 most)
{
  g_autoptr (GHashTable) frames = list_frames (page);
  for (guint i = 0; i < page->cells->len && page->looked < most; i++)
    {
      TbDrawioCell *bar = page->cells->pdata[i], *frame = NULL;
      if (is_box (bar) && !bar->linked && bar->children == NULL && bar->rect.height <= HIGHEST)
        frame = find_frame (frames, bar);
      if (frame == NULL || !has_things (page, frame, bar))
        continue;
      g_autofree char *words = tb_drawio_words (bar);
      bar->what = *words != '\0' ? TB_CELL_TEXT : TB_CELL_NOTHING;
      bar->bar = TRUE;
    }
}
