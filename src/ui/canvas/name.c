/* Editing a name in place: a text field over the element. Enter commits, Escape drops, leaving
 * commits. A note's text has lines, so there Enter makes one and Control+Enter commits. */
#include "canvas-private.h"

#include <math.h>
#include <string.h>

static const char css[]
    = ".tb-name { background: @view_bg_color; color: @view_fg_color; border-radius: 6px;"
      " padding: 2px 6px; outline: 2px solid @accent_bg_color; outline-offset: -1px;"
      " box-shadow: 0 2px 8px alpha(black, 0.18); min-height: 20px; }"
      ".tb-name entry, .tb-name textview, .tb-name textview text { background: none; min-height: 0;"
      " padding: 0; outline: none; box-shadow: none; }";

static void
load_css (GtkWidget *widget)
{
  static gboolean loaded;
  if (loaded)
    return;
  loaded = TRUE;
  g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();
  gtk_css_provider_load_from_data (provider, css, -1);
  gtk_style_context_add_provider_for_display (gtk_widget_get_display (widget),
                                              GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

static TbProp
named_prop (TbCanvas *canvas, TbUid uid)
{
  const TbElement *e = tb_model_get (tb_document_model (tb_editor_document (canvas->editor)), uid);
  if (e == NULL)
    return TB_PROP_NONE;
  TbKind kind = tb_element_kind (e);
  return kind == TB_KIND_NOTE ? TB_PROP_TEXT
         : tb_schema_prop (kind, TB_PROP_NAME) ? TB_PROP_NAME : TB_PROP_NONE;
}

/* ---- Where it stands ------------------------------------------------------------------------- */

/* In the middle of its way, where a label would stand. */
static TbRect
link_rect (TbCanvas *canvas)
{
  const TbScene *scene = tb_canvas_scene (canvas);
  TbUid uid = canvas->name_uid;
  TbPoint world = tb_scene_route_point (scene, uid, tb_scene_route_length (scene, uid) / 2);
  TbPoint at = tb_camera_from_world (&canvas->camera, world.x, world.y);
  return (TbRect){ at.x - 70, at.y - 14, 140, 28 };
}

/* As wide as its text, and no wider than the canvas. */
static int
text_width (TbCanvas *canvas)
{
  int width;
  if (!GTK_IS_ENTRY (canvas->name_field))
    return 0;
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (
      canvas->name_field, gtk_editable_get_text (GTK_EDITABLE (canvas->name_field)));
  pango_layout_set_attributes (layout, gtk_entry_get_attributes (GTK_ENTRY (canvas->name_field)));
  pango_layout_get_pixel_size (layout, &width, NULL);
  return MIN (width + 24, (int) canvas->camera.width - 16);
}

/* Over the name as the painter draws it: beside the icon of a card, at the top of a container. */
static TbRect
name_rect (TbCanvas *canvas)
{
  double zoom = canvas->camera.zoom;
  TbItemKind kind;
  TbRect r = { 0 };
  if (!tb_scene_item (tb_canvas_scene (canvas), canvas->name_uid, &kind, &r))
    return r;
  TbRect at = tb_camera_rect (&canvas->camera, &r);
  switch (kind)
    {
    case TB_ITEM_COMPONENT:
      return (TbRect){ at.x + 52 * zoom, at.y + at.height / 2 - 25 * zoom,
                       MAX (at.width - 58 * zoom, 120), 28 };
    case TB_ITEM_NOTE:
      return (TbRect){ at.x, at.y, MAX (at.width, 160), MAX (at.height, 64) };
    case TB_ITEM_LINK:
      return link_rect (canvas);
    case TB_ITEM_LAYER:
      return (TbRect){ MAX (at.x, 0) + 6, at.y + at.height / 2 - 14, 160, 28 };
    case TB_ITEM_TIER:
    case TB_ITEM_GROUP:
    case TB_ITEM_DEVICE:
    case TB_ITEM_FRAME:
    case TB_ITEM_MIDDLEWARE:
      break;
    }
  return (TbRect){ at.x + 8 * zoom, at.y + 2 * zoom, CLAMP (at.width - 16 * zoom, 140, 260), 28 };
}

void
tb_canvas_name_allocate (TbCanvas *canvas)
{
  int minimum, natural;
  if (canvas->name_edit == NULL)
    return;
  TbRect r = name_rect (canvas);
  gtk_widget_measure (canvas->name_edit, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, &natural, NULL,
                      NULL);
  int width = MAX (minimum, MAX ((int) r.width, text_width (canvas)));
  /* What is typed stays in sight. */
  r.x = CLAMP (r.x, 8, MAX (canvas->camera.width - width - 8, 8));
  gtk_widget_measure (canvas->name_edit, GTK_ORIENTATION_VERTICAL, width, &minimum, &natural, NULL,
                      NULL);
  int height = MAX (minimum, (int) r.height);
  GskTransform *to = gsk_transform_translate (
      NULL, &GRAPHENE_POINT_INIT ((float) round (r.x), (float) round (r.y)));
  gtk_widget_allocate (canvas->name_edit, width, height, -1, to);
}

/* ---- Ending ---------------------------------------------------------------------------------- */

static char *
typed_text (TbCanvas *canvas)
{
  GtkTextIter begin, end;
  if (GTK_IS_EDITABLE (canvas->name_field))
    return g_strdup (gtk_editable_get_text (GTK_EDITABLE (canvas->name_field)));
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (canvas->name_field));
  gtk_text_buffer_get_bounds (buffer, &begin, &end);
  return gtk_text_buffer_get_text (buffer, &begin, &end, FALSE);
}

static void
commit (TbCanvas *canvas)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = typed_text (canvas);
  TbProp prop = named_prop (canvas, canvas->name_uid);
  g_strstrip (text);
  if (prop == TB_PROP_NONE)
    return;
  if (!tb_editor_set (canvas->editor, canvas->name_uid, prop, *text ? text : NULL, &error))
    g_signal_emit_by_name (canvas->editor, "message", error->message);
}

