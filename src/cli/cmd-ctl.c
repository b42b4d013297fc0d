/* tierboard ctl: tells a run that goes on elsewhere what to do, over its private socket. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "ctl-terminal.h"
#include "find-run.h"
#include "recording.h"
#include "tb-control.h"

typedef struct
{
  char *run, *timeout, *match, *socket, *under;
  gboolean json, no_wait, wait, follow, restart, trust;
  int lines;
  int argc;
  char **argv; /* the verb and what follows it */
} Asked;

/* ---- Asking --------------------------------------------------------------------------------------- */

static TbExitStatus
status_of (int http)
{
  return http < 300 ? TB_EXIT_YES : http == 504 ? TB_EXIT_NO : TB_EXIT_REFUSED;
}

/* The answer; NULL: a sentence was printed, *status says what to return. */
static TbJsonValue *
ask (const Asked *asked, const char *method, const char *path, const char *body,
     TbExitStatus *status)
{
  g_autoptr (GError) error = NULL;
  int http = 0;
  g_autoptr (GString) full = g_string_new (path);
  char mark = strchr (path, '?') != NULL ? '&' : '?';
  if (asked->no_wait)
    g_string_append_printf (full, "%cwait=false", mark);
  else if (asked->timeout != NULL)
    g_string_append_printf (full, "%ctimeout=%s", mark, asked->timeout);
  g_autofree char *text = tb_control_ask (asked->socket, method, full->str, body, &http, &error);
  *status = text != NULL ? status_of (http) : TB_EXIT_FAILED;
  if (text == NULL)
    {
      tb_cli_error ("%s", error->message);
      return NULL;
    }
  g_autoptr (TbJsonValue) answer = *text != '\0' ? tb_json_parse (text, strlen (text), NULL) : NULL;
  if (http >= 300)
    {
      const char *why = tb_json_member_text (answer, "error");
      tb_cli_error ("%s", why != NULL ? why : text);
      return NULL;
    }
  if (asked->json && *text != '\0')
    fputs (text, stdout);
  if (answer == NULL) /* 204 */
    answer = tb_json_parse ("null", 4, NULL);
  return g_steal_pointer (&answer);
}

static char *
escape (const char *text, const char *allowed)
{
  return g_uri_escape_string (text, allowed, TRUE);
}

static const char *
member (const TbJsonValue *object, const char *name)
{
  const char *text = tb_json_member_text (object, name);
  return text != NULL ? text : "–";
}

/* ---- Saying --------------------------------------------------------------------------------------- */

static void
say_instance (const TbJsonValue *i)
{
  const char *sentence = tb_json_member_text (i, "sentence");
  const char *role = tb_json_member_text (i, "role"), *term = tb_json_member_text (i, "term");
  printf ("%-24s %-9s %7s  %s:%s", member (i, "id"), member (i, "state"), member (i, "pid"),
          member (i, "address"), member (i, "port"));
  if (role != NULL)
    printf ("  %s", role);
  if (role != NULL && term != NULL)
    printf (" · term %s", term);
  printf (sentence != NULL ? "  %s\n" : "\n", sentence);
}

static void
say_link (const TbJsonValue *l)
{
  const TbJsonValue *faults = tb_json_member (l, "faults");
  printf ("%-24s %s → %s  %s requests, %s errors", member (l, "id"), member (l, "from"),
          member (l, "to"), member (l, "requests"), member (l, "errors"));
  for (guint i = 0; faults != NULL && faults->items != NULL && i < faults->items->len; i++)
    printf ("%s%s", i == 0 ? "  " : ", ", ((TbJsonValue *) g_ptr_array_index (faults->items, i))->text);
  putchar ('\n');
}

/* What is as it is by default says nothing; --json has it all. */
static gboolean
tells (const TbJsonValue *f, const TbJsonValue *m)
{
  TbFaultKind kind;
  TbWireFault fault;
  char why[200];
  if (!tb_fault_from_name (member (f, "kind"), &kind))
    return TRUE;
  tb_fault_init (&fault, kind);
  const TbFaultAttribute *attribute = tb_fault_find_attribute (kind, m->name);
  gboolean known = attribute != NULL && tb_fault_set (&fault, m->name, m->text, why, sizeof why);
  gboolean tells = !known || tb_fault_tells (&fault, attribute);
  tb_wire_fault_clear (&fault);
  return tells;
}

