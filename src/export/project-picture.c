/* The drawing at a moment of a run: each instance's state by shape and colour, each link's figures and faults beside
 * it, and above it which moment that is. One scene as in any picture of the drawing, marks over it. */
#include "export-private.h"
#include "marks-private.h"
#include "projection-private.h"

#include <math.h>
#include <string.h>

#define PILL_HEIGHT 20.0
#define PILL_PAD 8.0
#define BASELINE 5.5 /* above the pill's lower edge */
#define DOT 4.2
#define CROSS 7.0
#define HEAD_HEIGHT 30.0

typedef struct
{
  TbModel *model;
  TbScene *scene;
  TbLiveFrame *frame;
  TbThemeId theme;
  GArray *marks;
  GArray *taken; /* of TbRect: by pills */
  TbRect page;
  TbExportOptions options;
} Picture;

static TbColour
colour (const Picture *p, TbColourId id)
{
  return tb_theme_colour (p->theme, id);
}

static TbMark *
add (Picture *p, TbMarkShape shape, TbRect rect)
{
  const TbMark mark = { .shape = shape, .rect = rect };
  g_array_append_val (p->marks, mark);
  return &g_array_index (p->marks, TbMark, p->marks->len - 1);
}

static void
add_line (Picture *p, double x1, double y1, double x2, double y2, TbColour ink, double width)
{
  TbMark *mark = add (p, TB_MARK_LINE, (TbRect){ MIN (x1, x2), MIN (y1, y2), fabs (x2 - x1), fabs (y2 - y1) });
  mark->points = g_new (TbPoint, 2);
  mark->points[0] = (TbPoint){ x1, y1 };
  mark->points[1] = (TbPoint){ x2, y2 };
  mark->n_points = 2;
  mark->line = ink;
  mark->width = width;
}

static void
add_text (Picture *p, double x, double baseline, const char *text, TbColour ink, gboolean bold)
{
  TbMark *mark = add (p, TB_MARK_TEXT, (TbRect){ x, baseline - 12, tb_marks_text_width (text, bold), 12 });
  mark->text = g_strdup (text);
  mark->fill = ink;
  mark->bold = bold;
}

/* ---- Instances ---------------------------------------------------------------------------------------- */

typedef enum
{
  FULL,
  HOLLOW,
  SQUARE,
  BARS,
  CROSSED
} Shape;

static const struct
{
  Shape shape;
  TbColourId colour;
} looks[] = {
  [TB_INSTANCE_WAITING] = { HOLLOW, TB_COLOUR_DIM },   [TB_INSTANCE_STARTING] = { HOLLOW, TB_COLOUR_WARN },
  [TB_INSTANCE_READY] = { FULL, TB_COLOUR_GOOD },        [TB_INSTANCE_PAUSED] = { BARS, TB_COLOUR_WARN },
  [TB_INSTANCE_STOPPING] = { SQUARE, TB_COLOUR_WARN },   [TB_INSTANCE_STOPPED] = { SQUARE, TB_COLOUR_DIM },
  [TB_INSTANCE_FAILED] = { CROSSED, TB_COLOUR_BAD },     [TB_INSTANCE_KILLED] = { CROSSED, TB_COLOUR_BAD },
  [TB_INSTANCE_UNHEALTHY] = { HOLLOW, TB_COLOUR_BAD },   [TB_INSTANCE_BACKOFF] = { HOLLOW, TB_COLOUR_BAD },
};

static void
add_state (Picture *p, TbPoint at, TbInstanceState state)
{
  TbColour ink = colour (p, looks[state].colour);
  switch (looks[state].shape)
    {
    case FULL:
      add (p, TB_MARK_DOT, (TbRect){ at.x - DOT, at.y - DOT, 2 * DOT, 2 * DOT })->fill = ink;
      break;
    case HOLLOW:
    case SQUARE:
      {
        TbMark *mark = add (p, TB_MARK_RECT, (TbRect){ at.x - DOT + 1, at.y - DOT + 1, 2 * DOT - 2, 2 * DOT - 2 });
        mark->radius = looks[state].shape == HOLLOW ? DOT - 1 : 0;
        mark->line = ink;
        mark->width = 1.5;
        mark->fill = looks[state].shape == SQUARE ? ink : (TbColour){ 0 };
        break;
      }
    case BARS:
      add_line (p, at.x - 2, at.y - DOT, at.x - 2, at.y + DOT, ink, 2.2);
      add_line (p, at.x + 2, at.y - DOT, at.x + 2, at.y + DOT, ink, 2.2);
      break;
    case CROSSED:
    default:
      add_line (p, at.x - DOT, at.y - DOT, at.x + DOT, at.y + DOT, ink, 2.2);
      add_line (p, at.x - DOT, at.y + DOT, at.x + DOT, at.y - DOT, ink, 2.2);
    }
}

