/* The tables of a drawing's page. */
#include "html-private.h"
#include "tb-failure.h"
#include "tb-rules.h"
#include "tb-scenario-line.h"

#include <string.h>

static void
begin_table (TbPage *page, const char *id, const char *title, const char *const *heads)
{
  page->heads = heads;
  g_string_append_printf (page->out, "<h2 id=\"_%s\">%s</h2>\n<div class=\"wide\"><table class=\"rows\"><tr>", id, title);
  for (; *heads != NULL; heads++)
    g_string_append_printf (page->out, "<th>%s</th>", *heads);
  g_string_append (page->out, "</tr>\n");
}

static void
end_table (TbPage *page)
{
  page->heads = NULL;
  g_string_append (page->out, "</table></div>\n");
}

/* With what its column is called, which stands before it where the page is too narrow for columns. */
static void
begin_cell (TbPage *page, const char *class)
{
  const char *head = page->heads != NULL ? page->heads[page->column++] : NULL;
  g_string_append (page->out, "<td");
  if (class != NULL)
    g_string_append_printf (page->out, " class=\"%s\"", class);
  if (head != NULL)
    g_string_append_printf (page->out, " data-head=\"%s\"", head);
  g_string_append_c (page->out, '>');
}

static void
cell (TbPage *page, const char *text)
{
  begin_cell (page, NULL);
  tb_page_text (page, text);
  g_string_append (page->out, "</td>");
}

/* element NULL: nothing leads to it. */
static void
begin_row (TbPage *page, const TbElement *element)
{
  page->column = 0;
  if (element != NULL)
    g_string_append_printf (page->out, "<tr id=\"%s\">", tb_element_id (element));
  else
    g_string_append (page->out, "<tr>");
}

/* A cell with a link to each element that a list of ids names. */
static void
refs_cell (TbPage *page, const char *ids)
{
  g_auto (GStrv) list = g_strsplit (ids != NULL ? ids : "", " ", -1);
  begin_cell (page, NULL);
  for (guint i = 0; list[i] != NULL; i++)
    {
      g_string_append (page->out, i > 0 ? ", " : "");
      tb_page_link (page, *list[i] ? tb_model_lookup (page->model, list[i]) : NULL);
    }
  g_string_append (page->out, "</td>");
}

/* ---- Findings ----------------------------------------------------------------------------------------- */

static void
put_finding (TbPage *page, const TbProblem *p, const char *reason)
{
  static const char *const levels[] = { "error", "warning", "info" };
  const TbElement *about = tb_model_get (page->model, p->uid);
  while (about != NULL && tb_element_id (about) == NULL)
    about = tb_element_parent (about);
  g_autofree char *class = g_strconcat ("level ", levels[p->severity], NULL);
  page->column = 0;
  g_string_append (page->out, reason != NULL ? "<tr class=\"ignored\">" : "<tr>");
  begin_cell (page, class);
  g_string_append_printf (page->out, "%s</td>", levels[p->severity]);
  cell (page, p->rule);
  begin_cell (page, NULL);
  tb_page_link (page, about);
  g_string_append (page->out, "</td>");
  begin_cell (page, NULL);
  tb_page_text (page, p->message);
  if (reason != NULL)
    {
      g_string_append (page->out, " <em>Ignored: ");
      tb_page_text (page, reason);
      g_string_append (page->out, "</em>");
    }
  g_string_append (page->out, "</td></tr>\n");
}

void
tb_page_findings (TbPage *page)
{
  static const char *const heads[] = { "Level", "Rule", "Where", "What", NULL };
  const TbRuleOptions all = { .with_ignored = TRUE, .gather = TRUE };
  g_autoptr (GPtrArray) problems = tb_problems_new (), findings = tb_rules_check (page->model, &all);
  tb_model_validate (page->model, problems);
  begin_table (page, "findings", "Findings", heads);
  for (guint i = 0; i < problems->len; i++)
    put_finding (page, problems->pdata[i], NULL);
  for (guint i = 0; i < findings->len; i++)
    {
      const TbRuleFinding *f = findings->pdata[i];
      put_finding (page, &f->problem, f->ignored ? (f->reason != NULL ? f->reason : "") : NULL);
    }
  if (problems->len + findings->len == 0)
    g_string_append (page->out, "<tr><td colspan=\"4\">Nothing to say.</td></tr>\n");
  end_table (page);
}

/* ---- Components --------------------------------------------------------------------------------------- */

