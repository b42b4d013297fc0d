/*            map()                  painted()                  insert()
 *   put off ───────▶ window awaited ───────────▶ idle queued ─────────▶ there
 *      │ map(), in a window that has been seen                             ▲
 *      └───────────────────────────────────────────────────────────────────┘  */
#include "later.h"

#define SEEN "tierboard-seen" /* of a surface that has had a picture */

struct _TbLater
{
  GtkWidget parent;
  GtkWidget *child;    /* owned until it is parented */
  GdkFrameClock *awaited; /* with a handler of ours */
  gulong painted_id;
  guint insert_id;
};

G_DEFINE_FINAL_TYPE (TbLater, tb_later, GTK_TYPE_WIDGET)

static gboolean
is_there (TbLater *self)
{
  return gtk_widget_get_parent (self->child) != NULL;
}

static GdkSurface *
surface_of (TbLater *self)
{
  return gtk_native_get_surface (gtk_widget_get_native (GTK_WIDGET (self)));
}

static void
put_in (TbLater *self)
{
  gtk_widget_set_parent (self->child, GTK_WIDGET (self));
  g_object_unref (self->child);
}

static gboolean
insert (gpointer data)
{
  TbLater *self = data;
  self->insert_id = 0;
  put_in (self);
  return G_SOURCE_REMOVE;
}

static void
stop_waiting (TbLater *self)
{
  if (self->awaited)
    g_signal_handler_disconnect (self->awaited, self->painted_id);
  g_clear_object (&self->awaited);
}

/* A clock also runs before its window is there to be seen. */
static void
painted (GdkFrameClock *clock, TbLater *self)
{
  GdkSurface *surface = surface_of (self);
  if (!gdk_surface_get_mapped (surface))
    return;
  g_object_set_data (G_OBJECT (surface), SEEN, GINT_TO_POINTER (TRUE));
  stop_waiting (self);
  self->insert_id = g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, insert, self, NULL);
}

static void
tb_later_map (GtkWidget *widget)
{
  TbLater *self = TB_LATER (widget);
  if (!is_there (self) && g_object_get_data (G_OBJECT (surface_of (self)), SEEN))
    {
      g_clear_handle_id (&self->insert_id, g_source_remove);
      put_in (self);
    }
  else if (!is_there (self) && !self->awaited && !self->insert_id)
    {
      self->awaited = g_object_ref (gtk_widget_get_frame_clock (widget));
      self->painted_id
          = g_signal_connect_after (self->awaited, "after-paint", G_CALLBACK (painted), self);
    }
  GTK_WIDGET_CLASS (tb_later_parent_class)->map (widget);
}

static void
tb_later_unmap (GtkWidget *widget)
{
  stop_waiting (TB_LATER (widget));
  GTK_WIDGET_CLASS (tb_later_parent_class)->unmap (widget);
}

static void
tb_later_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                  int *natural, int *minimum_baseline, int *natural_baseline)
{
  TbLater *self = TB_LATER (widget);
  int size[2];
  if (is_there (self))
    {
      gtk_widget_measure (self->child, orientation, for_size, minimum, natural, NULL, NULL);
      return;
    }
  gtk_widget_get_size_request (self->child, &size[GTK_ORIENTATION_HORIZONTAL],
                               &size[GTK_ORIENTATION_VERTICAL]);
  *minimum = *natural = MAX (size[orientation], 0);
}

static void
tb_later_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  TbLater *self = TB_LATER (widget);
  if (is_there (self))
    gtk_widget_allocate (self->child, width, height, baseline, NULL);
}

static void
tb_later_dispose (GObject *object)
{
  TbLater *self = TB_LATER (object);
  stop_waiting (self);
  g_clear_handle_id (&self->insert_id, g_source_remove);
  if (self->child && is_there (self))
    g_clear_pointer (&self->child, gtk_widget_unparent);
  g_clear_object (&self->child);
  G_OBJECT_CLASS (tb_later_parent_class)->dispose (object);
}

static void
tb_later_class_init (TbLaterClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = tb_later_dispose;
  widget_class->map = tb_later_map;
  widget_class->unmap = tb_later_unmap;
  widget_class->measure = tb_later_measure;
  widget_class->size_allocate = tb_later_size_allocate;
}

static void
tb_later_init (TbLater *self)
{
}

GtkWidget *
tb_later_new (GtkWidget *child)
{
  TbLater *self = g_object_new (TB_TYPE_LATER, NULL);
  self->child = g_object_ref_sink (child);
  g_object_bind_property (child, "visible", self, "visible", G_BINDING_SYNC_CREATE);
  return GTK_WIDGET (self);
}
