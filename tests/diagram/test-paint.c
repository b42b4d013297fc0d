/* Both painters draw the same picture. */
#include <math.h>
#include <glib/gstdio.h>
#include <string.h>

#include "make-model.h"
#include "pen-private.h"
#include "tb-base.h"

static const char small[]
    = "<architecture xmlns='urn:tierboard:1'>"
      "<layer id='l' name='Layer &lt;one&gt; &amp; only'/><tier id='t' name='Tier'/>"
      "<middleware id='m' name='Bus' call='async'/>"
      "<component id='a' kind='client' name='A &quot;quoted&quot; name' tier='t' layer='l'"
      " replicas='3'/>"
      "<component id='b' kind='store' name='Store' tier='t' layer='l'/>"
      "<component id='c' kind='external' name='Bank'/>"
      "<link id='x' from='a' to='b' carries='rows &amp; columns' via='m'/>"
      "<link id='y' from='b' to='c' call='async'/>"
      "<note id='n' colour='#ffeeaa'>A remark.</note>"
      "<view id='main'><place of='a' x='0' y='0'/><place of='b' x='260' y='0'/>"
      "<place of='c' x='560' y='0'/><place of='n' x='560' y='120'/></view></architecture>";

static TbScene *
make_scene (const char *xml)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TbDocument) d = tb_document_load_bytes ("t", xml, strlen (xml), NULL, &error);
  g_assert_no_error (error);
  return tb_scene_new (tb_document_model (d), NULL);
}

static cairo_surface_t *
paint (const TbScene *scene, TbThemeId theme, double scale, const TbRect *page)
{
  TbPaintOptions options = { .theme = theme, .scale = scale, .background = TRUE };
  cairo_surface_t *s = cairo_image_surface_create (
      CAIRO_FORMAT_RGB24, (int) ceil (page->width * scale), (int) ceil (page->height * scale));
  cairo_t *cr = cairo_create (s);
  cairo_scale (cr, scale, scale);
  cairo_translate (cr, -page->x, -page->y);
  tb_scene_paint (scene, cr, page, &options);
  g_assert_cmpint (cairo_status (cr), ==, CAIRO_STATUS_SUCCESS);
  cairo_destroy (cr);
  cairo_surface_flush (s);
  return s;
}

static TbColour
pixel (cairo_surface_t *s, int x, int y)
{
  const guint8 *p = cairo_image_surface_get_data (s) + y * cairo_image_surface_get_stride (s)
                    + 4 * x;
  guint32 v;
  memcpy (&v, p, 4);
  return (TbColour){ (v >> 16 & 255) / 255., (v >> 8 & 255) / 255., (v & 255) / 255., 1 };
}

static void
assert_colour (TbColour a, TbColour b)
{
  /* Eight bits of colour and of coverage. */
  g_assert_cmpfloat (fabs (a.r - b.r) + fabs (a.g - b.g) + fabs (a.b - b.b), <, 0.06);
}

static void
test_colours_are_the_themes (void)
{
  g_autoptr (TbScene) scene = make_scene (small);
  TbRect page = { -100, -100, 1000, 400 };
  for (guint t = 0; t < TB_N_THEMES; t++)
    {
      TbThemeId theme = (TbThemeId) t;
      cairo_surface_t *s = paint (scene, theme, 1, &page);
      assert_colour (pixel (s, 1, 1), tb_theme_colour (theme, TB_COLOUR_CANVAS));
      assert_colour (pixel (s, 100 + 160, 100 + 60), tb_theme_colour (theme, TB_COLOUR_CARD));
      /* The outline, 1.5 wide, covers three quarters of the pixel inside. */
      TbColour outline = tb_theme_role (theme, TB_ROLE_STORE);
      TbColour card = tb_theme_colour (theme, TB_COLOUR_CARD);
      assert_colour (pixel (s, 100 + 300, 100), tb_colour_over (&outline, 0.75, &card));
      cairo_surface_destroy (s);
    }
}

static void
test_every_scale_paints_something (void)
{
  static const double scales[] = { 0.02, 0.1, 0.25, 0.35, 0.4, 0.5, 1, 2, 8 };
  g_autoptr (TbScene) scene = make_scene (small);
  TbRect page = { -60, -60, 300, 200 };
  for (guint i = 0; i < G_N_ELEMENTS (scales); i++)
    {
      cairo_surface_t *s = paint (scene, TB_THEME_LIGHT, scales[i], &page);
      TbColour c = pixel (s, (int) (148 * scales[i]), (int) (90 * scales[i]));
      TbColour canvas = pixel (s, 0, 0);
      g_assert_cmpfloat (fabs (c.r - canvas.r) + fabs (c.g - canvas.g) + fabs (c.b - canvas.b), >,
                         0.001);
      cairo_surface_destroy (s);
    }
}