/* What plays the part: "Redis", "redis-server --port 6379", "built in". (transfer full) */
static char *
player_of (const TbElement *component)
{
  const TbElement *template = tb_element_child_of (component, TB_KIND_TEMPLATE);
  const TbElement *command = tb_element_child_of (component, TB_KIND_COMMAND);
  const char *line = command != NULL ? tb_element_get (command, TB_PROP_TEXT) : NULL;
  if (template != NULL)
    return g_strdup (tb_element_get (template, TB_PROP_NAME));
  if (line != NULL)
    return g_strdup (line);
  if (tb_element_is_set (component, TB_PROP_ADDRESS))
    return g_strdup_printf ("outside: %s", tb_element_get (component, TB_PROP_ADDRESS));
  return g_strdup (tb_element_child_of (component, TB_KIND_BUILTIN) != NULL ? "built in" : "");
}

/* The links at one of its ends, with what is at the other. */
static void
calls_cell (TbPage *page, const TbElement *component, TbProp own, TbProp other)
{
  guint n = 0;
  begin_cell (page, NULL);
  for (guint i = 0; i < tb_model_count (page->model, TB_KIND_LINK); i++)
    {
      const TbElement *link = tb_model_nth (page->model, TB_KIND_LINK, i);
      if (tb_element_get_ref (page->model, link, own) != component)
        continue;
      g_string_append (page->out, n++ > 0 ? ", " : "");
      tb_page_link (page, tb_element_get_ref (page->model, link, other));
    }
  g_string_append (page->out, "</td>");
}

void
tb_page_components (TbPage *page)
{
  static const char *const heads[] = { "Component", "Kind", "Replicas", "Played by", "Tier", "Layer", "Calls", "Called by",
                                       "Available", "Description", NULL };
  TbFailure *failure = tb_failure_new (page->model);
  begin_table (page, "components", "Components", heads);
  for (guint i = 0; i < tb_model_count (page->model, TB_KIND_COMPONENT); i++)
    {
      const TbElement *c = tb_model_nth (page->model, TB_KIND_COMPONENT, i);
      g_autofree char *player = player_of (c), *replicas = g_strdup_printf ("%u", tb_component_replicas (c));
      TbUptime uptime;
      tb_failure_availability (failure, tb_element_uid (c), &uptime);
      g_autofree char *available = uptime.said > 0 ? tb_uptime_text (&uptime) : NULL;
      begin_row (page, c);
      cell (page, tb_element_title (c));
      cell (page, tb_role_name (tb_component_role (c)));
      cell (page, replicas);
      cell (page, player);
      refs_cell (page, tb_element_get (c, TB_PROP_TIER));
      refs_cell (page, tb_element_get (c, TB_PROP_LAYER));
      calls_cell (page, c, TB_PROP_FROM, TB_PROP_TO);
      calls_cell (page, c, TB_PROP_TO, TB_PROP_FROM);
      cell (page, available);
      cell (page, tb_element_get (c, TB_PROP_DESCRIPTION));
      g_string_append (page->out, "</tr>\n");
    }
  tb_failure_free (failure);
  end_table (page);
}

/* ---- Links and structure ------------------------------------------------------------------------------ */

void
tb_page_links (TbPage *page)
{
  static const char *const heads[] = { "Link", "From", "To", "Service", "Calls", "Middleware", "Timeout", "Retries", "Carries",
                                       "Description", NULL };
  begin_table (page, "links", "Links", heads);
  for (guint i = 0; i < tb_model_count (page->model, TB_KIND_LINK); i++)
    {
      const TbElement *link = tb_model_nth (page->model, TB_KIND_LINK, i);
      const TbElement *service = tb_link_service (page->model, link);
      const char *protocol = tb_element_get (link, TB_PROP_PROTOCOL);
      if (protocol == NULL && service != NULL)
        protocol = tb_element_get (service, TB_PROP_PROTOCOL);
      g_autofree char *words = g_strdup_printf ("%s%s%s", service != NULL ? tb_element_title (service) : "",
                                                service != NULL && protocol != NULL ? ", " : "", protocol != NULL ? protocol : "");
      begin_row (page, link);
      cell (page, tb_element_title (link));
      refs_cell (page, tb_element_get (link, TB_PROP_FROM));
      refs_cell (page, tb_element_get (link, TB_PROP_TO));
      cell (page, words);
      cell (page, tb_element_get (link, TB_PROP_CALL));
      refs_cell (page, tb_element_get (link, TB_PROP_VIA));
      cell (page, tb_element_get (link, TB_PROP_TIMEOUT));
      cell (page, tb_element_get (link, TB_PROP_RETRIES));
      cell (page, tb_element_get (link, TB_PROP_CARRIES));
      cell (page, tb_element_get (link, TB_PROP_DESCRIPTION));
      g_string_append (page->out, "</tr>\n");
    }
  end_table (page);
}