void
tb_canvas_name_end (TbCanvas *canvas, gboolean keep)
{
  if (canvas->name_edit == NULL || canvas->closing_name)
    return;
  /* Taking the field away moves the focus, which asks for the end again. */
  canvas->closing_name = TRUE;
  gboolean had_focus = gtk_widget_get_focus_child (GTK_WIDGET (canvas)) == canvas->name_edit;
  TbUid uid = canvas->name_uid;
  if (keep)
    commit (canvas);
  gtk_widget_unparent (canvas->name_edit);
  canvas->name_edit = canvas->name_field = NULL;
  canvas->name_uid = 0;
  canvas->closing_name = FALSE;
  if (had_focus && tb_editor_is_selected (canvas->editor, uid))
    tb_items_focus (canvas->items, uid);
  else if (had_focus)
    gtk_widget_grab_focus (GTK_WIDGET (canvas));
  tb_canvas_live_changed (canvas);
}

static void
activated (GtkEntry *entry, TbCanvas *canvas)
{
  tb_canvas_name_end (canvas, TRUE);
}

static gboolean
field_key (GtkEventControllerKey *keys, guint key, guint code, GdkModifierType state,
           TbCanvas *canvas)
{
  if (key == GDK_KEY_Escape)
    {
      tb_canvas_name_end (canvas, FALSE);
      return TRUE;
    }
  gboolean enter = key == GDK_KEY_Return || key == GDK_KEY_KP_Enter;
  if ((enter && (state & GDK_CONTROL_MASK)) || key == GDK_KEY_Tab)
    {
      tb_canvas_name_end (canvas, TRUE);
      return TRUE;
    }
  return FALSE;
}