static void
say_fault (const TbJsonValue *f)
{
  const char *partition = tb_json_member_text (f, "partition");
  printf ("%-24s %s", member (f, "id"), member (f, "kind"));
  for (guint i = 0; partition == NULL && i < f->items->len; i++)
    {
      static const char *const told[] = { "id", "kind", "active", NULL };
      const TbJsonValue *m = g_ptr_array_index (f->items, i);
      if (!g_strv_contains (told, m->name) && m->text != NULL && *m->text != '\0' && tells (f, m))
        printf ("  %s=%s", m->name, m->text);
    }
  printf (partition != NULL ? "  %s\n" : "\n", partition);
}

static TbExitStatus
say (const Asked *asked, const char *method, const char *path, const char *body,
     void (*one) (const TbJsonValue *))
{
  TbExitStatus status;
  g_autoptr (TbJsonValue) answer = ask (asked, method, path, body, &status);
  if (answer == NULL || asked->json || one == NULL)
    return status;
  if (answer->kind == TB_JSON_OBJECT)
    one (answer);
  for (guint i = 0; answer->kind == TB_JSON_ARRAY && i < answer->items->len; i++)
    one (g_ptr_array_index (answer->items, i));
  return status;
}

/* ---- Verbs ---------------------------------------------------------------------------------------- */

static TbExitStatus
do_list (Asked *asked)
{
  g_autoptr (GPtrArray) sockets = tb_control_find_sockets ();
  for (guint i = 0; i < sockets->len; i++)
    {
      g_autoptr (TbJsonValue) run = tb_cli_ask_run (g_ptr_array_index (sockets, i));
      if (run != NULL)
        printf ("%-8s %4s instances  %s\n", member (run, "state"), member (run, "instances"),
                member (run, "name"));
    }
  return TB_EXIT_YES;
}

static TbExitStatus
do_instances (Asked *asked)
{
  return say (asked, "GET", "/instances", NULL, say_instance);
}

static TbExitStatus
do_links (Asked *asked)
{
  return say (asked, "GET", "/links", NULL, say_link);
}

static TbExitStatus
do_faults (Asked *asked)
{
  return say (asked, "GET", "/faults", NULL, say_fault);
}

static TbExitStatus
do_url (Asked *asked)
{
  TbExitStatus status;
  g_autoptr (TbJsonValue) answer = ask (asked, "GET", "/run", NULL, &status);
  if (answer != NULL && !asked->json)
    printf ("%s\n", tb_json_member_text (answer, "url") ? member (answer, "url")
                                                        : member (answer, "socket"));
  return status;
}

/* Each in its turn; the first that fails says how it ends. */
static TbExitStatus
do_instance (Asked *asked)
{
  TbExitStatus status = TB_EXIT_YES;
  for (int i = 1; i < asked->argc && status == TB_EXIT_YES; i++)
    {
      g_autofree char *name = escape (asked->argv[i], "/");
      g_autofree char *path = g_strdup_printf ("/instances/%s/%s", name, asked->argv[0]);
      status = say (asked, "POST", path, NULL, say_instance);
    }
  return status;
}

static void
say_change (const TbJsonValue *c)
{
  const char *text = tb_json_member_text (c, "change");
  if (text == NULL || *text == '\0')
    printf ("nothing is different; %s run on\n", member (c, "untouched"));
  else
    printf ("%s; %s run on\n", text, member (c, "untouched"));
}

/* COMPONENT N */
static TbExitStatus
do_scale (Asked *asked)
{
  g_autofree char *name = escape (asked->argv[1], NULL);
  g_autofree char *path = g_strdup_printf ("/components/%s/scale", name);
  g_autoptr (TbJson) json = tb_json_new ();
  tb_json_begin_object (json, NULL);
  tb_json_string (json, "replicas", asked->argv[2]);
  tb_json_boolean (json, "trust", asked->trust);
  tb_json_end_object (json);
  return say (asked, "POST", path, tb_json_text (json), say_change);
}

static TbExitStatus
do_apply (Asked *asked)
{
  g_autofree char *file
    = asked->argc > 1 ? g_canonicalize_filename (asked->argv[1], NULL) : NULL;
  g_autoptr (TbJson) json = tb_json_new ();
  tb_json_begin_object (json, NULL);
  if (file != NULL)
    tb_json_string (json, "file", file);
  tb_json_boolean (json, "trust", asked->trust);
  tb_json_end_object (json);
  return say (asked, "POST", "/run/apply", tb_json_text (json), say_change);
}