/* What a container's attributes say that has no column. (transfer full) */
static char *
details_of (const TbElement *e)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const TbKindSpec *kind = tb_schema_kind (tb_element_kind (e));
  if (tb_element_kind (e) == TB_KIND_DEVICE)
    g_string_append_printf (text, "of %s", tb_element_title (tb_element_parent (e)));
  for (guint i = 0; i < kind->n_props; i++)
    {
      TbProp prop = kind->props[i].prop;
      if (prop != TB_PROP_ID && prop != TB_PROP_NAME && prop != TB_PROP_DESCRIPTION && prop != TB_PROP_COLOUR
          && tb_element_is_set (e, prop))
        g_string_append_printf (text, "%s%s: %s", text->len ? ", " : "", kind->props[i].label, tb_element_get (e, prop));
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

void
tb_page_structure (TbPage *page)
{
  static const char *const heads[] = { "What", "Name", "Details", "Description", NULL };
  static const TbKind kinds[] = { TB_KIND_LAYER, TB_KIND_TIER, TB_KIND_DEVICE, TB_KIND_MIDDLEWARE, TB_KIND_GROUP };
  begin_table (page, "structure", "Structure", heads);
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    for (guint i = 0; i < tb_model_count (page->model, kinds[k]); i++)
      {
        const TbElement *e = tb_model_nth (page->model, kinds[k], i);
        g_autofree char *details = details_of (e);
        begin_row (page, e);
        cell (page, tb_schema_kind (kinds[k])->label);
        cell (page, tb_element_title (e));
        cell (page, details);
        cell (page, tb_element_get (e, TB_PROP_DESCRIPTION));
        g_string_append (page->out, "</tr>\n");
      }
  end_table (page);
}

/* ---- Scenarios ---------------------------------------------------------------------------------------- */

static void
put_step (TbPage *page, const char *when, const char *what)
{
  begin_row (page, NULL);
  cell (page, when);
  cell (page, what);
  g_string_append (page->out, "</tr>\n");
}

static void
put_phase (TbPage *page, const TbElement *phase)
{
  g_autofree char *words = g_strdup_printf ("%s, %s", tb_element_title (phase), tb_element_get (phase, TB_PROP_LASTS));
  put_step (page, "Phase", words);
  for (guint i = 0; i < tb_element_n_children (phase); i++)
    {
      const TbElement *action = tb_element_child (phase, i);
      const char *at = tb_element_get (action, TB_PROP_AT);
      g_autofree char *done = tb_scenario_words (action);
      g_autofree char *what = g_strdup_printf ("— %s%s%s", done, at != NULL ? " after " : "", at != NULL ? at : "");
      put_step (page, "", what);
    }
}

static void
put_scenario_child (TbPage *page, const TbElement *e)
{
  const char *during;
  if (tb_element_kind (e) == TB_KIND_PHASE)
    put_phase (page, e);
  else if (tb_element_kind (e) == TB_KIND_WAIT)
    put_step (page, "Waits until", tb_element_get (e, TB_PROP_UNTIL));
  else if (tb_element_kind (e) == TB_KIND_EXPECT)
    {
      during = tb_element_get (e, TB_PROP_DURING);
      g_autofree char *words = tb_scenario_words (e);
      g_autofree char *what = g_strdup_printf ("%s%s%s", words, during != NULL ? " during " : "", during != NULL ? during : "");
      put_step (page, "Expects", what);
    }
}

void
tb_page_scenarios (TbPage *page)
{
  for (guint i = 0; i < tb_model_count (page->model, TB_KIND_SCENARIO); i++)
    {
      const TbElement *scenario = tb_model_nth (page->model, TB_KIND_SCENARIO, i);
      g_string_append_printf (page->out, "<h2 id=\"%s\">", tb_element_id (scenario));
      tb_page_text (page, tb_element_title (scenario));
      g_string_append (page->out, "</h2>\n<p>");
      tb_page_text (page, tb_element_get (scenario, TB_PROP_DESCRIPTION));
      g_string_append (page->out, "</p>\n<div class=\"wide\"><table>\n");
      for (guint k = 0; k < tb_element_n_children (scenario); k++)
        put_scenario_child (page, tb_element_child (scenario, k));
      g_string_append (page->out, "</table></div>\n");
    }
}
