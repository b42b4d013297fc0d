#include "fit-box.h"

struct _TbFitBox
{
  GtkWidget parent;
  int spacing;
  guint limit;
};

G_DEFINE_FINAL_TYPE (TbFitBox, tb_fit_box, GTK_TYPE_WIDGET)

static guint
priority_of (GtkWidget *child)
{
  return GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (child), "tb-priority"));
}

/* Width of the visible children up to a priority: their natural one, but the least of those from the
 * priority `small` on. */
static int
width_up_to (TbFitBox *self, guint priority, guint small)
{
  int width = 0, n = 0;
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self)); child;
       child = gtk_widget_get_next_sibling (child))
    {
      int min, nat;
      if (!gtk_widget_get_visible (child) || priority_of (child) > priority)
        continue;
      gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &min, &nat, NULL, NULL);
      width += priority_of (child) >= small ? min : nat;
      n++;
    }
  return width + MAX (n - 1, 0) * self->spacing;
}

static void
tb_fit_box_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                    int *natural, int *minimum_baseline, int *natural_baseline)
{
  TbFitBox *self = TB_FIT_BOX (widget);
  *minimum = *natural = 0;
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = width_up_to (self, 0, 0);
      *natural = width_up_to (self, self->limit, G_MAXUINT);
      return;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child))
    {
      int min, nat;
      gtk_widget_measure (child, orientation, -1, &min, &nat, NULL, NULL);
      *minimum = MAX (*minimum, min);
      *natural = MAX (*natural, nat);
    }
}

/* Those that would go next are made small before they go. */
static guint
fitting_priority (TbFitBox *self, int width)
{
  guint highest = 0;
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self)); child;
       child = gtk_widget_get_next_sibling (child))
    highest = MAX (highest, priority_of (child));
  highest = MIN (highest, self->limit);
  while (highest && width_up_to (self, highest, highest) > width)
    highest--;
  return highest;
}

static void
tb_fit_box_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  TbFitBox *self = TB_FIT_BOX (widget);
  guint priority = fitting_priority (self, width);
  int room = width - width_up_to (self, priority, priority);
  gboolean rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  int x = 0;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child))
    {
      if (!gtk_widget_get_visible (child))
        continue;
      gboolean shown = priority_of (child) <= priority;
      gtk_widget_set_child_visible (child, shown);
      if (!shown)
        continue;
      int min, nat;
      gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &min, &nat, NULL, NULL);
      int w = priority_of (child) < priority ? nat : CLAMP (min + room, min, nat);
      int at = rtl ? width - x - w : x;
      room -= priority_of (child) < priority ? 0 : w - min;
      gtk_widget_allocate (child, w, height, baseline,
                           gsk_transform_translate (NULL, &GRAPHENE_POINT_INIT (at, 0)));
      x += w + self->spacing;
    }
}

static void
tb_fit_box_dispose (GObject *object)
{
  GtkWidget *child;
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))))
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (tb_fit_box_parent_class)->dispose (object);
}

static void
tb_fit_box_class_init (TbFitBoxClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = tb_fit_box_dispose;
  widget_class->measure = tb_fit_box_measure;
  widget_class->size_allocate = tb_fit_box_size_allocate;
  gtk_widget_class_set_css_name (widget_class, "fit");
}

static void
tb_fit_box_init (TbFitBox *self)
{
  self->limit = G_MAXUINT;
}

GtkWidget *
tb_fit_box_new (int spacing)
{
  TbFitBox *self = g_object_new (TB_TYPE_FIT_BOX, "valign", GTK_ALIGN_CENTER, NULL);
  self->spacing = spacing;
  return GTK_WIDGET (self);
}

void
tb_fit_box_append (TbFitBox *box, GtkWidget *child, guint priority)
{
  g_object_set_data (G_OBJECT (child), "tb-priority", GUINT_TO_POINTER (priority));
  gtk_widget_set_valign (child, GTK_ALIGN_CENTER);
  gtk_widget_set_parent (child, GTK_WIDGET (box));
}

void
tb_fit_box_set_limit (TbFitBox *box, guint priority)
{
  if (box->limit == priority)
    return;
  box->limit = priority;
  gtk_widget_queue_resize (GTK_WIDGET (box));
}