static TbExitStatus
do_clock (Asked *asked)
{
  g_autofree char *name = escape (asked->argv[1], "/");
  g_autofree char *path = g_strdup_printf ("/instances/%s/clock", name);
  g_autoptr (TbJson) json = tb_json_new ();
  tb_json_begin_object (json, NULL);
  tb_json_string (json, "offset", asked->argv[2]);
  if (asked->argc > 3)
    tb_json_string (json, "rate", asked->argv[3]);
  tb_json_end_object (json);
  return say (asked, "POST", path, tb_json_text (json), say_instance);
}

/* LINK KIND [ATTRIBUTE=VALUE…] */
static TbExitStatus
do_fault (Asked *asked)
{
  g_autoptr (TbJson) json = tb_json_new ();
  tb_json_begin_object (json, NULL);
  tb_json_string (json, "link", asked->argv[1]);
  tb_json_string (json, "kind", asked->argv[2]);
  for (int i = 3; i < asked->argc; i++)
    {
      g_auto (GStrv) pair = g_strsplit (asked->argv[i], "=", 2);
      if (pair[0] == NULL || pair[1] == NULL)
        {
          tb_cli_error ("“%s”: expected ATTRIBUTE=VALUE, like latency=20ms", asked->argv[i]);
          return TB_EXIT_REFUSED;
        }
      tb_json_string (json, pair[0], pair[1]);
    }
  tb_json_end_object (json);
  return say (asked, "POST", "/faults", tb_json_text (json), say_fault);
}

static TbExitStatus
remove_fault (Asked *asked, const char *id)
{
  g_autofree char *escaped = escape (id, NULL);
  g_autofree char *path = g_strconcat ("/faults/", escaped, NULL);
  return say (asked, "DELETE", path, NULL, NULL);
}

static TbExitStatus
do_remove (Asked *asked)
{
  if (asked->argc == 1 || g_str_equal (asked->argv[1], "all"))
    return say (asked, "DELETE", "/faults", NULL, NULL);
  return remove_fault (asked, asked->argv[1]);
}

static TbExitStatus
do_cut (Asked *asked)
{
  g_autofree char *id = g_strconcat ("id=cut:", asked->argv[1], NULL);
  char *words[] = { asked->argv[0], asked->argv[1], (char *) "cut", id };
  Asked as_fault = *asked;
  as_fault.argc = G_N_ELEMENTS (words);
  as_fault.argv = words;
  return do_fault (&as_fault);
}

static TbExitStatus
do_heal (Asked *asked)
{
  if (asked->argc == 1 || g_str_equal (asked->argv[1], "all"))
    return say (asked, "POST", "/heal", NULL, NULL);
  g_autofree char *id = g_strconcat ("cut:", asked->argv[1], NULL);
  return remove_fault (asked, g_str_equal (asked->argv[1], "partition") ? "partition" : id);
}

/* KIND [NAME…] [from NAME…] */
static TbExitStatus
do_partition (Asked *asked)
{
  g_autoptr (GString) of = g_string_new (NULL), from = g_string_new (NULL);
  GString *into = of;
  for (int i = 2; i < asked->argc; i++)
    if (g_str_equal (asked->argv[i], "from") || g_str_equal (asked->argv[i], "of"))
      into = *asked->argv[i] == 'f' ? from : of;
    else
      g_string_append_printf (into, "%s%s", into->len > 0 ? " " : "", asked->argv[i]);
  g_autoptr (TbJson) json = tb_json_new ();
  tb_json_begin_object (json, NULL);
  tb_json_string (json, "kind", asked->argv[1]);
  if (of->len > 0)
    tb_json_string (json, "of", of->str);
  if (from->len > 0)
    tb_json_string (json, "from", from->str);
  tb_json_end_object (json);
  return say (asked, "POST", "/partition", tb_json_text (json), say_fault);
}

static gboolean
print_piece (const char *bytes, gsize n, gpointer data)
{
  return fwrite (bytes, 1, n, stdout) == n && fflush (stdout) == 0;
}

static TbExitStatus
do_logs (Asked *asked)
{
  g_autoptr (GError) error = NULL;
  int http = 0;
  g_autofree char *name = escape (asked->argv[1], "/");
  g_autofree char *match = asked->match != NULL ? escape (asked->match, NULL) : NULL;
  g_autofree char *path
    = g_strdup_printf ("/instances/%s/logs?lines=%d%s%s%s", name, asked->lines,
                       asked->follow ? "&follow=1" : "", match != NULL ? "&match=" : "",
                       match != NULL ? match : "");
  if (tb_control_follow (asked->socket, path, print_piece, NULL, &http, &error))
    return status_of (http);
  tb_cli_error ("%s", error->message);
  return TB_EXIT_FAILED;
}

