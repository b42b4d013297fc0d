/* A drawing as one page of HTML: pictures of every view whose cards, containers and labels lead to what the tables say of
 * them. No script, nothing from elsewhere, and it says so to the browser. The pictures are images of their own, so that
 * their ids and styles do not meet; what can be clicked lies over them, in parts of their size, and so follows any width. */
#include "html-private.h"
#include "report-private.h"
#include "tb-plot.h"
#include "tb-sketch.h"

#include <string.h>

static const char style[]
  = "nav a{margin-right:1.2rem}a{color:#1c62c4;text-decoration:none}a:hover{text-decoration:underline}"
    "@media(prefers-color-scheme:dark){a{color:#8ab4f8}}"
    ".view{position:relative;display:block;max-width:100%}.view img{display:block;width:100%;border-radius:6px}"
    ".view a{position:absolute;border-radius:8px}.view a:hover,.view a:focus{outline:2px solid #1c62c4}"
    ".wide img{border-radius:6px}tr:target td{background:#1c62c422}.ignored{opacity:.6}.level{white-space:nowrap}"
    ".error{color:#c01c28;font-weight:600}.warning{color:#9c6e03;font-weight:600}"
    "@media(prefers-color-scheme:dark){.error{color:#ff7b72}.warning{color:#e3b341}}"
    /* Too narrow for columns: a row is a block, a cell a line of it with its column's name. */
    "@media screen and (max-width:60rem){body{margin:1rem auto;padding:0 1rem;overflow-wrap:anywhere}"
    "nav a{display:inline-block;padding:.35rem 0}.rows,.rows tbody{display:block}.rows tr{display:block;padding:.5rem 0;"
    "border-bottom:1px solid var(--line)}.rows tr:has(th){display:none}.rows th,.rows td:empty{display:none}"
    ".rows td{display:block;border:0;padding:.1rem 0 .1rem 7rem}"
    ".rows td::before{content:attr(data-head);float:left;margin-left:-7rem;color:var(--dim);font-weight:400}"
    ".rows td:first-child{font-weight:600}.rows tr:target{background:#1c62c422}.rows tr:target td{background:none}}"
    "@media print{nav{display:none}.view{break-inside:avoid}}";

/* ---- Words -------------------------------------------------------------------------------------------- */

void
tb_page_text (TbPage *page, const char *text)
{
  if (text == NULL)
    return;
  g_autofree char *clean = tb_plot_clean (text, strlen (text));
  g_autofree char *escaped = g_markup_escape_text (clean, -1);
  g_string_append (page->out, escaped);
}

/* Whether the page has a row or a heading of it. */
static gboolean
is_told (const TbElement *element)
{
  static const TbKind kinds[] = { TB_KIND_LAYER, TB_KIND_TIER, TB_KIND_DEVICE, TB_KIND_MIDDLEWARE, TB_KIND_GROUP, TB_KIND_COMPONENT,
                                  TB_KIND_LINK, TB_KIND_INTERACTION, TB_KIND_SCENARIO, TB_KIND_VIEW };
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (tb_element_kind (element) == kinds[i])
      return TRUE;
  return FALSE;
}

void
tb_page_link (TbPage *page, const TbElement *element)
{
  if (element == NULL)
    return;
  if (!is_told (element))
    {
      tb_page_text (page, tb_element_title (element));
      return;
    }
  g_string_append_printf (page->out, "<a href=\"#%s\">", tb_element_id (element));
  tb_page_text (page, tb_element_title (element));
  g_string_append (page->out, "</a>");
}

/* ---- Pictures ----------------------------------------------------------------------------------------- */

typedef struct
{
  TbPage *page;
  TbRect bounds;
  GString *links;
} Overlay;

static void
put_share (GString *out, const char *name, double value, double of)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];
  g_string_append_printf (out, "%s:%s%%;", name, g_ascii_formatd (digits, sizeof digits, "%.4f", 100 * value / of));
}

