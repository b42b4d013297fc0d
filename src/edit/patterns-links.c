/* Patterns that change how a link calls, put a cache beside it, or take a part out again. */
#include "patterns-private.h"

#include <string.h>

#define HIT 0.8 /* part of the reads that a new cache answers, until it is measured */

static GArray *
selected_links (TbEditor *editor)
{
  GArray *links = g_array_new (FALSE, FALSE, sizeof (TbUid));
  for (guint i = 0; i < editor->selection->len; i++)
    {
      TbUid uid = g_array_index (editor->selection, TbUid, i);
      const TbElement *e = tb_editor_element (editor, uid);
      if (e != NULL && tb_element_kind (e) == TB_KIND_LINK
          && tb_link_end (editor, uid, TB_PROP_FROM) && tb_link_end (editor, uid, TB_PROP_TO))
        g_array_append_val (links, uid);
    }
  return links;
}

/* ---- Waiting or not -------------------------------------------------------------------------- */

static gboolean
middleware_is (TbEditor *editor, const TbElement *link, const char *call)
{
  const TbElement *via
      = tb_element_get_ref (tb_editor_model (editor), link, TB_PROP_VIA);
  return via != NULL && g_strcmp0 (tb_element_get (via, TB_PROP_CALL), call) == 0;
}

static const char *
refuse_async (TbEditor *editor)
{
  g_autoptr (GArray) links = selected_links (editor);
  guint sync = 0;
  for (guint i = 0; i < links->len; i++)
    {
      const TbElement *link = tb_editor_element (editor, g_array_index (links, TbUid, i));
      if (tb_link_is_async (link))
        continue;
      sync++;
      if (g_strcmp0 (tb_element_get (link, TB_PROP_FLOW), "reply") == 0)
        return "Its data come with the reply, for which the caller has to wait";
      if (middleware_is (editor, link, "sync"))
        return "It goes through middleware whose callers wait";
    }
  return sync > 0 ? NULL : "It needs a link whose caller waits";
}

static void
run_async (TbEditor *editor)
{
  g_autoptr (GArray) links = selected_links (editor);
  tb_document_begin (editor->document, "Make Asynchronous", NULL);
  for (guint i = 0; i < links->len; i++)
    {
      TbUid uid = g_array_index (links, TbUid, i);
      tb_rewire_set (editor, uid, TB_PROP_CALL, "async");
      if (tb_element_is_set (tb_editor_element (editor, uid), TB_PROP_FLOW))
        tb_rewire_set (editor, uid, TB_PROP_FLOW, "request");
    }
  tb_document_commit (editor->document);
}

static const char *
refuse_sync (TbEditor *editor)
{
  g_autoptr (GArray) links = selected_links (editor);
  guint async = 0;
  for (guint i = 0; i < links->len; i++)
    {
      TbUid uid = g_array_index (links, TbUid, i);
      const TbElement *link = tb_editor_element (editor, uid);
      if (!tb_link_is_async (link))
        continue;
      async++;
      if (middleware_is (editor, link, "async"))
        return "It goes through middleware whose callers do not wait";
      if (tb_component_role (tb_link_end (editor, uid, TB_PROP_TO)) == TB_ROLE_BROKER)
        return "A broker answers when it has the message: nobody waits for more";
    }
  return async > 0 ? NULL : "It needs a link whose caller does not wait";
}

static void
run_sync (TbEditor *editor)
{
  g_autoptr (GArray) links = selected_links (editor);
  tb_document_begin (editor->document, "Make Synchronous", NULL);
  for (guint i = 0; i < links->len; i++)
    tb_rewire_set (editor, g_array_index (links, TbUid, i), TB_PROP_CALL, NULL);
  tb_document_commit (editor->document);
}

/* ---- A cache beside -------------------------------------------------------------------------- */

static GArray *
links_meant (TbEditor *editor)
{
  GArray *links = g_array_new (FALSE, FALSE, sizeof (TbUid));
  tb_pattern_links (editor, links);
  return links;
}

static const char *
refuse_cache (TbEditor *editor)
{
  g_autoptr (GArray) links = links_meant (editor);
  const TbElement *to = NULL;
  if (links->len == 0)
    return "It needs a link, or a component that is called";
  for (guint i = 0; i < links->len; i++)
    {
      TbUid uid = g_array_index (links, TbUid, i);
      const TbElement *target = tb_link_end (editor, uid, TB_PROP_TO);
      if (to != NULL && target != to)
        return "These links lead to several components: each would need a cache of its own";
      to = target;
      if (tb_link_is_async (tb_editor_element (editor, uid)))
        return "Its caller waits for no answer that could be cached";
    }
  return tb_component_role (to) == TB_ROLE_CACHE ? "It is a cache itself" : NULL;
}

static void
set_share (TbEditor *editor, TbUid call, double share)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  tb_rewire_set (editor, call, TB_PROP_SHARE, g_ascii_formatd (text, sizeof text, "%.3g", share));
}