/* Beside the control socket lies that of the terminals. */
static TbExitStatus
do_terminal (Asked *asked)
{
  static const char *const tools[] = { "gdb", "strace", "valgrind", NULL };
  gboolean debug = g_str_equal (asked->argv[0], "debug");
  if (asked->under != NULL && !g_strv_contains (tools, asked->under))
    {
      tb_cli_error ("--under takes gdb, strace or valgrind, not “%s”", asked->under);
      return TB_EXIT_REFUSED;
    }
  g_autofree char *run_dir = g_path_get_dirname (asked->socket);
  return tb_ctl_attach (run_dir, asked->argv[1],
                        debug ? TB_TERMINAL_DEBUGGER : TB_TERMINAL_OF_INSTANCE,
                        asked->restart && !debug, debug ? NULL : asked->under);
}

/* ---- Steps ---------------------------------------------------------------------------------------- */

static void
say_one_held (const TbJsonValue *h)
{
  const TbJsonValue *waits = tb_json_member (h, "waits"), *behind = tb_json_member (h, "behind");
  g_autofree char *label = tb_cli_plain (member (h, "label"));
  printf ("%6s  %-12s %-24s %-8s %s", member (h, "id"), member (h, "link"), member (h, "way"),
          member (h, "kind"), label);
  printf ("  %.1f s", waits != NULL ? waits->number : 0);
  if (behind != NULL && behind->number > 0)
    printf (", %.0f behind it", behind->number);
  putchar ('\n');
}

static void
say_held (const TbJsonValue *answer)
{
  const TbJsonValue *held = tb_json_member (answer, "held"), *holds = tb_json_member (answer, "holds");
  const TbJsonValue *total = tb_json_member (answer, "total");
  guint n = held != NULL && held->items != NULL ? held->items->len : 0;
  for (guint i = 0; i < n; i++)
    say_one_held (g_ptr_array_index (held->items, i));
  if (total != NULL && total->number > n)
    printf ("        and %.0f more\n", total->number - n);
  if (n == 0)
    printf (holds != NULL && holds->number > 0 ? "nothing waits\n"
                                               : "no link is held; see “tierboard ctl hold”\n");
}

static TbExitStatus
do_held (Asked *asked)
{
  return say (asked, "GET", "/held", NULL, say_held);
}

/* LINK [ATTRIBUTE=VALUE…] */
static TbExitStatus
do_hold (Asked *asked)
{
  gboolean all = g_str_equal (asked->argv[1], "all");
  g_autofree char *id = g_strdup_printf ("id=hold:%s", all ? "*" : asked->argv[1]);
  g_autofree char **words = g_new0 (char *, (gsize) asked->argc + 3);
  Asked as_fault = *asked;
  as_fault.argc = asked->argc + 2;
  as_fault.argv = words;
  words[1] = all ? (char *) "" : asked->argv[1];
  words[2] = (char *) "hold";
  words[3] = id;
  memcpy (words + 4, asked->argv + 2, (gsize) (asked->argc - 2) * sizeof *words);
  return do_fault (&as_fault);
}

static TbExitStatus
step_one (Asked *asked, const char *verb, const char *id, const char *with)
{
  g_autofree char *name = escape (id, NULL), *path = g_strdup_printf ("/held/%s/%s", name, verb);
  g_autoptr (TbJson) json = tb_json_new ();
  tb_json_begin_object (json, NULL);
  if (with != NULL)
    tb_json_string (json, "with", with);
  tb_json_end_object (json);
  return say (asked, "POST", path, tb_json_text (json), say_held);
}

static TbExitStatus
step_next (Asked *asked, int n)
{
  TbExitStatus status = TB_EXIT_YES;
  for (int i = 0; i < n && status == TB_EXIT_YES; i++)
    status = say (asked, "POST", "/held/next", NULL, i + 1 < n ? NULL : say_held);
  return status;
}

