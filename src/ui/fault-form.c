#include "fault-form.h"

#include <string.h>

#include "util.h"

#define FIELDS_MAX 24

typedef struct
{
  TbSession *session;
  char *link, *id; /* id NULL: a new fault */
  TbWireFault fault; /* what the fields show; of the kind chosen */
  GtkWidget *window, *kinds, *what, *grid, *why, *done;
  GtkWidget *fields[FIELDS_MAX]; /* an entry for each attribute, or the drop-down of directions */
} Form;

static const char *const streams[] = { "both", "upstream", "downstream", NULL };

static void
form_free (gpointer data)
{
  Form *form = data;
  tb_wire_fault_clear (&form->fault);
  g_object_unref (form->session);
  g_free (form->link);
  g_free (form->id);
  g_free (form);
}

/* ---- Fields ---------------------------------------------------------------------------------- */

static GtkWidget *
new_stream (const Form *form)
{
  GtkWidget *drop_down = gtk_drop_down_new_from_strings (streams);
  guint at = form->fault.up && form->fault.down ? 0 : form->fault.up ? 1 : 2;
  gtk_drop_down_set_selected (GTK_DROP_DOWN (drop_down), at);
  return drop_down;
}

static GtkWidget *
new_entry (const Form *form, const TbFaultAttribute *a)
{
  GtkWidget *entry = gtk_entry_new ();
  char text[300];
  TbWireFault normal;
  tb_fault_init (&normal, form->fault.kind);
  tb_fault_get (&normal, a, text, sizeof text);
  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), text);
  if (!tb_fault_is_normal (&form->fault, a))
    {
      tb_fault_get (&form->fault, a, text, sizeof text);
      gtk_editable_set_text (GTK_EDITABLE (entry), text);
    }
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  return entry;
}

static void
add_field (Form *form, guint row, const TbFaultAttribute *a)
{
  GtkWidget *field = a->unit == TB_UNIT_STREAM ? new_stream (form) : new_entry (form, a);
  g_autofree char *name = g_strdelimit (g_strdup (a->name), "_", ' ');
  GtkWidget *label = tb_ui_label (name, NULL);
  g_autofree char *help = g_strdup (a->help);
  if (g_ascii_islower (*help))
    *help = g_ascii_toupper (*help);
  gtk_widget_set_tooltip_text (field, help);
  gtk_widget_set_tooltip_text (label, help);
  gtk_widget_set_hexpand (field, TRUE);
  tb_ui_name (field, name);
  gtk_grid_attach (GTK_GRID (form->grid), label, 0, (int) row, 1, 1);
  gtk_grid_attach (GTK_GRID (form->grid), field, 1, (int) row, 1, 1);
  form->fields[row] = field;
}

static void
show_fields (Form *form)
{
  const TbFaultAttribute *a;
  GtkWidget *child;
  while ((child = gtk_widget_get_first_child (form->grid)) != NULL)
    gtk_grid_remove (GTK_GRID (form->grid), child);
  memset (form->fields, 0, sizeof form->fields);
  for (guint i = 0; (a = tb_fault_attribute (form->fault.kind, i)) != NULL && i < FIELDS_MAX; i++)
    add_field (form, i, a);
  g_autofree char *what = g_strdup_printf ("%s.", tb_fault_what (form->fault.kind));
  *what = g_ascii_toupper (*what);
  gtk_label_set_text (GTK_LABEL (form->what), what);
  gtk_widget_set_visible (form->why, FALSE);
}

/* ---- Answers --------------------------------------------------------------------------------- */

/* What the fields say; FALSE with a sentence where one says nothing that can be. */
static gboolean
read_fields (const Form *form, TbWireFault *fault, char *why, gsize size)
{
  const TbFaultAttribute *a;
  for (guint i = 0; (a = tb_fault_attribute (form->fault.kind, i)) != NULL && i < FIELDS_MAX; i++)
    {
      const char *text = a->unit == TB_UNIT_STREAM
                             ? streams[gtk_drop_down_get_selected (GTK_DROP_DOWN (form->fields[i]))]
                             : gtk_editable_get_text (GTK_EDITABLE (form->fields[i]));
      if (*text != '\0' && !tb_fault_set (fault, a->name, text, why, size))
        {
          gtk_widget_grab_focus (form->fields[i]);
          return FALSE;
        }
    }
  return tb_fault_check (fault, why, size);
}

/* "latency:save", or with a number where one of that name is there: several may be on a link. */
static char *
new_id (const Form *form)
{
  const char *kind = tb_fault_name (form->fault.kind);
  char *id = g_strdup_printf ("%s:%s", kind, form->link);
  TbSessionFault taken;
  for (guint i = 2; tb_session_fault (form->session, id, &taken); i++)
    {
      g_free (id);
      id = g_strdup_printf ("%s:%s:%u", kind, form->link, i);
    }
  return id;
}