static TbUid
add_read (TbEditor *editor, TbUid body, guint before, const char *link, double share)
{
  TbUid call = tb_document_insert (editor->document, TB_KIND_CALL, NULL, body, before);
  tb_editor_set_checked (editor, call, TB_PROP_LINK, link);
  tb_editor_set_checked (editor, call, TB_PROP_OP, "read");
  if (share < 1)
    set_share (editor, call, share);
  return call;
}

/* Without calls a body does each of its links once: now that is said. */
static void
spell_out (TbEditor *editor, const TbElement *from, const TbElement *body, TbUid but)
{
  const TbModel *model = tb_editor_model (editor);
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  for (guint i = 0; i < tb_element_n_children (body); i++)
    if (tb_element_kind (tb_element_child (body, i)) == TB_KIND_CALL)
      return;
  for (guint i = 0; i < tb_model_count (model, TB_KIND_LINK); i++)
    {
      const TbElement *link = tb_model_nth (model, TB_KIND_LINK, i);
      TbUid uid = tb_element_uid (link);
      if (tb_element_get_ref (model, link, TB_PROP_FROM) == from && uid != but)
        g_array_append_val (ids, uid);
    }
  for (guint i = 0; i < ids->len; i++)
    {
      TbUid call = tb_document_insert (editor->document, TB_KIND_CALL, NULL,
                                       tb_element_uid (body), G_MAXUINT);
      tb_editor_set_checked (
          editor, call, TB_PROP_LINK,
          tb_element_id (tb_editor_element (editor, g_array_index (ids, TbUid, i))));
    }
}

static gboolean
is_read_over (const TbElement *call, const char *link)
{
  const char *op = tb_element_get (call, TB_PROP_OP);
  return tb_element_kind (call) == TB_KIND_CALL
         && g_strcmp0 (tb_element_get (call, TB_PROP_LINK), link) == 0
         && (op == NULL || g_str_equal (op, "read"));
}

/* Each request looks into the cache first; only misses go on. A client makes one call a request, so
 * there looking and going on exclude each other. */
static void
ask_cache_first (TbEditor *editor, TbUid link, TbUid to_cache)
{
  const TbElement *from = tb_link_end (editor, link, TB_PROP_FROM);
  const TbElement *body = tb_element_child_of (from, TB_KIND_BUILTIN);
  const char *id = tb_element_id (tb_editor_element (editor, link));
  const char *cache_id = tb_element_id (tb_editor_element (editor, to_cache));
  gboolean client = tb_component_role (from) == TB_ROLE_CLIENT;
  double reads = 0;
  if (body == NULL)
    return;
  spell_out (editor, from, body, to_cache);
  guint first = G_MAXUINT;
  for (guint i = 0; i < tb_element_n_children (body); i++)
    {
      const TbElement *call = tb_element_child (body, i);
      if (!is_read_over (call, id))
        continue;
      double share = tb_element_get_number (call, TB_PROP_SHARE);
      reads += share;
      first = MIN (first, i);
      set_share (editor, tb_element_uid (call), share * (1 - HIT));
    }
  if (reads > 0)
    add_read (editor, tb_element_uid (body), first, cache_id,
              client ? MIN (reads, 1) * HIT : 1);
}

static TbRect
cache_place (TbEditor *editor, const GArray *links, TbHome *home)
{
  TbUid link = g_array_index (links, TbUid, 0);
  TbUid from = tb_element_uid (tb_link_end (editor, link, TB_PROP_FROM));
  TbUid to = tb_element_uid (tb_link_end (editor, link, TB_PROP_TO));
  TbRect a = { 0 }, b = { 0 };
  tb_editor_bounds (editor, from, NULL, &a);
  tb_editor_bounds (editor, to, NULL, &b);
  TbPoint wish = { a.x + a.width / 2, a.y + a.height / 2 };
  /* Beside the way, so that the way itself stays straight. */
  if (ABS (b.x - a.x) > ABS (b.y - a.y))
    wish.y += a.height + 4 * TB_GRID;
  else
    wish.x += a.width + 4 * TB_GRID;
  *home = tb_home_of (editor, from);
  return tb_editor_spot (editor, wish, home);
}

static void
run_cache (TbEditor *editor)
{
  g_autoptr (GArray) links = links_meant (editor);
  const TbElement *to = tb_link_end (editor, g_array_index (links, TbUid, 0), TB_PROP_TO);
  g_autofree char *label = g_strdup_printf ("Put Cache before %s", tb_element_title (to));
  TbHome home;
  TbRect rect = cache_place (editor, links, &home);
  tb_document_begin (editor->document, label, NULL);
  TbUid cache = tb_editor_create_at (editor, tb_palette_find ("cache"), &rect, &home);
  for (guint i = 0; i < links->len; i++)
    {
      TbUid link = g_array_index (links, TbUid, i);
      TbUid from = tb_element_uid (tb_link_end (editor, link, TB_PROP_FROM));
      TbUid ask = tb_rewire_add_link (editor, from, cache, 0);
      ask_cache_first (editor, link, ask);
    }
  tb_document_commit (editor->document);
  tb_editor_select_one (editor, cache);
}

