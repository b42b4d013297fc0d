/* A small drawing and an editor on it, driven as the canvas drives it. */
#pragma once

#include <string.h>

#include "tb-edit.h"

typedef struct
{
  TbDocument *document;
  TbEditor *editor;
  guint messages, renames;
  TbUid rename_uid;
  char *message;
} Fixture;

static inline void
fixture_on_message (TbEditor *editor, const char *sentence, Fixture *f)
{
  f->messages++;
  g_free (f->message);
  f->message = g_strdup (sentence);
}

static inline void
fixture_on_rename (TbEditor *editor, guint uid, Fixture *f)
{
  f->renames++;
  f->rename_uid = uid;
}

static inline void
fixture_open (Fixture *f, const char *xml)
{
  g_autoptr (GError) error = NULL;
  memset (f, 0, sizeof *f);
  f->document = tb_document_load_bytes ("test", xml, strlen (xml), NULL, &error);
  g_assert_no_error (error);
  f->editor = tb_editor_new (f->document, NULL);
  g_signal_connect (f->editor, "message", G_CALLBACK (fixture_on_message), f);
  g_signal_connect (f->editor, "rename", G_CALLBACK (fixture_on_rename), f);
}

static inline void
fixture_close (Fixture *f)
{
  g_clear_object (&f->editor);
  g_clear_object (&f->document);
  g_clear_pointer (&f->message, g_free);
}

static inline TbUid
fixture_uid (Fixture *f, const char *id)
{
  const TbElement *e = tb_model_lookup (tb_document_model (f->document), id);
  return e ? tb_element_uid (e) : 0;
}

static inline TbRect
fixture_rect (Fixture *f, const char *id)
{
  TbItemKind kind;
  TbRect r = { 0 };
  g_assert_true (tb_scene_item (tb_editor_scene (f->editor), fixture_uid (f, id), &kind, &r));
  return r;
}

static inline TbPoint
fixture_middle (Fixture *f, const char *id)
{
  TbRect r = fixture_rect (f, id);
  return (TbPoint){ r.x + r.width / 2, r.y + r.height / 2 };
}

static inline const char *
fixture_get (Fixture *f, const char *id, TbProp prop)
{
  const TbElement *e = tb_model_lookup (tb_document_model (f->document), id);
  g_assert_nonnull (e);
  return tb_element_get (e, prop);
}

static inline char *
fixture_xml (Fixture *f)
{
  return tb_model_to_xml (tb_document_model (f->document), NULL);
}

static inline void
fixture_click (Fixture *f, double x, double y, TbModifiers mods)
{
  tb_editor_motion (f->editor, x, y, mods, 1);
  tb_editor_press (f->editor, x, y, mods, 1);
  tb_editor_release (f->editor, x, y, mods, 1);
}

/* In steps, as a hand does. */
static inline void
fixture_drag_on (Fixture *f, TbPoint from, TbPoint to, TbModifiers mods)
{
  tb_editor_motion (f->editor, from.x, from.y, mods, 1);
  tb_editor_press (f->editor, from.x, from.y, mods, 1);
  for (int i = 1; i <= 4; i++)
    tb_editor_motion (f->editor, from.x + (to.x - from.x) * i / 4, from.y + (to.y - from.y) * i / 4,
                      mods, 1);
}

static inline void
fixture_drag (Fixture *f, TbPoint from, TbPoint to, TbModifiers mods)
{
  fixture_drag_on (f, from, to, mods);
  tb_editor_release (f->editor, to.x, to.y, mods, 1);
}

static inline guint
fixture_selected (Fixture *f)
{
  guint n;
  tb_editor_selection (f->editor, &n);
  return n;
}

static const char fixture_shop[]
    = "<architecture xmlns=\"urn:tierboard:1\" name=\"Shop\">"
      "<tier id=\"app\" name=\"App\"/><tier id=\"db\" name=\"Data\"/>"
      "<component id=\"browser\" kind=\"client\" name=\"Browser\"/>"
      "<component id=\"shop\" kind=\"server\" name=\"Shop\" tier=\"app\" replicas=\"3\">"
      "<service name=\"web\" protocol=\"http\" port=\"8080\"/></component>"
      "<component id=\"orders\" kind=\"store\" name=\"Orders\" tier=\"db\">"
      "<service name=\"data\" protocol=\"resp\" port=\"6379\"/></component>"
      "<link id=\"browse\" from=\"browser\" to=\"shop\"/>"
      "<note id=\"remark\">Look here</note>"
      "<view id=\"main\" name=\"Overview\" frame=\"tiers\">"
      "<place of=\"app\" x=\"360\" y=\"60\" width=\"320\" height=\"180\"/>"
      "<place of=\"db\" x=\"360\" y=\"360\" width=\"320\" height=\"180\"/>"
      "<place of=\"browser\" x=\"40\" y=\"120\"/>"
      "<place of=\"shop\" x=\"400\" y=\"120\"/>"
      "<place of=\"orders\" x=\"400\" y=\"420\"/>"
      "<place of=\"remark\" x=\"40\" y=\"420\"/>"
      "</view></architecture>";