static void
field_left (GtkEventControllerFocus *focus, TbCanvas *canvas)
{
  tb_canvas_name_end (canvas, TRUE);
}

/* ---- Beginning ------------------------------------------------------------------------------- */

static GtkWidget *
line_field (TbCanvas *canvas, const char *text, double size)
{
  GtkWidget *field = gtk_entry_new (); /* a GtkText alone is nothing to assistive tools */
  PangoAttrList *attributes = pango_attr_list_new ();
  pango_attr_list_insert (attributes, pango_attr_size_new_absolute ((int) (size * PANGO_SCALE)));
  pango_attr_list_insert (attributes, pango_attr_weight_new (PANGO_WEIGHT_SEMIBOLD));
  pango_attr_list_insert (attributes, pango_attr_family_new (TB_CANVAS_FAMILIES));
  gtk_entry_set_attributes (GTK_ENTRY (field), attributes);
  gtk_entry_set_has_frame (GTK_ENTRY (field), FALSE);
  pango_attr_list_unref (attributes);
  gtk_editable_set_text (GTK_EDITABLE (field), text);
  g_signal_connect (field, "activate", G_CALLBACK (activated), canvas);
  g_signal_connect_object (field, "changed", G_CALLBACK (gtk_widget_queue_allocate), canvas,
                           G_CONNECT_SWAPPED);
  return field;
}

static GtkWidget *
lines_field (const char *text)
{
  GtkWidget *field = gtk_text_view_new ();
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (field), GTK_WRAP_WORD_CHAR);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (field)), text, -1);
  return field;
}

static void
add_field (TbCanvas *canvas, GtkWidget *field)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();

  load_css (GTK_WIDGET (canvas));
  gtk_widget_add_css_class (box, "tb-name");
  gtk_widget_set_hexpand (field, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (field), GTK_ACCESSIBLE_PROPERTY_LABEL, "Name", -1);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (field_key), canvas);
  gtk_widget_add_controller (field, keys);
  g_signal_connect (focus, "leave", G_CALLBACK (field_left), canvas);
  gtk_widget_add_controller (field, focus);
  gtk_box_append (GTK_BOX (box), field);
  gtk_widget_set_parent (box, GTK_WIDGET (canvas));
  canvas->name_edit = box;
  canvas->name_field = field;
}

static void
place_cursor (GtkWidget *field, const char *typed)
{
  if (!GTK_IS_EDITABLE (field))
    return;
  gtk_entry_grab_focus_without_selecting (GTK_ENTRY (field));
  if (typed != NULL)
    gtk_editable_set_position (GTK_EDITABLE (field), -1);
  else
    gtk_editable_select_region (GTK_EDITABLE (field), 0, -1);
}

/* typed: replaces the name so far; NULL: the name is there, selected. */
void
tb_canvas_name_begin (TbCanvas *canvas, TbUid uid, const char *typed)
{
  TbProp prop = canvas->editor ? named_prop (canvas, uid) : TB_PROP_NONE;
  if (prop == TB_PROP_NONE)
    return;
  tb_canvas_name_end (canvas, TRUE);
  tb_editor_select_one (canvas->editor, uid);
  tb_canvas_scroll_to (canvas, uid);
  canvas->name_uid = uid;
  const TbElement *e = tb_model_get (tb_document_model (tb_editor_document (canvas->editor)), uid);
  const char *text = typed               ? typed
                     : prop == TB_PROP_TEXT ? (tb_element_get (e, prop) ?: "")
                     : tb_element_is_set (e, prop) ? tb_element_get (e, prop) : tb_element_title (e);
  add_field (canvas, prop == TB_PROP_TEXT ? lines_field (text)
                                          : line_field (canvas, text,
                                                        CLAMP (14 * canvas->camera.zoom, 12, 28)));
  gtk_widget_queue_allocate (GTK_WIDGET (canvas));
  gtk_widget_grab_focus (canvas->name_field);
  place_cursor (canvas->name_field, typed);
}