/* ---- Out of the way -------------------------------------------------------------------------- */

typedef struct
{
  GArray *in; /* TbUid of links */
  TbUid out;
  guint n_out;
} Passage;

static Passage
passage_of (TbEditor *editor, const TbElement *part)
{
  const TbModel *model = tb_editor_model (editor);
  Passage p = { g_array_new (FALSE, FALSE, sizeof (TbUid)), 0, 0 };
  for (guint i = 0; i < tb_model_count (model, TB_KIND_LINK); i++)
    {
      const TbElement *link = tb_model_nth (model, TB_KIND_LINK, i);
      TbUid uid = tb_element_uid (link);
      if (tb_element_get_ref (model, link, TB_PROP_TO) == part)
        g_array_append_val (p.in, uid);
      else if (tb_element_get_ref (model, link, TB_PROP_FROM) == part)
        {
          p.out = uid;
          p.n_out++;
        }
    }
  return p;
}

static gboolean
is_linked (TbEditor *editor, const TbElement *from, const TbElement *to)
{
  const TbModel *model = tb_editor_model (editor);
  for (guint i = 0; i < tb_model_count (model, TB_KIND_LINK); i++)
    {
      const TbElement *link = tb_model_nth (model, TB_KIND_LINK, i);
      if (tb_element_get_ref (model, link, TB_PROP_FROM) == from
          && tb_element_get_ref (model, link, TB_PROP_TO) == to)
        return TRUE;
    }
  return FALSE;
}

static const char *
refuse_take_out (TbEditor *editor)
{
  const TbElement *one = tb_editor_element (editor, tb_editor_selected_one (editor));
  const char *reason = NULL;
  if (one == NULL || tb_element_kind (one) != TB_KIND_COMPONENT)
    return "It needs one selected component";
  Passage p = passage_of (editor, one);
  if (p.in->len == 0 || p.n_out == 0)
    reason = "Nothing leads through it";
  else if (p.n_out > 1)
    reason = "It calls several: its callers would not know which of them to call";
  for (guint i = 0; reason == NULL && i < p.in->len; i++)
    {
      const TbElement *from
          = tb_link_end (editor, g_array_index (p.in, TbUid, i), TB_PROP_FROM);
      const TbElement *to = tb_link_end (editor, p.out, TB_PROP_TO);
      if (from == to || is_linked (editor, from, to))
        reason = "One of its callers calls what lies behind it already";
    }
  g_array_unref (p.in);
  return reason;
}

/* A caller through a broker went on without waiting because of the broker. */
static void
lead_past (TbEditor *editor, TbUid link, TbUid out, gboolean broker)
{
  static const TbProp of_target[] = { TB_PROP_SERVICE, TB_PROP_PROTOCOL, TB_PROP_BALANCE };
  const TbElement *way = tb_editor_element (editor, out);
  tb_rewire_retarget (editor, link, tb_element_uid (tb_link_end (editor, out, TB_PROP_TO)));
  for (guint i = 0; i < G_N_ELEMENTS (of_target); i++)
    if (tb_element_is_set (way, of_target[i]))
      tb_rewire_set (editor, link, of_target[i], tb_element_get (way, of_target[i]));
  if (broker)
    tb_rewire_set (editor, link, TB_PROP_CALL, NULL);
}

static void
run_take_out (TbEditor *editor)
{
  TbUid uid = tb_editor_selected_one (editor);
  const TbElement *part = tb_editor_element (editor, uid);
  Passage p = passage_of (editor, part);
  gboolean broker = tb_component_role (part) == TB_ROLE_BROKER;
  g_autofree char *label = g_strdup_printf ("Take %s Out", tb_element_title (part));
  TbUid target = tb_element_uid (tb_link_end (editor, p.out, TB_PROP_TO));
  TbPlaces places;
  tb_document_begin (editor->document, label, NULL);
  tb_places_begin (&places, editor);
  tb_places_pin (&places);
  tb_places_end (&places);
  for (guint i = 0; i < p.in->len; i++)
    lead_past (editor, g_array_index (p.in, TbUid, i), p.out, broker);
  tb_document_delete (editor->document, uid);
  tb_document_commit (editor->document);
  tb_editor_select_one (editor, target);
  g_array_unref (p.in);
}

TB_PATTERN (async)
TB_PATTERN (sync)
TB_PATTERN (cache)
TB_PATTERN (take_out)

static const TbCommandRow rows[] = {
  TB_PATTERN_ROW ("put-cache", "Put a Cache Beside",
                  "Callers look into a cache first; only what it does not have is asked for.", cache),
  TB_PATTERN_ROW ("make-async", "Make Asynchronous",
                  "Callers go on without waiting for an answer.", async),
  TB_PATTERN_ROW ("make-sync", "Make Synchronous", "Callers wait for the answer.", sync),
  TB_PATTERN_ROW ("take-out", "Take Out and Reconnect",
                  "Remove it; its callers call what it called.", take_out),
};

const TbCommandSet tb_commands_pattern_links = { rows, G_N_ELEMENTS (rows) };