/* A tile is the same piece of the picture as the whole. */
static void
test_tiles_join (void)
{
  g_autoptr (TbScene) scene = make_scene (small);
  TbRect page = { 0, -40, 512, 256 }, left = { 0, -40, 256, 256 }, right = { 256, -40, 256, 256 };
  cairo_surface_t *whole = paint (scene, TB_THEME_LIGHT, 1, &page);
  cairo_surface_t *a = paint (scene, TB_THEME_LIGHT, 1, &left);
  cairo_surface_t *b = paint (scene, TB_THEME_LIGHT, 1, &right);
  for (int y = 0; y < 256; y++)
    for (int x = 0; x < 512; x++)
      assert_colour (pixel (whole, x, y), x < 256 ? pixel (a, x, y) : pixel (b, x - 256, y));
  cairo_surface_destroy (whole);
  cairo_surface_destroy (a);
  cairo_surface_destroy (b);
}

static gpointer
paint_often (gpointer data)
{
  TbRect page = { -60, -60, 800, 300 };
  for (int i = 0; i < 20; i++)
    cairo_surface_destroy (paint (data, (TbThemeId) (i % TB_N_THEMES), 1, &page));
  return NULL;
}

static void
test_threads_may_paint_one_scene (void)
{
  g_autoptr (TbScene) scene = make_scene (small);
  GThread *threads[4];
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("paint", paint_often, scene);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static void
test_paint_only_draws_the_chosen (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TbDocument) d = tb_document_load_bytes ("t", small, strlen (small), NULL, &error);
  g_autoptr (TbScene) scene = tb_scene_new (tb_document_model (d), NULL);
  TbUid uid = tb_element_uid (tb_model_lookup (tb_document_model (d), "b"));
  TbPaintOptions options = { .scale = 1 };
  cairo_surface_t *s = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 800, 100);
  cairo_t *cr = cairo_create (s);
  tb_scene_paint_only (scene, cr, &uid, 1, &options);
  cairo_destroy (cr);
  cairo_surface_flush (s);
  TbColour black = { 0, 0, 0, 1 };
  assert_colour (pixel (s, 100, 30), black);
  assert_colour (pixel (s, 420, 60), tb_theme_colour (TB_THEME_LIGHT, TB_COLOUR_CARD));
  cairo_surface_destroy (s);
}

static void
test_icons_fill_their_square (void)
{
  TbColour ink = { 1, 1, 1, 1 };
  for (guint role = 0; role < TB_N_ROLES; role++)
    {
      double x0, y0, x1, y1;
      cairo_surface_t *s = cairo_recording_surface_create (CAIRO_CONTENT_COLOR_ALPHA, NULL);
      cairo_t *cr = cairo_create (s);
      tb_paint_role_icon (cr, (TbRole) role, 20, &ink);
      cairo_destroy (cr);
      cairo_recording_surface_ink_extents (s, &x0, &y0, &x1, &y1);
      g_assert_cmpfloat (x0, >=, -0.6);
      g_assert_cmpfloat (y0, >=, -0.6);
      g_assert_cmpfloat (x0 + x1, <=, 20.6);
      g_assert_cmpfloat (y0 + y1, <=, 20.6);
      g_assert_cmpfloat (x1, >, 12);
      cairo_surface_destroy (s);
    }
}

/* ---- SVG ------------------------------------------------------------------------------------- */

static void
test_svg_has_text_ids_and_titles (void)
{
  g_autoptr (TbScene) scene = make_scene (small);
  gsize size;
  g_autofree char *svg = tb_scene_to_svg (scene, TB_THEME_LIGHT, 2, &size);
  g_assert_cmpuint (strlen (svg), ==, size);
  g_assert_nonnull (strstr (svg, "<g id=\"a\" class=\"component client\"><title>A &quot;quoted"));
  g_assert_nonnull (strstr (svg, "<g id=\"y\" class=\"link async\"><title>"));
  g_assert_nonnull (strstr (svg, ">Store</text>"));
  g_assert_nonnull (strstr (svg, "textLength="));
  g_assert_null (strstr (svg, "foreignObject"));
}

static void
count_text (GMarkupParseContext *context, const char *element, const char **names,
            const char **values, gpointer data, GError **error)
{
  (void) context;
  (void) names;
  (void) values;
  (void) error;
  *(guint *) data += strcmp (element, "text") == 0;
}

