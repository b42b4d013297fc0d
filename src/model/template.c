/* Reads component templates. They are small, so GMarkup is enough: it knows no entities but the five,
 * and fetches nothing. */
#include "tb-template.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "tb-base.h"
#include "tb-model.h"

static void
service_free (gpointer data)
{
  TbTemplateService *s = data;
  g_free (s->name);
  g_free (s->protocol);
  g_free (s->user);
  g_free (s->password);
  g_free (s->database);
  g_free (s);
}

static void
param_free (gpointer data)
{
  TbTemplateParam *p = data;
  g_free (p->name);
  g_free (p->default_value);
  g_free (p->choices);
  g_free (p->help);
  g_free (p);
}

static void
text_free (gpointer data)
{
  TbTemplateText *t = data;
  g_free (t->name);
  g_free (t->when);
  g_free (t->text);
  g_free (t);
}

static TbTemplate *
template_new (void)
{
  TbTemplate *t = g_new0 (TbTemplate, 1);
  t->services = g_ptr_array_new_with_free_func (service_free);
  t->params = g_ptr_array_new_with_free_func (param_free);
  t->arguments = g_ptr_array_new_with_free_func (text_free);
  t->lets = g_ptr_array_new_with_free_func (text_free);
  t->files = g_ptr_array_new_with_free_func (text_free);
  t->ready_timeout_ns = 30 * TB_NS_PER_S;
  t->stop_grace_ns = 5 * TB_NS_PER_S;
  t->stop_signal = SIGTERM;
  return t;
}

