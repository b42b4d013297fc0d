/* A file's own rules, and what it ignores.
 *
 *   selector = word*          all must hold; none: anything
 *   word     = "*" | ["!"] key ":" value | ["!"] "sync" | ["!"] "async"
 *
 * Components are selected by kind, tier, layer, tag, group and id, links by sync, async, protocol and middleware. */
#include <string.h>

#include "rules-private.h"

/* ---- Words ------------------------------------------------------------------------------------ */

static const char component_keys[] = "kind tier layer tag group id", link_keys[] = "protocol middleware";

static gboolean
is_among (const char *words, const char *word, gsize n)
{
  for (const char *p = words; p != NULL; p = strchr (p, ' '))
    {
      p += *p == ' ';
      if (strncmp (p, word, n) == 0 && (p[n] == ' ' || p[n] == '\0'))
        return TRUE;
    }
  return FALSE;
}

static GStrv
words_of (const TbElement *rule, TbProp prop)
{
  const char *text = tb_element_get (rule, prop);
  return g_strsplit (text != NULL ? text : "", " ", -1);
}

static gboolean
is_role (const char *name)
{
  for (guint role = 0; role < TB_N_ROLES; role++)
    if (strcmp (tb_role_name ((TbRole) role), name) == 0)
      return TRUE;
  return FALSE;
}

/* NULL: it is one. */
static char *
wrong_word (const char *word, gboolean of_link)
{
  const char *p = word + (*word == '!'), *colon = strchr (p, ':');
  if (*p == '\0' || strcmp (word, "*") == 0 || (of_link && (strcmp (p, "sync") == 0 || strcmp (p, "async") == 0)))
    return *word == '!' && *p == '\0' ? g_strdup ("“!” stands alone") : NULL;
  if (colon == NULL || !is_among (of_link ? link_keys : component_keys, p, (gsize) (colon - p)) || colon == p)
    return g_strdup_printf ("“%s” selects no %s, expected %s", word, of_link ? "link" : "component",
                            of_link ? "sync, async, protocol:http or middleware:bus"
                                    : "*, kind:store, tier:db, layer:data, tag:pci, group:x or id:shop");
  if (colon[1] == '\0')
    return g_strdup_printf ("“%s” says no %.*s", word, (int) (colon - p), p);
  return g_str_has_prefix (p, "kind:") && !is_role (colon + 1) ? g_strdup_printf ("there is no kind “%s”", colon + 1) : NULL;
}

/* NULL: it is there, or need not be: a tag may be given later, and a protocol is free. */
static char *
absent_word (const TbModel *model, const char *word)
{
  static const struct
  {
    const char *key;
    TbKind kind;
  } named[] = { { "tier:", TB_KIND_TIER },   { "layer:", TB_KIND_LAYER },   { "group:", TB_KIND_GROUP },
                { "id:", TB_KIND_COMPONENT }, { "middleware:", TB_KIND_MIDDLEWARE } };
  const char *p = word + (*word == '!');
  for (guint i = 0; i < G_N_ELEMENTS (named); i++)
    {
      if (!g_str_has_prefix (p, named[i].key))
        continue;
      const char *id = p + strlen (named[i].key);
      const TbElement *e = tb_model_lookup (model, id);
      if (e == NULL || tb_element_kind (e) != named[i].kind)
        return g_strdup_printf ("there is no %s “%s”", tb_schema_kind (named[i].kind)->name, id);
    }
  return NULL;
}

static gboolean
holds_for_component (const TbElement *e, const char *key, gsize n, const char *value)
{
  static const struct
  {
    const char *key;
    TbProp prop;
  } props[] = { { "kind", TB_PROP_KIND }, { "tier", TB_PROP_TIER }, { "layer", TB_PROP_LAYER },
                { "tag", TB_PROP_TAGS },  { "group", TB_PROP_GROUP }, { "id", TB_PROP_ID } };
  for (guint i = 0; i < G_N_ELEMENTS (props); i++)
    if (strlen (props[i].key) == n && strncmp (props[i].key, key, n) == 0)
      {
        const char *own = tb_element_get (e, props[i].prop);
        return own != NULL && is_among (own, value, strlen (value));
      }
  return FALSE;
}

static gboolean
selects_component (const GStrv words, const TbElement *e)
{
  for (guint i = 0; words[i] != NULL; i++)
    {
      const char *p = words[i] + (*words[i] == '!'), *colon = strchr (p, ':');
      if (colon != NULL && holds_for_component (e, p, (gsize) (colon - p), colon + 1) == (*words[i] == '!'))
        return FALSE;
    }
  return TRUE;
}