static void
test_svg_is_well_formed (void)
{
  static const GMarkupParser parser = { .start_element = count_text };
  g_autoptr (TbScene) scene = make_scene (small);
  g_autoptr (GError) error = NULL;
  guint texts = 0;
  gsize size;
  g_autofree char *svg = tb_scene_to_svg (scene, TB_THEME_DARK, 1, &size);
  g_autoptr (GMarkupParseContext) context
      = g_markup_parse_context_new (&parser, G_MARKUP_DEFAULT_FLAGS, &texts, NULL);
  g_markup_parse_context_parse (context, svg, (gssize) size, &error);
  g_assert_no_error (error);
  g_markup_parse_context_end_parse (context, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (texts, >=, 9);
}

static cairo_surface_t *
rasterise (const char *svg, gsize size)
{
  g_autofree char *in = NULL, *out = NULL;
  int fd = g_file_open_tmp ("tierboard-XXXXXX.svg", &in, NULL);
  g_close (fd, NULL);
  out = g_strconcat (in, ".png", NULL);
  g_file_set_contents (in, svg, (gssize) size, NULL);
  const char *argv[] = { "rsvg-convert", in, "-o", out, NULL };
  gboolean ok = g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                              NULL, NULL, NULL);
  cairo_surface_t *s = ok ? cairo_image_surface_create_from_png (out) : NULL;
  g_unlink (in);
  g_unlink (out);
  return s;
}

static void
test_both_painters_agree (void)
{
  g_autofree char *program = g_find_program_in_path ("rsvg-convert");
  if (program == NULL)
    {
      g_test_skip ("rsvg-convert is not installed");
      return;
    }
  g_autoptr (TbScene) scene = make_scene (small);
  for (guint t = 0; t < TB_N_THEMES; t++)
    {
      gsize size;
      g_autofree char *svg = tb_scene_to_svg (scene, (TbThemeId) t, 1, &size);
      cairo_surface_t *a = rasterise (svg, size);
      TbRect b = tb_scene_bounds (scene);
      TbRect page = { floor (b.x - 24), floor (b.y - 24), ceil (b.width + 48),
                      ceil (b.height + 48) };
      cairo_surface_t *c = paint (scene, (TbThemeId) t, 1, &page);
      int w = cairo_image_surface_get_width (a), h = cairo_image_surface_get_height (a);
      double sum = 0;
      g_assert_cmpint (w, ==, cairo_image_surface_get_width (c));
      for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
          {
            TbColour p = pixel (a, x, y), q = pixel (c, x, y);
            sum += fabs (p.r - q.r) + fabs (p.g - q.g) + fabs (p.b - q.b);
          }
      g_test_message ("%s: mean difference %.5f", tb_theme_name ((TbThemeId) t),
                      sum / (3. * w * h));
      g_assert_cmpfloat (sum / (3. * w * h), <, 0.006);
      cairo_surface_destroy (a);
      cairo_surface_destroy (c);
    }
}

/* Two links that cross, between four cards. */
static char *
crossing_svg (const char *view, const char *routes)
{
  g_autofree char *xml = g_strdup_printf (
      "<architecture xmlns='urn:tierboard:1'><component id='a' kind='server' name='A'/>"
      "<component id='b' kind='server' name='B'/><component id='c' kind='server' name='C'/>"
      "<component id='d' kind='server' name='D'/><link id='x' from='a' to='b'/>"
      "<link id='y' from='c' to='d'/><view id='main' frame='none'%s>"
      "<place of='a' x='0' y='200'/><place of='b' x='600' y='200'/>"
      "<place of='c' x='300' y='0'/><place of='d' x='300' y='400'/>%s</view></architecture>",
      view, routes);
  g_autoptr (TbScene) scene = make_scene (xml);
  gsize size;
  return tb_scene_to_svg (scene, TB_THEME_LIGHT, 1, &size);
}

static void
test_a_crossing_is_jumped_unless_the_view_says_no (void)
{
  g_autofree char *with = crossing_svg ("", ""), *without = crossing_svg (" jumps='no'", "");
  g_assert_nonnull (strstr (with, "L383 234A5 5 0 0 1 393 234"));
  g_assert_null (strstr (without, "L383 234A5"));
}

static void
test_a_named_port_is_drawn_with_its_name (void)
{
  g_autofree char *svg = crossing_svg ("", "<route of='x' to-port='web'/>");
  g_autofree char *bare = crossing_svg ("", "");
  g_assert_nonnull (strstr (svg, ">web</text>"));
  g_assert_null (strstr (bare, ">web</text>"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/paint/" name, func)
  ADD ("colours-are-the-themes", test_colours_are_the_themes);
  ADD ("every-scale-paints-something", test_every_scale_paints_something);
  ADD ("tiles-join", test_tiles_join);
  ADD ("threads-may-paint-one-scene", test_threads_may_paint_one_scene);
  ADD ("paint-only-draws-the-chosen", test_paint_only_draws_the_chosen);
  ADD ("icons-fill-their-square", test_icons_fill_their_square);
  ADD ("svg-has-text-ids-and-titles", test_svg_has_text_ids_and_titles);
  ADD ("svg-is-well-formed", test_svg_is_well_formed);
  ADD ("a-crossing-is-jumped", test_a_crossing_is_jumped_unless_the_view_says_no);
  ADD ("a-named-port-is-drawn", test_a_named_port_is_drawn_with_its_name);
  if (g_getenv ("TIERBOARD_TEST_PROCESSES"))
    ADD ("both-painters-agree", test_both_painters_agree);
  return g_test_run ();
}