static void
add_states (Picture *p)
{
  for (guint i = 0; i < p->frame->n_instances; i++)
    {
      const TbLiveInstance *instance = &p->frame->instances[i];
      TbPoint at;
      if (!instance->gone && instance->component_uid != 0
          && tb_scene_replica_dot (p->scene, instance->component_uid, instance->replica, &at))
        add_state (p, at, instance->state);
    }
}

/* ---- Links -------------------------------------------------------------------------------------------- */

/* "120/s · p99 4.2 ms · 3 errors/s · latency 20ms"; "": nothing to say. (transfer full) */
static char *
words_of (const TbLiveLink *link)
{
  GString *text = g_string_new (NULL);
  char latency[24];
  if (link->request_rate >= 0.05)
    g_string_append_printf (text, link->request_rate < 9.95 ? "%.1f/s" : "%.0f/s", link->request_rate);
  if (text->len > 0 && link->recent_p99_ns >= 0)
    {
      tb_axis_format ((double) link->recent_p99_ns, TB_AXIS_DURATION, latency, sizeof latency);
      g_string_append_printf (text, " · p99 %s", latency);
    }
  if (link->error_rate >= 0.05)
    g_string_append_printf (text, "%s%.1f errors/s", text->len > 0 ? " · " : "", link->error_rate);
  if (link->fault_text != NULL)
    g_string_append_printf (text, "%s%s", text->len > 0 ? " · " : "", link->fault_text);
  if (link->cut_since_ns != 0 || link->partly_cut)
    g_string_append_printf (text, "%s%s", text->len > 0 ? " · " : "", link->cut_since_ns != 0 ? "cut" : "partly cut");
  return g_string_free (text, FALSE);
}

static void
add_cross (Picture *p, TbUid line)
{
  TbPoint at = tb_scene_route_point (p->scene, line, tb_scene_route_length (p->scene, line) / 2);
  TbColour ink = colour (p, TB_COLOUR_BAD);
  add_line (p, at.x - CROSS, at.y - CROSS, at.x + CROSS, at.y + CROSS, ink, 3);
  add_line (p, at.x - CROSS, at.y + CROSS, at.x + CROSS, at.y - CROSS, ink, 3);
}

static void
add_link (Picture *p, const TbLiveLink *link)
{
  g_autofree char *text = words_of (link);
  guint n;
  TbUid line = link->link != 0 ? tb_scene_instance_link (p->scene, link->link, 0, 0) : 0;
  if (line == 0 || tb_scene_route (p->scene, line, &n) == NULL || *text == '\0')
    return;
  if (link->cut_since_ns != 0)
    add_cross (p, line);
  gboolean bad = link->error_rate >= 0.05 || link->cut_since_ns != 0;
  double width = tb_marks_text_width (text, FALSE) + 2 * PILL_PAD;
  TbRect pill = tb_scene_link_pill (p->scene, line, width, PILL_HEIGHT, (const TbRect *) (gpointer) p->taken->data, p->taken->len);
  g_array_append_val (p->taken, pill);
  TbMark *box = add (p, TB_MARK_RECT, pill);
  box->radius = PILL_HEIGHT / 2;
  box->fill = colour (p, TB_COLOUR_CARD);
  box->line = colour (p, bad ? TB_COLOUR_BAD : link->fault_text != NULL ? TB_COLOUR_WARN : TB_COLOUR_LINK);
  box->width = 1;
  add_text (p, pill.x + PILL_PAD, pill.y + pill.height - BASELINE, text, colour (p, TB_COLOUR_TEXT), FALSE);
}

/* ---- The whole ------------------------------------------------------------------------------------------ */

static void
add_head (Picture *p)
{
  const char *title = tb_element_title (tb_model_root (p->model));
  g_autofree char *text = g_strdup_printf ("%s, %.3f s after its start: %s", title,
                                           (double) (p->frame->time_ns - p->frame->start_ns) / 1e9,
                                           tb_run_state_name (p->frame->state));
  double width = tb_marks_text_width (text, TRUE) + 2 * 24;
  p->page.y -= HEAD_HEIGHT;
  p->page.height += HEAD_HEIGHT;
  p->page.width = MAX (p->page.width, ceil (width));
  add_text (p, p->page.x + 24, p->page.y + HEAD_HEIGHT - 4, text, colour (p, TB_COLOUR_TEXT), TRUE);
}