static gboolean
holds_for_link (const TbRuleRun *run, const TbRuleLink *link, const char *word)
{
  if (!strchr (word, ':'))
    return link->sync == (strcmp (word, "sync") == 0);
  if (g_str_has_prefix (word, "middleware:"))
    {
      const TbElement *via = tb_element_get_ref (run->model, link->e, TB_PROP_VIA);
      return via != NULL && strcmp (tb_element_id (via), strchr (word, ':') + 1) == 0;
    }
  const TbElement *service = tb_link_service (run->model, link->e);
  const char *protocol = tb_element_get (link->e, TB_PROP_PROTOCOL);
  if (protocol == NULL && service != NULL)
    protocol = tb_element_get (service, TB_PROP_PROTOCOL);
  return g_strcmp0 (protocol, strchr (word, ':') + 1) == 0;
}

static gboolean
selects_link (const TbRuleRun *run, const GStrv words, const TbRuleLink *link)
{
  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0' && strcmp (words[i], "*") != 0
        && holds_for_link (run, link, words[i] + (*words[i] == '!')) == (*words[i] == '!'))
      return FALSE;
  return TRUE;
}

/* ---- One rule --------------------------------------------------------------------------------- */

typedef struct
{
  const TbElement *e;
  TbRule rule; /* "rule.ID" with its severity */
  GStrv from, to, over;
} Own;

static void
say_link (TbRuleRun *run, const Own *own, const TbRuleLink *link, const char *what)
{
  TbRuleFinding *finding = tb_rule_say (run, &own->rule, link->e, "%s, by the rule “%s”", what, tb_element_title (own->e));
  tb_finding_also (finding, run->parts[link->from].e);
  tb_finding_also (finding, run->parts[link->to].e);
}

static void
check_forbidden (TbRuleRun *run, const Own *own)
{
  for (guint i = 0; i < run->n_links; i++)
    {
      const TbRuleLink *link = &run->links[i];
      if (selects_component (own->from, run->parts[link->from].e) && selects_component (own->to, run->parts[link->to].e)
          && selects_link (run, own->over, link))
        say_link (run, own, link, "there must be no such link");
    }
}

static void
check_allowed (TbRuleRun *run, const Own *own)
{
  for (guint i = 0; i < run->n_links; i++)
    {
      const TbRuleLink *link = &run->links[i];
      if (selects_component (own->from, run->parts[link->from].e)
          && !(selects_component (own->to, run->parts[link->to].e) && selects_link (run, own->over, link)))
        say_link (run, own, link, "it leads where its caller may not call");
    }
}

static gboolean
has_required (const TbRuleRun *run, const Own *own, guint part)
{
  for (guint k = 0; k < run->parts[part].out->len; k++)
    {
      const TbRuleLink *link = tb_rule_out (run, part, k);
      if (selects_component (own->to, run->parts[link->to].e) && selects_link (run, own->over, link))
        return TRUE;
    }
  return FALSE;
}

static void
check_required (TbRuleRun *run, const Own *own)
{
  g_autofree char *to = g_strjoinv (" ", own->to);
  for (guint i = 0; i < run->n_parts; i++)
    if (selects_component (own->from, run->parts[i].e) && !has_required (run, own, i))
      tb_rule_say (run, &own->rule, run->parts[i].e, "it must have a link to %s, by the rule “%s”",
                   *to != '\0' ? to : "something", tb_element_title (own->e));
}

static gboolean
is_well_said (TbRuleRun *run, const Own *own)
{
  const TbRule *rule = tb_rule_find ("rule.words");
  const struct
  {
    const GStrv words;
    const char *name;
    gboolean of_link;
  } lists[] = { { own->from, "from", FALSE }, { own->to, "to", FALSE }, { own->over, "over", TRUE } };
  gboolean good = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    for (guint w = 0; lists[i].words[w] != NULL; w++)
      {
        g_autofree char *wrong = wrong_word (lists[i].words[w], lists[i].of_link);
        g_autofree char *absent = wrong == NULL ? absent_word (run->model, lists[i].words[w]) : NULL;
        if (absent != NULL)
          tb_rule_say (run, rule, own->e, "%s: %s", lists[i].name, absent)->problem.severity = TB_SEVERITY_WARNING;
        if (wrong != NULL)
          tb_rule_say (run, rule, own->e, "%s: %s", lists[i].name, wrong);
        good &= wrong == NULL;
      }
  return good;
}

