#include "config.h"

#include "dialogs.h"

typedef struct
{
  TbAnswer answer;
  gpointer data;
} Question;

static void
answered (AdwMessageDialog *dialog, const char *response, gpointer data)
{
  g_autofree Question *question = data;
  question->answer (response, question->data);
}

void
tb_ask (GtkWindow *parent, const char *heading, const char *body, GtkWidget *extra,
        const TbResponse *responses, guint n, TbAnswer answer, gpointer data)
{
  static const AdwResponseAppearance looks[] = {
    ADW_RESPONSE_DEFAULT, ADW_RESPONSE_SUGGESTED, ADW_RESPONSE_DESTRUCTIVE
  };
  GtkWidget *widget = adw_message_dialog_new (parent, heading, body);
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (widget);
  for (guint i = 0; i < n; i++)
    {
      adw_message_dialog_add_response (dialog, responses[i].id, responses[i].label);
      adw_message_dialog_set_response_appearance (dialog, responses[i].id,
                                                  looks[responses[i].look]);
    }
  adw_message_dialog_set_close_response (dialog, responses[0].id);
  adw_message_dialog_set_default_response (dialog, responses[n - 1].id);
  if (extra)
    adw_message_dialog_set_extra_child (dialog, extra);
  Question *question = g_new (Question, 1);
  *question = (Question){ answer, data };
  g_signal_connect (dialog, "response", G_CALLBACK (answered), question);
  gtk_window_present (GTK_WINDOW (dialog));
}

typedef struct
{
  TbFileAnswer answer;
  gpointer data;
} FileQuestion;

static void
file_answered (GtkNativeDialog *dialog, int response, gpointer data)
{
  g_autofree FileQuestion *question = data;
  g_autoptr (GFile) file = NULL;
  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  g_autofree char *path = file ? g_file_get_path (file) : NULL;
  g_object_unref (dialog);
  question->answer (path, question->data);
}

typedef struct
{
  const char *name;
  const char *patterns[24];
} Filter;

static void
add_filters (GtkFileChooser *chooser, const Filter *filters, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();
      gtk_file_filter_set_name (filter, filters[i].name);
      for (guint p = 0; filters[i].patterns[p]; p++)
        gtk_file_filter_add_pattern (filter, filters[i].patterns[p]);
      gtk_file_chooser_add_filter (chooser, filter);
    }
}

void
tb_ask_file (GtkWindow *parent, TbFileMode mode, const char *folder, const char *name,
             TbFileAnswer answer, gpointer data)
{
  static const Filter drawings[] = { { "Architectures and recordings",
                                       { "*.tierboard", "*.xml", "*.tierboard.svg",
                                         "*.tierboard.png", "*.tbrec" } },
                                     { "All files", { "*" } } };
  static const Filter openable[] = { { "Architectures, recordings and other programs' drawings",
                                       { "*.tierboard", "*.xml", "*.tierboard.svg", "*.tierboard.png", "*.tbrec", "*.drawio",
                                         "*.dio", "*.drawio.svg", "*.drawio.png", "*.dot", "*.gv", "*.mmd", "*.mermaid",
                                         "*.md", "*.yaml", "*.yml", "*.json" } },
                                     { "All files", { "*" } } };
  static const Filter recordings[] = { { "Recordings", { "*.tbrec" } }, { "All files", { "*" } } };
  static const Filter pictures[] = { { "Pictures and files of other programs",
                                       { "*.svg", "*.png", "*.pdf", "*.drawio", "*.dot", "*.gv", "*.mmd", "*.d2", "*.puml",
                                         "*.html", "*.json", "*.yaml", "*.yml", "Procfile" } },
                                     { "All files", { "*" } } };
  static const Filter projections[] = { { "For other programs (the extension says which)",
                                          { "*.pcapng", "*.har", "*.ndjson", "*.jsonl", "*.shiviz",
                                            "*.edn", "*.html", "*.svg", "*.png", "*.pdf", "*.prom" } },
                                        { "All files", { "*" } } };
  static const Filter *const filters[] = { openable, drawings, pictures, recordings, recordings, projections, drawings };
  static const char *const titles[] = { "Open an architecture or a recording", "Save the architecture",
                                        "Export the drawing", "Compare with another recording",
                                        "Save the recording", "Export the recording",
                                        "Use the scenarios of a file" };
  static const char *const accepts[] = { "_Open", "_Save", "_Export", "_Compare", "_Save", "_Export", "_Use" };
  gboolean opens = mode == TB_FILE_OPEN || mode == TB_FILE_RECORDING || mode == TB_FILE_SCENARIOS;
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
      titles[mode], parent,
      opens ? GTK_FILE_CHOOSER_ACTION_OPEN : GTK_FILE_CHOOSER_ACTION_SAVE,
      accepts[mode], "_Cancel");
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  GtkFileChooser *chooser = GTK_FILE_CHOOSER (dialog);
  add_filters (chooser, filters[mode], 2);
  if (folder)
    {
      g_autoptr (GFile) file = g_file_new_for_path (folder);
      gtk_file_chooser_set_current_folder (chooser, file, NULL);
    }
  if (name && !opens)
    gtk_file_chooser_set_current_name (chooser, name);
  FileQuestion *question = g_new (FileQuestion, 1);
  *question = (FileQuestion){ answer, data };
  g_signal_connect (dialog, "response", G_CALLBACK (file_answered), question);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

void
tb_show_about (GtkWindow *parent)
{
  adw_show_about_window (parent, "application-name", "Tierboard", "application-icon",
                         "io.tierboard.Editor", "version", TB_VERSION, "developer-name",
                         "The Tierboard maintainers", "license-type", GTK_LICENSE_MIT_X11,
                         "comments",
                         "Draw a distributed system, press Run, and the processes you drew run on "
                         "this machine, with every message visible on its link.",
                         NULL);
}