/* Pills may stand outside of what is drawn. */
static void
stretch_page (Picture *p)
{
  double right = p->page.x + p->page.width, bottom = p->page.y + p->page.height;
  for (guint i = 0; i < p->marks->len; i++)
    {
      const TbRect *r = &g_array_index (p->marks, TbMark, i).rect;
      double x = MIN (p->page.x, floor (r->x - 8)), y = MIN (p->page.y, floor (r->y - 8));
      right = MAX (right, ceil (r->x + r->width + 8));
      bottom = MAX (bottom, ceil (r->y + r->height + 8));
      p->page.x = x;
      p->page.y = y;
    }
  p->page.width = right - p->page.x;
  p->page.height = bottom - p->page.y;
}

static TbModel *
drawing_at (TbPast *past, gint64 at_ns, GError **error)
{
  const char *xml = tb_past_architecture (past, at_ns);
  g_autoptr (TbDocument) document
    = xml != NULL ? tb_document_load_bytes (tb_past_path (past), xml, strlen (xml), NULL, error) : NULL;
  if (xml == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "the recording has no drawing inside");
  return document != NULL ? tb_document_snapshot (document) : NULL;
}

static void
picture_clear (Picture *p)
{
  g_clear_pointer (&p->marks, g_array_unref);
  g_clear_pointer (&p->taken, g_array_unref);
  g_clear_pointer (&p->scene, tb_scene_free);
  g_clear_pointer (&p->frame, tb_live_frame_unref);
  g_clear_pointer (&p->model, tb_model_unref);
}

static gboolean
picture_init (Picture *p, TbPast *past, const TbProjectionOptions *o, GError **error)
{
  gint64 at_ns = o->at_ns < 0 ? tb_past_end_ns (past) : tb_past_start_ns (past) + o->at_ns;
  *p = (Picture){ .theme = o->picture.theme, .options = o->picture };
  if (!tb_export_check_scale (&p->options, error))
    return FALSE;
  p->model = drawing_at (past, at_ns, error);
  if (p->model == NULL)
    return FALSE;
  if (o->picture.view_id != NULL && tb_scene_find_view (p->model, o->picture.view_id) == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "there is no view “%s”", o->picture.view_id);
      picture_clear (p);
      return FALSE;
    }
  p->frame = tb_past_frame (past, p->model, at_ns, at_ns);
  p->scene = tb_scene_new (p->model, o->picture.view_id);
  p->marks = tb_marks_new ();
  p->taken = g_array_new (FALSE, FALSE, sizeof (TbRect));
  p->page = tb_export_page (p->scene);
  for (guint i = 0; i < p->frame->n_links; i++)
    add_link (p, &p->frame->links[i]);
  add_states (p);
  stretch_page (p);
  add_head (p);
  return TRUE;
}

char *
tb_project_picture_svg (TbPast *past, const TbProjectionOptions *options, gsize *size, GError **error)
{
  Picture p;
  if (!picture_init (&p, past, options, error))
    return NULL;
  g_autofree char *over = tb_marks_to_svg (p.marks, p.theme, FALSE);
  const TbSvgOptions how = { .theme = p.theme, .scale = p.options.scale, .page = &p.page, .over = over };
  char *svg = tb_scene_to_svg_with (p.scene, &how, size);
  picture_clear (&p);
  return svg;
}

gboolean
tb_project_svg (TbPast *past, const TbProjectionOptions *options, FILE *out, GError **error)
{
  gsize size;
  g_autofree char *svg = tb_project_picture_svg (past, options, &size, error);
  if (svg != NULL)
    fwrite (svg, 1, size, out);
  return svg != NULL;
}

typedef GBytes *(*Painter) (const TbScene *scene, const TbRect *page, const GArray *marks,
                            const TbExportOptions *options, GError **error);

static gboolean
paint (TbPast *past, const TbProjectionOptions *options, Painter painter, FILE *out, GError **error)
{
  Picture p;
  if (!picture_init (&p, past, options, error))
    return FALSE;
  g_autoptr (GBytes) bytes = painter (p.scene, &p.page, p.marks, &p.options, error);
  if (bytes != NULL)
    fwrite (g_bytes_get_data (bytes, NULL), 1, g_bytes_get_size (bytes), out);
  picture_clear (&p);
  return bytes != NULL;
}

gboolean
tb_project_png (TbPast *past, const TbProjectionOptions *options, FILE *out, GError **error)
{
  return paint (past, options, tb_export_scene_png, out, error);
}

gboolean
tb_project_pdf (TbPast *past, const TbProjectionOptions *options, FILE *out, GError **error)
{
  return paint (past, options, tb_export_scene_pdf, out, error);
}