void
tb_template_free (TbTemplate *t)
{
  char *texts[] = { t->name, t->title, t->kinds, t->help, t->program, t->package, t->version_flag,
                    t->command, t->first_replica_when, t->probe, t->probe_path, t->probe_match,
                    t->stop_exits, t->user };
  GPtrArray *lists[] = { t->services, t->params, t->arguments, t->lets, t->files };
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    g_free (texts[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    g_ptr_array_unref (lists[i]);
  g_free (t);
}

/* ---- Reading ----------------------------------------------------------------------------------- */

typedef struct
{
  TbTemplate *template;
  const char *file;
  char **text; /* where the text of the open element goes; NULL: it has none */
} Reading;

typedef struct
{
  const char *const *names, *const *values;
} Attributes;

static const char *
attribute (const Attributes *a, const char *name)
{
  for (gsize i = 0; a->names[i] != NULL; i++)
    if (g_str_equal (a->names[i], name))
      return a->values[i];
  return NULL;
}

static gboolean bad (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
bad (GError **error, const char *format, ...)
{
  va_list ap;
  va_start (ap, format);
  g_autofree char *sentence = g_strdup_vprintf (format, ap);
  va_end (ap);
  g_set_error_literal (error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT, sentence);
  return FALSE;
}

/* An element that stands there twice says what holds the second time. */
static void
take (char **field, const Attributes *a, const char *name)
{
  g_free (*field);
  *field = g_strdup (attribute (a, name));
}

static gboolean
read_duration (const Attributes *a, const char *name, gint64 *ns, GError **error)
{
  const char *text = attribute (a, name);
  if (text != NULL && !tb_duration_parse (text, ns, NULL))
    return bad (error, "“%s” is no duration like 500ms or 5s", text);
  return TRUE;
}

static gboolean
on_template (Reading *r, const Attributes *a, GError **error)
{
  TbTemplate *t = r->template;
  take (&t->name, a, "name");
  take (&t->title, a, "title");
  take (&t->kinds, a, "kinds");
  take (&t->help, a, "help");
  take (&t->user, a, "user");
  return (t->name != NULL && t->title != NULL && t->kinds != NULL)
         || bad (error, "a template needs %s", "name, title and kinds");
}

static gboolean
on_program (Reading *r, const Attributes *a, GError **error)
{
  take (&r->template->program, a, "name");
  take (&r->template->package, a, "package");
  take (&r->template->version_flag, a, "version");
  return r->template->program != NULL || bad (error, "a program needs %s", "name");
}

static gboolean
on_service (Reading *r, const Attributes *a, GError **error)
{
  const char *port = attribute (a, "port");
  guint64 number = 0;
  if (attribute (a, "name") == NULL || port == NULL
      || !g_ascii_string_to_unsigned (port, 10, 1, 65535, &number, NULL))
    return bad (error, "a service needs %s", "a name and a port from 1 to 65535");
  TbTemplateService *s = g_new0 (TbTemplateService, 1);
  s->name = g_strdup (attribute (a, "name"));
  s->protocol = g_strdup (attribute (a, "protocol"));
  s->port = (guint16) number;
  s->user = g_strdup (attribute (a, "user"));
  s->password = g_strdup (attribute (a, "password"));
  s->database = g_strdup (attribute (a, "database"));
  g_ptr_array_add (r->template->services, s);
  return TRUE;
}

static gboolean
on_param (Reading *r, const Attributes *a, GError **error)
{
  const char *value = attribute (a, "default");
  if (attribute (a, "name") == NULL)
    return bad (error, "a param needs %s", "a name");
  TbTemplateParam *p = g_new0 (TbTemplateParam, 1);
  p->name = g_strdup (attribute (a, "name"));
  p->default_value = g_strdup (value != NULL ? value : "");
  p->choices = g_strdup (attribute (a, "choices"));
  p->help = g_strdup (attribute (a, "help"));
  g_ptr_array_add (r->template->params, p);
  return TRUE;
}

static gboolean
on_command (Reading *r, const Attributes *a, GError **error)
{
  r->text = &r->template->command;
  return TRUE;
}

static gboolean
add_text (Reading *r, GPtrArray *list, const char *name, const Attributes *a)
{
  const char *each = attribute (a, "each");
  TbTemplateText *text = g_new0 (TbTemplateText, 1);
  text->name = g_strdup (name);
  text->when = g_strdup (attribute (a, "when"));
  text->each_link = each != NULL && g_str_equal (each, "link");
  g_ptr_array_add (list, text);
  r->text = &text->text;
  return TRUE;
}

static gboolean
on_argument (Reading *r, const Attributes *a, GError **error)
{
  return add_text (r, r->template->arguments, NULL, a);
}

static gboolean
on_let (Reading *r, const Attributes *a, GError **error)
{
  const char *name = attribute (a, "name");
  return name != NULL ? add_text (r, r->template->lets, name, a)
                      : bad (error, "a let needs %s", "a name");
}

static gboolean
on_file (Reading *r, const Attributes *a, GError **error)
{
  const char *path = attribute (a, "path");
  return path != NULL ? add_text (r, r->template->files, path, a)
                      : bad (error, "a file needs %s", "a path");
}

static gboolean
on_first_replica_first (Reading *r, const Attributes *a, GError **error)
{
  r->template->first_replica_first = TRUE;
  take (&r->template->first_replica_when, a, "when");
  return TRUE;
}

static gboolean
on_ready (Reading *r, const Attributes *a, GError **error)
{
  TbTemplate *t = r->template;
  take (&t->probe, a, "probe");
  take (&t->probe_path, a, "path");
  take (&t->probe_match, a, "match");
  return read_duration (a, "within", &t->ready_timeout_ns, error);
}

static gboolean
on_stop (Reading *r, const Attributes *a, GError **error)
{
  const char *name = attribute (a, "signal");
  if (name != NULL && (r->template->stop_signal = tb_signal_from_name (name)) == 0)
    return bad (error, "“%s” is no signal", name);
  take (&r->template->stop_exits, a, "exits");
  return read_duration (a, "grace", &r->template->stop_grace_ns, error);
}

static const struct
{
  const char *element;
  gboolean (*begin) (Reading *r, const Attributes *a, GError **error);
} rows[] = {
  { "template", on_template },
  { "program", on_program },
  { "service", on_service },
  { "param", on_param },
  { "command", on_command },
  { "argument", on_argument },
  { "let", on_let },
  { "file", on_file },
  { "first-replica-first", on_first_replica_first },
  { "ready", on_ready },
  { "stop", on_stop },
};

static void
start_element (GMarkupParseContext *context, const char *element, const char **names,
               const char **values, gpointer data, GError **error)
{
  Reading *r = data;
  const Attributes a = { names, values };
  r->text = NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_str_equal (rows[i].element, element))
      {
        rows[i].begin (r, &a, error);
        return;
      }
  bad (error, "templates have no <%s>", element);
}

static void
end_element (GMarkupParseContext *context, const char *element, gpointer data, GError **error)
{
  ((Reading *) data)->text = NULL;
}

static void
on_text (GMarkupParseContext *context, const char *text, gsize size, gpointer data, GError **error)
{
  Reading *r = data;
  if (r->text == NULL)
    return;
  g_autofree char *before = *r->text;
  g_autofree char *more = g_strndup (text, size);
  *r->text = g_strconcat (before != NULL ? before : "", more, NULL);
}

/* What is wrong is said in the file's own words, which therefore have to be text. */
static gboolean
check_text (const char *xml, gssize size, GError **error)
{
  return g_utf8_validate (xml, size, NULL) || bad (error, "%s", "this is no text in UTF-8");
}

/* GLib quotes single bytes, which may be half a letter. */
static void
make_sentence_valid (GError **error)
{
  if (error == NULL || g_utf8_validate ((*error)->message, -1, NULL))
    return;
  g_autofree char *message = (*error)->message;
  (*error)->message = g_utf8_make_valid (message, -1);
}

static gboolean
check_whole (const TbTemplate *t, GError **error)
{
  if (t->name == NULL || t->program == NULL || t->command == NULL)
    return bad (error, "a template needs %s", "a name, a program and a command");
  return TRUE;
}

TbTemplate *
tb_template_parse (const char *file, const char *xml, gssize size, GError **error)
{
  static const GMarkupParser parser = { start_element, end_element, on_text, NULL, NULL };
  g_autoptr (TbTemplate) template = template_new ();
  Reading reading = { template, file, NULL };
  g_autoptr (GMarkupParseContext) context
    = g_markup_parse_context_new (&parser, G_MARKUP_TREAT_CDATA_AS_TEXT | G_MARKUP_PREFIX_ERROR_POSITION,
                                  &reading, NULL);
  if (!check_text (xml, size, error) || !g_markup_parse_context_parse (context, xml, size, error)
      || !g_markup_parse_context_end_parse (context, error) || !check_whole (template, error))
    {
      make_sentence_valid (error);
      g_prefix_error (error, "%s: ", file);
      return NULL;
    }
  return g_steal_pointer (&template);
}

const TbTemplateParam *
tb_template_param (const TbTemplate *template, const char *name)
{
  for (guint i = 0; i < template->params->len; i++)
    {
      const TbTemplateParam *p = g_ptr_array_index (template->params, i);
      if (g_str_equal (p->name, name))
        return p;
    }
  return NULL;
}

const TbTemplateService *
tb_template_service (const TbTemplate *template, const char *name)
{
  for (guint i = 0; i < template->services->len; i++)
    {
      const TbTemplateService *s = g_ptr_array_index (template->services, i);
      if (g_str_equal (s->name, name))
        return s;
    }
  return NULL;
}

/* ---- Conditions -------------------------------------------------------------------------------- */

static gboolean
holds (const char *condition, TbTemplateValue value, gpointer data)
{
  gsize n = strcspn (condition, "=>");
  g_autofree char *name = g_strndup (condition, n);
  const char *is = value (name, data), *wanted = condition + n;
  if (is == NULL)
    return FALSE;
  if (*wanted == '=')
    return g_str_equal (is, wanted + 1);
  if (*wanted == '>')
    return g_ascii_strtod (is, NULL) > g_ascii_strtod (wanted + 1, NULL);
  return *is != '\0' && !g_str_equal (is, "no") && !g_str_equal (is, "0");
}

gboolean
tb_template_when (const char *when, TbTemplateValue value, gpointer data)
{
  if (when == NULL)
    return TRUE;
  g_auto (GStrv) conditions = g_strsplit_set (when, " \t\n", -1);
  for (char **c = conditions; *c != NULL; c++)
    if (**c != '\0' && !holds (*c, value, data))
      return FALSE;
  return TRUE;
}

int
tb_signal_from_name (const char *name)
{
  static const struct
  {
    const char *name;
    int number;
  } signals[] = { { "TERM", SIGTERM }, { "INT", SIGINT },   { "QUIT", SIGQUIT }, { "HUP", SIGHUP },
                  { "KILL", SIGKILL }, { "USR1", SIGUSR1 }, { "USR2", SIGUSR2 },
                  { "WINCH", SIGWINCH } };
  if (g_str_has_prefix (name, "SIG"))
    name += 3;
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    if (g_str_equal (signals[i].name, name))
      return signals[i].number;
  return 0;
}