/* [N] | all | end | release ID… | drop ID… | duplicate ID… | swap ID ID */
static TbExitStatus
do_step (Asked *asked)
{
  const char *what = asked->argc > 1 ? asked->argv[1] : "1";
  guint64 n = 0;
  TbHeldVerb verb;
  TbExitStatus status = TB_EXIT_YES;
  if (g_ascii_string_to_unsigned (what, 10, 1, 100000, &n, NULL))
    return step_next (asked, (int) n);
  if (g_str_equal (what, "all"))
    return say (asked, "POST", "/held/all", NULL, say_held);
  if (g_str_equal (what, "end"))
    return say (asked, "DELETE", "/held", NULL, say_held);
  gboolean swap = g_str_equal (what, "swap");
  if (!tb_held_verb_from_name (what, &verb) || verb == TB_HELD_RELEASE_ALL || asked->argc < 3
      || (swap && asked->argc != 4))
    {
      tb_cli_error ("step takes a number, all, end, release ID…, drop ID…, duplicate ID… or swap ID ID");
      return TB_EXIT_REFUSED;
    }
  if (swap)
    return step_one (asked, what, asked->argv[2], asked->argv[3]);
  for (int i = 2; i < asked->argc && status == TB_EXIT_YES; i++)
    status = step_one (asked, what, asked->argv[i], NULL);
  return status;
}

static TbExitStatus
do_stop (Asked *asked)
{
  return say (asked, "POST", "/run/stop", NULL, NULL);
}

static const struct
{
  const char *verb, *words, *help;
  int least; /* words after the verb */
  TbExitStatus (*act) (Asked *asked);
} verbs[] = {
  { "list", "", "runs that go on", 0, do_list },
  { "instances", "", "what runs, and how it does", 0, do_instances },
  { "links", "", "links, with their figures and faults", 0, do_links },
  { "faults", "", "faults and partitions that are on", 0, do_faults },
  { "kill", "INSTANCE…", "SIGKILL to all of its processes", 1, do_instance },
  { "pause", "INSTANCE…", "stops all of its processes", 1, do_instance },
  { "resume", "INSTANCE…", "lets them go on", 1, do_instance },
  { "restart", "INSTANCE…", "ends it, and starts it again", 1, do_instance },
  { "start", "INSTANCE…", "starts it, whatever it waits for", 1, do_instance },
  { "start-needed", "INSTANCE…", "starts it, and first all it needs that does not run", 1, do_instance },
  { "halt", "INSTANCE…", "stops it alone, and leaves it stopped", 1, do_instance },
  { "scale", "COMPONENT N", "so many replicas; +1 or -1: more or fewer than there are", 2, do_scale },
  { "apply", "[FILE]", "goes on with the drawing as it is now, or with FILE's", 0, do_apply },
  { "clock", "INSTANCE OFFSET [RATE]", "moves its clock: +10s, -5m; 0 is the true time", 2, do_clock },
  { "logs", "INSTANCE", "its output", 1, do_logs },
  { "attach", "INSTANCE", "this terminal becomes its terminal; Ctrl-] lets go", 1, do_terminal },
  { "debug", "INSTANCE", "gdb on it, here; Ctrl-] lets it go on", 1, do_terminal },
  { "cut", "LINK", "cuts a link", 1, do_cut },
  { "fault", "LINK KIND [ATTRIBUTE=VALUE…]", "puts a fault on a link", 2, do_fault },
  { "remove", "[ID|all]", "removes a fault", 0, do_remove },
  { "hold", "LINK|all [ATTRIBUTE=VALUE…]", "holds what crosses a link: match=GET*, stream=upstream", 1,
    do_hold },
  { "held", "", "messages that are held, as they would go on", 0, do_held },
  { "step", "[N|all|end|VERB ID…]", "lets held messages go on; VERB: release, drop, duplicate, swap", 0,
    do_step },
  { "partition", "KIND [NAME…] [from NAME…]", "cuts instances off from others", 1, do_partition },
  { "heal", "[LINK|partition|all]", "ends cuts and partitions", 0, do_heal },
  { "url", "", "where else it can be controlled", 0, do_url },
  { "stop", "", "stops the run, in order", 0, do_stop },
};

/* ---- Command -------------------------------------------------------------------------------------- */

