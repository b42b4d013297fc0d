#include "turn-box.h"

struct _TbTurnBox
{
  GtkWidget parent;
  int least, spacing;
};

G_DEFINE_FINAL_TYPE (TbTurnBox, tb_turn_box, GTK_TYPE_WIDGET)

static void
width_of (GtkWidget *child, int *least, int *wanted)
{
  gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, least, wanted, NULL, NULL);
}

static int
height_of (GtkWidget *child, int width)
{
  int least, wanted;
  gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, width, &least, &wanted, NULL, NULL);
  return wanted;
}

static GtkWidget *
next_of (GtkWidget *child)
{
  do
    child = gtk_widget_get_next_sibling (child);
  while (child && !gtk_widget_should_layout (child));
  return child;
}

/* Of all but the words in one line, with the space before them; 0: there are none. */
static int
width_of_rest (TbTurnBox *self)
{
  int width = 0, least, wanted;
  for (GtkWidget *child = next_of (gtk_widget_get_first_child (GTK_WIDGET (self))); child; child = next_of (child))
    {
      width_of (child, &least, &wanted);
      width += wanted + self->spacing;
    }
  return width;
}

/* The width of the words with the rest beside them; 0: it goes below. */
static int
beside (TbTurnBox *self, int width)
{
  int rest = width_of_rest (self), least, wanted;
  width_of (gtk_widget_get_first_child (GTK_WIDGET (self)), &least, &wanted);
  return width - rest >= MAX (least, MIN (wanted, self->least)) ? width - rest : 0;
}

static void
place (TbTurnBox *self, GtkWidget *child, const GdkRectangle *at, int width)
{
  gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  GdkRectangle where = *at;
  if (rtl)
    where.x = width - at->x - at->width;
  gtk_widget_size_allocate (child, &where, -1);
}

static void
allocate_beside (TbTurnBox *self, int words, int width, int height)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self));
  int x = words, least, wanted;
  place (self, child, &(GdkRectangle){ 0, 0, words, height }, width);
  while ((child = next_of (child)))
    {
      width_of (child, &least, &wanted);
      place (self, child, &(GdkRectangle){ x + self->spacing, 0, wanted, height }, width);
      x += wanted + self->spacing;
    }
}

/* All lines of the rest are as high as the highest that stands in them. */
static int
height_of_line (TbTurnBox *self, int width)
{
  int height = 0, least, wanted;
  for (GtkWidget *child = next_of (gtk_widget_get_first_child (GTK_WIDGET (self))); child; child = next_of (child))
    {
      width_of (child, &least, &wanted);
      height = MAX (height, height_of (child, MAX (least, MIN (wanted, width))));
    }
  return height;
}

/* Lines of the rest from y on; only measures, unless it is to allocate. Returns where the last one ends. */
static int
fill_lines (TbTurnBox *self, int y, int width, gboolean allocate)
{
  int x = 0, line = height_of_line (self, width), least, wanted;
  for (GtkWidget *child = next_of (gtk_widget_get_first_child (GTK_WIDGET (self))); child; child = next_of (child))
    {
      width_of (child, &least, &wanted);
      int w = MAX (least, MIN (wanted, width));
      if (x > 0 && x + w > width)
        {
          x = 0;
          y += line;
        }
      if (allocate)
        place (self, child, &(GdkRectangle){ x, y, w, line }, width);
      x += w + self->spacing;
    }
  return y + line;
}

static int
height_for (TbTurnBox *self, int width)
{
  GtkWidget *words = gtk_widget_get_first_child (GTK_WIDGET (self));
  int there = beside (self, width);
  if (there == 0)
    return fill_lines (self, height_of (words, width), width, FALSE);
  return MAX (height_of (words, there), height_of_line (self, width));
}

static GtkSizeRequestMode
tb_turn_box_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
tb_turn_box_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                     int *minimum_baseline, int *natural_baseline)
{
  TbTurnBox *self = TB_TURN_BOX (widget);
  int least, wanted;
  *minimum = *natural = 0;
  width_of (gtk_widget_get_first_child (widget), &least, &wanted);
  if (orientation == GTK_ORIENTATION_VERTICAL)
    {
      *minimum = *natural = height_for (self, for_size < 0 ? wanted + width_of_rest (self) : for_size);
      return;
    }
  *natural = wanted + width_of_rest (self);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child; child = next_of (child))
    {
      width_of (child, &least, &wanted);
      *minimum = MAX (*minimum, least);
    }
}

static void
tb_turn_box_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  TbTurnBox *self = TB_TURN_BOX (widget);
  GtkWidget *words = gtk_widget_get_first_child (widget);
  int there = beside (self, width);
  if (there > 0)
    {
      allocate_beside (self, there, width, height);
      return;
    }
  int h = height_of (words, width);
  place (self, words, &(GdkRectangle){ 0, 0, width, h }, width);
  fill_lines (self, h, width, TRUE);
}

static void
tb_turn_box_dispose (GObject *object)
{
  GtkWidget *child;
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))))
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (tb_turn_box_parent_class)->dispose (object);
}

static void
tb_turn_box_class_init (TbTurnBoxClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = tb_turn_box_dispose;
  widget_class->get_request_mode = tb_turn_box_get_request_mode;
  widget_class->measure = tb_turn_box_measure;
  widget_class->size_allocate = tb_turn_box_size_allocate;
  gtk_widget_class_set_css_name (widget_class, "turn");
}

static void
tb_turn_box_init (TbTurnBox *self)
{
}

GtkWidget *
tb_turn_box_new (GtkWidget *words, int least, int spacing)
{
  TbTurnBox *self = g_object_new (TB_TYPE_TURN_BOX, NULL);
  self->least = least;
  self->spacing = spacing;
  gtk_widget_set_parent (words, GTK_WIDGET (self));
  return GTK_WIDGET (self);
}

void
tb_turn_box_append (TbTurnBox *box, GtkWidget *child)
{
  gtk_widget_set_parent (child, GTK_WIDGET (box));
}
