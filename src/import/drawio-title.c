/* What things are called: by their own words, else by words that stand in or beside them, else by their shape. */
#include "drawio-private.h"

#include <math.h>
#include <string.h>

#define BESIDE 24.0  /* words under a picture are this near */
#define LONGEST_NAME 40u
#define MARGIN 44.0  /* words at the edge of a container are its title */

/* A name that was only broken to fit, as under pictures: short, and nothing in it says that it is more than a name. */
static gboolean
is_broken_name (const TbDrawioCell *cell, const char *words)
{
  static const char *const marks[] = { "<b>", "<b ", "<hr", "<font", "<h1", "<h2", "<h3", "<i>" };
  gboolean marked = FALSE;
  for (guint i = 0; cell->label != NULL && i < G_N_ELEMENTS (marks); i++)
    marked |= strstr (cell->label, marks[i]) != NULL;
  return strlen (words) <= LONGEST_NAME && strpbrk (words, "[](){}:+*•") == NULL && !marked && cell->what == TB_CELL_COMPONENT;
}

static void
take_words (TbDrawioCell *cell, const char *words)
{
  const char *line = is_broken_name (cell, words) ? NULL : strchr (words, '\n');
  if (*words == '\0' || cell->title != NULL)
    return;
  cell->title = line != NULL ? g_strndup (words, (gsize) (line - words)) : g_strdup (words);
  cell->rest = line != NULL ? g_strdup (line + 1) : NULL;
  g_strdelimit (cell->title, "\n", ' ');
}

static void
add_rest (TbDrawioCell *cell, const char *words)
{
  g_autofree char *old = cell->rest;
  if (*words != '\0')
    cell->rest = old != NULL ? g_strconcat (old, "\n", words, NULL) : g_strdup (words);
  else
    cell->rest = g_steal_pointer (&old);
}

/* The words of its parts: its title where it has none, else more about it. */
static void
take_parts (TbDrawioPage *page)
{
  for (guint i = 0; i < page->cells->len; i++)
    {
      TbDrawioCell *part = page->cells->pdata[i], *of = part->stands_for;
      if (part->what != TB_CELL_PART || of == NULL)
        continue;
      g_autofree char *words = tb_drawio_words (part);
      if (of->title == NULL)
        take_words (of, words);
      else if (strcmp (of->title, words) != 0)
        add_rest (of, words);
      if (!of->kind.known)
        of->kind = part->kind;
    }
}

/* How well words at r would be the title of that cell, less is better; below 0: not. */
static double
distance (const TbDrawioCell *cell, const TbRect *r)
{
  const TbRect *c = &cell->rect;
  double middle = r->x + r->width / 2;
  if (cell->what == TB_CELL_CONTAINER)
    {
      double top = r->y - c->y, bottom = c->y + c->height - r->y - r->height;
      double near = MIN (fabs (top), fabs (bottom));
      gboolean over = middle > c->x && middle < c->x + c->width && top > -MARGIN && bottom > -MARGIN;
      return over && near < MARGIN ? near + (top < bottom ? 0 : MARGIN) : -1;
    }
  double under = r->y - c->y - c->height, above = c->y - r->y - r->height;
  gboolean in_column = middle > c->x - BESIDE && middle < c->x + c->width + BESIDE;
  if (tb_drawio_inside (r, c))
    return 0;
  if (in_column && under > -c->height / 2 && under < BESIDE)
    return 1 + fabs (under);
  return in_column && above > -c->height / 2 && above < BESIDE ? 1 + BESIDE + fabs (above) : -1;
}