static char *
help_of_verbs (void)
{
  g_autoptr (GString) text = g_string_new ("Tells a run that goes on in another terminal or in the "
                                           "window what to do. It returns when that is so.\n\n");
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    {
      g_autofree char *usage = g_strdup_printf ("%s %s", verbs[i].verb, verbs[i].words);
      int width = 36 + (int) (strlen (usage) - (gsize) g_utf8_strlen (usage, -1));
      g_string_append_printf (text, "  %-*s %s\n", width, usage, verbs[i].help);
    }
  g_string_append (text, "\nKinds of fault:");
  for (guint kind = 0; kind < TB_FAULT_COUNT; kind++)
    g_string_append_printf (text, "\n  %-16s %s", tb_fault_name ((TbFaultKind) kind),
                            tb_fault_what ((TbFaultKind) kind));
  g_string_append (text, "\n\nKinds of partition:");
  for (int kind = 0; kind < TB_PARTITION_COUNT; kind++)
    g_string_append_printf (text, "\n  %-16s %s", tb_partition_name ((TbPartitionKind) kind),
                            tb_partition_what ((TbPartitionKind) kind));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
read_options (Asked *asked, int *argc, char ***argv)
{
  const GOptionEntry entries[] = {
    { "run", 'r', 0, G_OPTION_ARG_STRING, &asked->run, "Which run, by its file; two of one name, by its control socket", "NAME" },
    { "timeout", 't', 0, G_OPTION_ARG_STRING, &asked->timeout,
      "How long it may take until it is so (30s)", "TIME" },
    { "wait", 'w', 0, G_OPTION_ARG_NONE, &asked->wait, "Return when it is so: what it does anyway",
      NULL },
    { "no-wait", 0, 0, G_OPTION_ARG_NONE, &asked->no_wait, "Return at once", NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &asked->json, "The answer as it comes", NULL },
    { "lines", 'n', 0, G_OPTION_ARG_INT, &asked->lines, "How many last lines of a log (100)", "N" },
    { "follow", 'f', 0, G_OPTION_ARG_NONE, &asked->follow, "Go on with the log", NULL },
    { "restart", 0, 0, G_OPTION_ARG_NONE, &asked->restart,
      "Of attach: starts it again in a terminal first", NULL },
    { "under", 0, 0, G_OPTION_ARG_STRING, &asked->under,
      "Of attach: starts it again under gdb, strace or valgrind first", "TOOL" },
    { "trust", 0, 0, G_OPTION_ARG_NONE, &asked->trust,
      "Of apply and scale: allow the commands that it would execute", NULL },
    { "match", 'm', 0, G_OPTION_ARG_STRING, &asked->match, "Only lines that match", "REGEX" },
    { NULL }
  };
  g_autofree char *help = help_of_verbs ();
  asked->lines = 100;
  return tb_cli_options (argc, argv, "VERB [WHAT…]", help, entries);
}

static TbExitStatus
carry_out (Asked *asked)
{
  guint i = 0;
  const char *verb = asked->argc > 0 ? asked->argv[0] : "";
  const char *names[G_N_ELEMENTS (verbs) + 1] = { NULL };
  for (guint k = 0; k < G_N_ELEMENTS (verbs); k++)
    names[k] = verbs[k].verb;
  while (i < G_N_ELEMENTS (verbs) && !g_str_equal (verbs[i].verb, verb))
    i++;
  if (i == G_N_ELEMENTS (verbs))
    {
      const char *near = *verb != '\0' ? tb_cli_nearest (verb, names) : NULL;
      tb_cli_error (near != NULL ? "there is no “ctl %s”; did you mean “%s”?"
                                 : "what? See “tierboard ctl --help”", verb, near);
      return TB_EXIT_REFUSED;
    }
  if (asked->argc - 1 < verbs[i].least)
    {
      tb_cli_error ("usage: tierboard ctl %s %s", verb, verbs[i].words);
      return TB_EXIT_REFUSED;
    }
  if (verbs[i].act != do_list && (asked->socket = tb_cli_find_run (asked->run)) == NULL)
    return TB_EXIT_FAILED;
  return verbs[i].act (asked);
}

/* "clock shop/1 -5m": what begins with a minus and a digit is no option. */
static int
split_at_clock (int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    if (argv[i][0] == '-' && g_ascii_isdigit (argv[i][1]))
      return i;
  return argc;
}

int
tb_cmd_ctl (int argc, char **argv)
{
  Asked asked = { 0 };
  int at = split_at_clock (argc, argv), n = at;
  g_autofree char **words = g_new0 (char *, (gsize) argc + 1);
  char **options = words;
  memcpy (words, argv, (gsize) at * sizeof *words);
  TbExitStatus status = TB_EXIT_REFUSED;
  if (read_options (&asked, &n, &options))
    {
      memcpy (options + n, argv + at, (gsize) (argc - at) * sizeof *words);
      asked.argc = n - 1 + argc - at;
      asked.argv = options + 1;
      status = carry_out (&asked);
    }
  g_free (asked.run);
  g_free (asked.timeout);
  g_free (asked.match);
  g_free (asked.socket);
  return status;
}
