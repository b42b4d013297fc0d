#include "made-failing.h"

#include <string.h>

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<architecture xmlns=\"urn:tierboard:1\" name=\"Test\">\n"
#define TAIL "</architecture>\n"

Drawn
draw (const char *body)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *xml = g_strconcat (HEAD, body, TAIL, NULL);
  g_autoptr (TbDocument) document = tb_document_load_bytes ("test", xml, strlen (xml), NULL, &error);
  g_assert_no_error (error);
  TbModel *model = tb_document_snapshot (document);
  return (Drawn){ model, tb_failure_new (model) };
}

void
drawn_clear (Drawn *drawn)
{
  tb_failure_free (drawn->failure);
  tb_model_unref (drawn->model);
}

TbUid
uid_of (const Drawn *drawn, const char *id)
{
  return tb_element_uid (tb_model_lookup (drawn->model, id));
}

/* What fails often, and what fails rarely. */
static const char *
up (TbRng *rng)
{
  static const char *const shares[] = { "0.5", "0.6", "0.73", "0.9", "0.96", "0.99", "0.999" };
  return shares[tb_rng_below (rng, G_N_ELEMENTS (shares))];
}

static const char *
needs (TbRng *rng)
{
  static const char *const said[] = { "", "", "", " needs=\"1\"", " needs=\"2\"", " needs=\"3\"" };
  return said[tb_rng_below (rng, G_N_ELEMENTS (said))];
}

void
made_failing (MadeFailing *r, TbRng *rng)
{
  r->body = g_string_new ("<tier id=\"t\">");
  r->n_devices = 1 + (guint) tb_rng_below (rng, 3);
  r->n_components = 2 + (guint) tb_rng_below (rng, 4);
  for (guint i = 0; i < r->n_devices; i++)
    g_string_append_printf (r->body, "<device id=\"d%u\" availability=\"%s\"/>", i, up (rng));
  g_string_append (r->body, "</tier>");
  guint left = MADE_ATOMS_MAX - r->n_devices;
  for (guint i = 0; i < r->n_components; i++)
    {
      guint many = 1 + (guint) tb_rng_below (rng, 3), n = MIN (many, left - (r->n_components - i - 1));
      gboolean store = tb_rng_below (rng, 2) == 0;
      static const char *const ways[] = { "raft", "primary-async", "chain", "all", "gossip", "primary-sync" };
      left -= n;
      g_string_append_printf (r->body, "<component id=\"s%u\" kind=\"%s\" replicas=\"%u\" availability=\"%s\"%s>", i,
                              store ? "store" : "server", n, up (rng),
                              tb_rng_below (rng, 3) > 0 ? " tier=\"t\"" : "");
      if (store)
        g_string_append_printf (r->body, "<builtin replication=\"%s\"/>", ways[tb_rng_below (rng, G_N_ELEMENTS (ways))]);
      g_string_append (r->body, "</component>");
    }
  g_string_append (r->body, "<component id=\"c\" kind=\"client\"><builtin>");
  for (guint i = 0; i < r->n_components; i++)
    g_string_append_printf (r->body, "<call link=\"c%u\" op=\"%s\" order=\"%s\"/>", i, tb_rng_below (rng, 2) ? "read" : "write",
                            tb_rng_below (rng, 2) ? "first" : "sequence");
  g_string_append (r->body, "</builtin></component>");
  for (guint i = 0; i < r->n_components; i++)
    {
      if (i == 0 || tb_rng_below (rng, 3) == 0)
        g_string_append_printf (r->body, "<link id=\"c%u\" from=\"c\" to=\"s%u\"%s/>", i, i, needs (rng));
      for (guint k = 0; k < r->n_components; k++)
        if (k != i && tb_rng_below (rng, 3) == 0)
          g_string_append_printf (r->body, "<link id=\"l%u-%u\" from=\"s%u\" to=\"s%u\"%s/>", i, k, i, k, needs (rng));
    }
}

void
made_failing_atoms (MadeFailing *r, const Drawn *d)
{
  r->n_atoms = 0;
  for (guint i = 0; i < r->n_components + r->n_devices; i++)
    {
      gboolean device = i >= r->n_components;
      g_autofree char *id = g_strdup_printf ("%c%u", device ? 'd' : 's', device ? i - r->n_components : i);
      const TbElement *element = tb_model_lookup (d->model, id);
      double up = g_ascii_strtod (tb_element_get (element, TB_PROP_AVAILABILITY), NULL);
      for (guint k = 0; k < (device ? 1 : tb_component_replicas (element)); k++)
        r->atoms[r->n_atoms++] = (Atom){ { tb_element_uid (element), device ? 0 : k + 1 }, up };
    }
  g_assert_cmpuint (r->n_atoms, <=, MADE_ATOMS_MAX);
}