/* Bands have a table too, but what is in them is meant by who clicks there. */
static void
lay_over (const TbSketchItem *item, gpointer data)
{
  Overlay *o = data;
  const TbElement *element = tb_model_get (o->page->model, item->element);
  const TbRect *r = item->kind == TB_ITEM_LINK ? &item->label : &item->rect;
  gboolean clicked = item->kind == TB_ITEM_COMPONENT || item->kind == TB_ITEM_LINK || item->kind == TB_ITEM_MIDDLEWARE;
  if (element == NULL || tb_element_id (element) == NULL || !clicked || r->width <= 0 || r->height <= 0)
    return;
  g_string_append_printf (o->links, "<a href=\"#%s\" title=\"", tb_element_id (element));
  TbPage page = *o->page;
  page.out = o->links;
  tb_page_text (&page, tb_element_title (element));
  g_string_append (o->links, "\" style=\"");
  put_share (o->links, "left", r->x - o->bounds.x, o->bounds.width);
  put_share (o->links, "top", r->y - o->bounds.y, o->bounds.height);
  put_share (o->links, "width", r->width, o->bounds.width);
  put_share (o->links, "height", r->height, o->bounds.height);
  g_string_append (o->links, "\"></a>\n");
}

static void
put_image (TbPage *page, const char *svg, gsize size, const char *title)
{
  g_autofree char *coded = g_base64_encode ((const guchar *) svg, size);
  g_string_append_printf (page->out, "<img src=\"data:image/svg+xml;base64,%s\" alt=\"", coded);
  tb_page_text (page, title);
  g_string_append (page->out, "\">\n");
}

static void
put_view (TbPage *page, const TbElement *view)
{
  TbExportOptions options = *page->options;
  options.view_id = view != NULL ? tb_element_id (view) : NULL;
  g_autoptr (TbScene) scene = tb_export_make_scene (page->model, &options);
  TbRect bounds = tb_export_page (scene);
  Overlay overlay = { .page = page, .bounds = bounds, .links = g_string_new (NULL) };
  const TbSvgOptions how = { .theme = TB_THEME_LIGHT, .or_dark = TRUE, .scale = 1, .page = &bounds };
  const char *title = view != NULL ? tb_element_title (view) : "The drawing";
  gsize size;
  g_autofree char *svg = tb_scene_to_svg_with (scene, &how, &size);
  tb_scene_sketch (scene, TB_THEME_LIGHT, lay_over, &overlay);
  g_string_append_printf (page->out, "<h2 id=\"%s\">", view != NULL ? tb_element_id (view) : "drawing");
  tb_page_text (page, title);
  g_string_append (page->out, "</h2>\n");
  if (view != NULL && tb_element_is_set (view, TB_PROP_DESCRIPTION))
    {
      g_string_append (page->out, "<p>");
      tb_page_text (page, tb_element_get (view, TB_PROP_DESCRIPTION));
      g_string_append (page->out, "</p>\n");
    }
  g_string_append_printf (page->out, "<div class=\"view\" style=\"width:%dpx\">", (int) bounds.width);
  put_image (page, svg, size, title);
  g_string_append_len (page->out, overlay.links->str, (gssize) overlay.links->len);
  g_string_append (page->out, "</div>\n");
  g_string_free (overlay.links, TRUE);
}

/* A sequence diagram, NULL with error. */
static GBytes *
draw_interaction (TbPage *page, const TbElement *interaction, TbThemeId theme, GError **error)
{
  TbExportOptions options = *page->options;
  options.interaction = tb_element_id (interaction);
  options.theme = theme;
  options.embed = FALSE;
  return tb_export_sequence (page->model, &options, "svg", error);
}

/* Drawn for either: unlike a view's it is no picture of both. */
static gboolean
put_interaction (TbPage *page, const TbElement *interaction, GError **error)
{
  g_autoptr (GBytes) light = draw_interaction (page, interaction, TB_THEME_LIGHT, error);
  g_autoptr (GBytes) dark = light != NULL ? draw_interaction (page, interaction, TB_THEME_DARK, error) : NULL;
  if (dark == NULL)
    return FALSE;
  gsize size;
  const guchar *data = g_bytes_get_data (dark, &size);
  g_autofree char *coded = g_base64_encode (data, size);
  g_string_append_printf (page->out, "<h2 id=\"%s\">", tb_element_id (interaction));
  tb_page_text (page, tb_element_title (interaction));
  g_string_append_printf (page->out, "</h2>\n<div class=\"wide\"><picture><source media=\"(prefers-color-scheme:dark)\" "
                          "srcset=\"data:image/svg+xml;base64,%s\">", coded);
  data = g_bytes_get_data (light, &size);
  put_image (page, (const char *) data, size, tb_element_title (interaction));
  g_string_append (page->out, "</picture></div>\n");
  return TRUE;
}