static void
check_one (TbRuleRun *run, const TbElement *e)
{
  static const char *const levels[] = { "error", "warning", "info" };
  g_autofree char *id = g_strconcat ("rule.", tb_element_id (e), NULL);
  Own own = { e, { g_intern_string (id), TB_SEVERITY_ERROR, NULL, NULL }, words_of (e, TB_PROP_FROM), words_of (e, TB_PROP_TO),
              words_of (e, TB_PROP_OVER) };
  const char *kind = tb_element_get (e, TB_PROP_KIND);
  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    if (g_strcmp0 (tb_element_get (e, TB_PROP_SEVERITY), levels[i]) == 0)
      own.rule.severity = (TbSeverity) i;
  if (is_well_said (run, &own))
    {
      if (g_strcmp0 (kind, "forbidden") == 0)
        check_forbidden (run, &own);
      else if (g_strcmp0 (kind, "allowed") == 0)
        check_allowed (run, &own);
      else if (g_strcmp0 (kind, "required") == 0)
        check_required (run, &own);
    }
  g_strfreev (own.from);
  g_strfreev (own.to);
  g_strfreev (own.over);
}

void
tb_rules_check_own (TbRuleRun *run)
{
  for (guint i = 0; i < tb_model_count (run->model, TB_KIND_RULE); i++)
    check_one (run, tb_model_nth (run->model, TB_KIND_RULE, i));
}

/* ---- What is ignored -------------------------------------------------------------------------- */

static gboolean
is_meant (const char *pattern, const char *rule)
{
  gsize n = strlen (pattern);
  if (n > 1 && g_str_has_suffix (pattern, ".*"))
    return strncmp (pattern, rule, n - 1) == 0;
  return strcmp (pattern, "*") == 0 || strcmp (pattern, rule) == 0;
}

static void
ignore (TbRuleFinding *finding, const TbElement *holder, GHashTable *used)
{
  for (guint i = 0; i < tb_element_n_children (holder); i++)
    {
      const TbElement *e = tb_element_child (holder, i);
      const char *pattern = tb_element_kind (e) == TB_KIND_IGNORE ? tb_element_get (e, TB_PROP_RULE) : NULL;
      if (pattern == NULL || !is_meant (pattern, finding->problem.rule))
        continue;
      g_hash_table_add (used, (gpointer) e);
      if (finding->ignored)
        continue;
      finding->ignored = TRUE;
      finding->reason = g_strdup (tb_element_get (e, TB_PROP_REASON));
    }
}

/* Whether rules of that id can find anything: of the table, or of the file. */
static gboolean
is_known (const TbRuleRun *run, const char *pattern)
{
  guint n;
  const TbRule *all = tb_rules (&n);
  for (guint i = 0; i < n; i++)
    if (is_meant (pattern, all[i].id))
      return TRUE;
  for (guint i = 0; i < tb_model_count (run->model, TB_KIND_RULE); i++)
    {
      g_autofree char *id = g_strconcat ("rule.", tb_element_id (tb_model_nth (run->model, TB_KIND_RULE, i)), NULL);
      if (is_meant (pattern, id))
        return TRUE;
    }
  return FALSE;
}

static void
say_unused (TbRuleRun *run, const TbElement *e)
{
  const char *pattern = tb_element_get (e, TB_PROP_RULE);
  if (pattern == NULL)
    return;
  gboolean known = is_known (run, pattern);
  TbRuleFinding *finding = tb_rule_say (run, tb_rule_find (known ? "ignore.unused" : "ignore.unknown"), tb_element_parent (e),
                                    "<ignore> says %s, but there is %s", pattern,
                                    known ? "nothing of it to ignore here" : "no such rule");
  finding->problem.line = tb_element_line (e);
  finding->problem.column = tb_element_column (e);
  tb_finding_fix (finding, "Remove what ignores nothing", TB_RULE_DELETE, e);
}

void
tb_rules_suppress (TbRuleRun *run)
{
  g_autoptr (GHashTable) used = g_hash_table_new (NULL, NULL);
  const TbElement *root = tb_model_root (run->model);
  if (tb_model_count (run->model, TB_KIND_IGNORE) == 0)
    return;
  for (guint i = 0; i < run->findings->len; i++)
    {
      TbRuleFinding *finding = run->findings->pdata[i];
      const TbElement *about = tb_model_get (run->model, finding->problem.uid);
      ignore (finding, about, used);
      if (about != root)
        ignore (finding, root, used);
    }
  for (guint i = 0; i < tb_model_count (run->model, TB_KIND_IGNORE); i++)
    if (!g_hash_table_contains (used, tb_model_nth (run->model, TB_KIND_IGNORE, i)))
      say_unused (run, tb_model_nth (run->model, TB_KIND_IGNORE, i));
}