static void
find_words (TbDrawioPage *page, TbDrawioCell *cell)
{
  TbDrawioCell *best = NULL;
  double least = G_MAXDOUBLE;
  for (guint i = 0; i < page->cells->len; i++)
    {
      TbDrawioCell *text = page->cells->pdata[i];
      double d = text->what == TB_CELL_TEXT && (cell->what != TB_CELL_CONTAINER || text->container == cell)
                   ? distance (cell, &text->rect) : -1;
      if (d >= 0 && d < least)
        {
          best = text;
          least = d;
        }
    }
  if (best == NULL)
    return;
  g_autofree char *words = tb_drawio_words (best);
  take_words (cell, words);
  best->what = TB_CELL_PART;
  best->stands_for = cell;
}

/* "mxgraph.aws4.lambda_function" → "Lambda function"; "img/lib/Amazon-S3.svg" → "Amazon S3". (transfer full), NULL. */
static char *
name_of_shape (const TbDrawioCell *cell)
{
  static const char *const keys[] = { "resIcon", "prIcon", "grIcon", "image", "" };
  g_autofree char *value = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (keys) && value == NULL; i++)
    value = tb_drawio_style_get (cell, keys[i]);
  if (value == NULL || *value == '\0' || g_str_has_prefix (value, "data:") || g_str_has_prefix (value, "stencil("))
    return NULL;
  if (strpbrk (value, "./") == NULL)
    return NULL;
  g_autofree char *base = g_path_get_basename (value);
  char *dot = strrchr (base, '.');
  gboolean file = strchr (value, '/') != NULL;
  if (dot != NULL && file)
    *dot = '\0';
  char *name = g_strdup (dot != NULL && !file ? dot + 1 : base);
  g_strdelimit (name, "_-", ' ');
  g_strstrip (name);
  if (*name != '\0')
    *name = g_ascii_toupper (*name);
  return name;
}

/* Its own shape's name, or that of the picture in it. (transfer full), NULL. */
static char *
name_of_picture (const TbDrawioPage *page, const TbDrawioCell *cell)
{
  char *name = name_of_shape (cell);
  for (guint i = 0; i < page->cells->len && name == NULL && cell->what == TB_CELL_COMPONENT; i++)
    {
      const TbDrawioCell *part = page->cells->pdata[i];
      if (part->what == TB_CELL_PART && part->stands_for == cell)
        name = name_of_shape (part);
    }
  return name;
}

static void
name_by_shape (const TbDrawioPage *page, TbDrawioCell *cell)
{
  g_autofree char *name = name_of_picture (page, cell);
  if (name != NULL && *name != '\0' && (cell->kind.known || cell->linked || strchr (name, ' ') != NULL))
    take_words (cell, name);
  else if (cell->what == TB_CELL_CONTAINER)
    take_words (cell, "Group");
  else if (cell->linked || cell->kind.known)
    {
      g_autofree char *role = g_strdup (tb_role_name (cell->kind.role));
      *role = g_ascii_toupper (*role);
      take_words (cell, role);
    }
  else
    cell->what = TB_CELL_NOTHING;
}

static gboolean
is_nameless (const TbDrawioCell *cell)
{
  return (cell->what == TB_CELL_COMPONENT || cell->what == TB_CELL_CONTAINER) && cell->title == NULL;
}

void
tb_drawio_page_titles (TbDrawioPage *page)
{
  guint searches = 0;
  for (guint i = 0; i < page->cells->len; i++)
    {
      TbDrawioCell *cell = page->cells->pdata[i];
      g_autofree char *words = cell->what == TB_CELL_COMPONENT || cell->what == TB_CELL_CONTAINER ? tb_drawio_words (cell) : NULL;
      if (words != NULL)
        take_words (cell, words);
    }
  take_parts (page);
  for (guint i = 0; i < page->cells->len && (guint64) searches * page->cells->len < 40000000u; i++)
    if (is_nameless (page->cells->pdata[i]))
      {
        find_words (page, page->cells->pdata[i]);
        searches++;
      }
  for (guint i = 0; i < page->cells->len; i++)
    if (is_nameless (page->cells->pdata[i]))
      name_by_shape (page, page->cells->pdata[i]);
}