static gboolean
put_interactions (TbPage *page, GError **error)
{
  for (guint i = 0; i < tb_model_count (page->model, TB_KIND_INTERACTION); i++)
    if (!put_interaction (page, tb_model_nth (page->model, TB_KIND_INTERACTION, i), error))
      return FALSE;
  return TRUE;
}

/* ---- The page ----------------------------------------------------------------------------------------- */

static void
put_counts (TbPage *page)
{
  static const struct
  {
    TbKind kind;
    const char *word;
  } rows[] = { { TB_KIND_COMPONENT, "component" }, { TB_KIND_LINK, "link" }, { TB_KIND_TIER, "tier" }, { TB_KIND_LAYER, "layer" } };
  g_string_append (page->out, "<p>");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      guint n = tb_model_count (page->model, rows[i].kind);
      g_string_append_printf (page->out, "%s%u %s%s", i ? ", " : "", n, rows[i].word, n == 1 ? "" : "s");
    }
  g_string_append (page->out, ". Drawn with Tierboard.</p>\n");
}

static void
begin_page (TbPage *page)
{
  const TbElement *root = tb_model_root (page->model);
  g_string_append (page->out, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                              "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"
                              "<meta name=\"viewport\" content=\"width=device-width\"><title>");
  tb_page_text (page, tb_element_title (root));
  g_string_append_printf (page->out, "</title><style>%s%s</style></head><body>\n<h1>", tb_report_style, style);
  tb_page_text (page, tb_element_title (root));
  g_string_append (page->out, "</h1>\n<p>");
  tb_page_text (page, tb_element_get (root, TB_PROP_DESCRIPTION));
  g_string_append (page->out, "</p>\n");
  put_counts (page);
}

/* view_id says which view; without it all of them. */
static gboolean
is_asked_for (const TbPage *page, const TbElement *view)
{
  return page->options->view_id == NULL || strcmp (page->options->view_id, tb_element_id (view)) == 0;
}

/* What there is on it: the views that are, too. */
static void
put_contents (TbPage *page)
{
  static const TbKind kinds[] = { TB_KIND_VIEW, TB_KIND_INTERACTION, TB_KIND_SCENARIO };
  static const char *const tables[] = { "findings", "components", "links", "structure" };
  g_string_append (page->out, "<nav>");
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    for (guint i = 0; i < tb_model_count (page->model, kinds[k]); i++)
      {
        const TbElement *e = tb_model_nth (page->model, kinds[k], i);
        if (kinds[k] == TB_KIND_VIEW && !is_asked_for (page, e))
          continue;
        tb_page_link (page, e);
        g_string_append_c (page->out, '\n');
      }
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    g_string_append_printf (page->out, "<a href=\"#_%s\">%c%s</a>\n", tables[i], g_ascii_toupper (*tables[i]), tables[i] + 1);
  g_string_append (page->out, "</nav>\n");
}

static void
put_views (TbPage *page)
{
  guint n = tb_model_count (page->model, TB_KIND_VIEW);
  for (guint i = 0; i < n; i++)
    {
      const TbElement *view = tb_model_nth (page->model, TB_KIND_VIEW, i);
      if (is_asked_for (page, view))
        put_view (page, view);
    }
  if (n == 0)
    put_view (page, NULL);
}

GBytes *
tb_export_html (const TbModel *model, const TbExportOptions *options, GError **error)
{
  TbPage page = { .out = g_string_new (NULL), .model = model, .options = options };
  begin_page (&page);
  put_contents (&page);
  put_views (&page);
  gboolean good = put_interactions (&page, error);
  tb_page_findings (&page);
  tb_page_components (&page);
  tb_page_links (&page);
  tb_page_structure (&page);
  tb_page_scenarios (&page);
  g_string_append (page.out, "</body></html>\n");
  if (good)
    return g_string_free_to_bytes (page.out);
  g_string_free (page.out, TRUE);
  return NULL;
}