static void
done (GtkWidget *button, Form *form)
{
  TbWireFault fault;
  char why[300] = "";
  tb_fault_init (&fault, form->fault.kind);
  g_autofree char *id = form->id ? g_strdup (form->id) : new_id (form);
  tb_fault_set (&fault, "id", id, why, sizeof why);
  tb_fault_set (&fault, "link", form->link, why, sizeof why);
  gboolean good = read_fields (form, &fault, why, sizeof why);
  if (good)
    tb_session_add_fault (form->session, &fault);
  tb_wire_fault_clear (&fault);
  gtk_label_set_text (GTK_LABEL (form->why), why);
  gtk_widget_set_visible (form->why, !good);
  if (good)
    gtk_window_close (GTK_WINDOW (form->window));
}

/* The direction stays as it was chosen. */
static void
kind_chosen (GObject *drop_down, GParamSpec *pspec, Form *form)
{
  guint kind = gtk_drop_down_get_selected (GTK_DROP_DOWN (drop_down));
  if (kind >= TB_FAULT_COUNT || kind == form->fault.kind)
    return;
  tb_wire_fault_clear (&form->fault);
  tb_fault_init (&form->fault, (TbFaultKind) kind);
  show_fields (form);
}

/* ---- The window ------------------------------------------------------------------------------- */

static GtkWidget *
new_kinds (Form *form)
{
  GtkStringList *names = gtk_string_list_new (NULL);
  for (guint i = 0; i < TB_FAULT_COUNT; i++)
    {
      g_autofree char *name = g_strdelimit (g_strdup (tb_fault_name ((TbFaultKind) i)), "_", ' ');
      gtk_string_list_append (names, name);
    }
  GtkWidget *drop_down = gtk_drop_down_new (G_LIST_MODEL (names), NULL);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (drop_down), form->fault.kind);
  gtk_widget_set_sensitive (drop_down, form->id == NULL);
  tb_ui_name (drop_down, "Fault");
  g_signal_connect (drop_down, "notify::selected", G_CALLBACK (kind_chosen), form);
  return drop_down;
}

static GtkWidget *
new_content (Form *form)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  form->kinds = new_kinds (form);
  form->what = tb_ui_label (NULL, "dim");
  form->why = tb_ui_label (NULL, "bad");
  form->grid = gtk_grid_new ();
  gtk_label_set_wrap (GTK_LABEL (form->what), TRUE);
  gtk_label_set_wrap (GTK_LABEL (form->why), TRUE);
  gtk_label_set_ellipsize (GTK_LABEL (form->what), PANGO_ELLIPSIZE_NONE);
  gtk_label_set_ellipsize (GTK_LABEL (form->why), PANGO_ELLIPSIZE_NONE);
  GtkWidget *parts[] = { form->kinds, form->what, form->why, form->grid };
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    gtk_box_append (GTK_BOX (box), parts[i]);
  return tb_ui_form_page (box, form->grid);
}

static GtkWidget *
new_header (Form *form)
{
  GtkWidget *header = adw_header_bar_new (), *cancel = gtk_button_new_with_label ("Cancel");
  g_autofree char *title = g_strdup_printf ("%s “%s”", form->id ? "Fault on" : "New fault on",
                                            form->link);
  form->done = gtk_button_new_with_label (form->id ? "Change" : "Add");
  gtk_widget_add_css_class (form->done, "suggested-action");
  adw_header_bar_set_show_end_title_buttons (ADW_HEADER_BAR (header), FALSE);
  adw_header_bar_set_title_widget (ADW_HEADER_BAR (header), adw_window_title_new (title, ""));
  adw_header_bar_pack_start (ADW_HEADER_BAR (header), cancel);
  adw_header_bar_pack_end (ADW_HEADER_BAR (header), form->done);
  g_signal_connect_swapped (cancel, "clicked", G_CALLBACK (gtk_window_close), form->window);
  g_signal_connect (form->done, "clicked", G_CALLBACK (done), form);
  return header;
}

void
tb_fault_form_open (GtkWindow *parent, TbSession *session, const char *link, const char *id)
{
  Form *form = g_new0 (Form, 1);
  TbSessionFault old;
  form->session = g_object_ref (session);
  form->link = g_strdup (link);
  if (id && tb_session_fault (session, id, &old))
    {
      form->id = g_strdup (id);
      tb_wire_fault_copy (&form->fault, old.fault);
    }
  else
    tb_fault_init (&form->fault, TB_FAULT_LATENCY);
  form->window = adw_window_new ();
  gtk_window_set_transient_for (GTK_WINDOW (form->window), parent);
  gtk_window_set_modal (GTK_WINDOW (form->window), TRUE);
  gtk_window_set_title (GTK_WINDOW (form->window), id ? "Change a fault" : "Add a fault");
  tb_ui_size_dialog (form->window, parent, 420, 620);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (box), new_header (form));
  gtk_box_append (GTK_BOX (box), new_content (form));
  adw_window_set_content (ADW_WINDOW (form->window), box);
  show_fields (form);
  tb_ui_close_on_escape (form->window);
  gtk_window_set_default_widget (GTK_WINDOW (form->window), form->done);
  g_object_set_data_full (G_OBJECT (form->window), "form", form, form_free);
  gtk_window_set_focus (GTK_WINDOW (form->window), form->fields[0]);
  gtk_window_present (GTK_WINDOW (form->window));
}
