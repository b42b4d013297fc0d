#include "clipboard.h"

#include "clip-provider.h"
#include "sheet-private.h"
#include "tb-clip.h"
#include "tb-import.h"

#include <string.h>

/* More than that in the clipboard is no text that anybody meant to paste. */
#define READ_MAX (64u << 20)
#define CHUNK (256u << 10)

static GdkClipboard *
clipboard_of (TbSheet *sheet)
{
  return gtk_widget_get_clipboard (GTK_WIDGET (sheet));
}

static void
copy (TbSheet *sheet)
{
  gsize size;
  char *xml = tb_editor_copy (sheet->editor, &size);
  if (xml == NULL)
    return;
  g_autoptr (GdkContentProvider) provider = tb_clip_provider_new (xml, size, sheet->document);
  gdk_clipboard_set_content (clipboard_of (sheet), provider);
}

static void
cut (TbSheet *sheet)
{
  copy (sheet);
  tb_editor_cut (sheet->editor);
}

/* ---- Pasting --------------------------------------------------------------------------------- */

typedef struct
{
  TbSheet *sheet;
  gboolean copy, has_at;
  TbPoint at;
  GInputStream *stream;
  GByteArray *bytes;
} Paste;

static void
paste_free (Paste *paste)
{
  g_object_unref (paste->sheet);
  g_clear_object (&paste->stream);
  g_clear_pointer (&paste->bytes, g_byte_array_unref);
  g_free (paste);
}

/* Where the menu was opened that says so, else where the pointer is. */
static gboolean
where (TbSheet *sheet, TbPoint *at)
{
  if (sheet->context_menu)
    {
      *at = sheet->menu_at;
      return TRUE;
    }
  return tb_canvas_pointer (sheet->canvas, at);
}

/* What another program's text says, as a drawing of ours; NULL where it is just text. Told in a sentence. (transfer full) */
static char *
read_foreign (Paste *paste, const char *text, gsize size, gsize *xml_size)
{
  const TbImportFormat *format
    = paste->copy || tb_import_is_own (text, size) ? NULL : tb_import_recognise (NULL, text, size);
  const TbImportSource source = { "the clipboard", NULL, text, size };
  g_autoptr (GPtrArray) told = tb_problems_new ();
  g_autoptr (TbDocument) document = format ? tb_import_bytes (&source, format->name, told, NULL) : NULL;
  guint n = 0;
  for (guint i = 0; i < told->len; i++)
    n += g_str_equal (((const TbProblem *) told->pdata[i])->rule, TB_IMPORT_DROPPED);
  if (!document)
    return NULL;
  g_autofree char *sentence = n == 0 ? g_strdup_printf ("Pasted what it says in %s; Ctrl+Shift+V pastes the text", format->label)
                                     : g_strdup_printf ("Pasted what it says in %s; %u %s dropped", format->label, n,
                                                        n == 1 ? "thing was" : "things were");
  tb_sheet_toast (paste->sheet, sentence);
  return tb_model_to_xml (tb_document_model (document), xml_size);
}

static void
finish (Paste *paste, const char *text, gsize size, gboolean same_document)
{
  TbEditor *editor = paste->sheet->editor;
  g_autofree char *foreign = editor && !same_document ? read_foreign (paste, text, size, &size) : NULL;
  if (foreign)
    text = foreign;
  TbPasteOptions options = { paste->copy, same_document, paste->has_at ? &paste->at : NULL };
  g_autoptr (GError) error = NULL;
  guint n;
  if (editor == NULL)
    return; /* closed meanwhile */
  if (!tb_editor_paste (editor, text, size, &options, &error))
    {
      g_autofree char *sentence = g_strconcat (error->message, ".", NULL);
      tb_sheet_toast (paste->sheet, sentence);
      return;
    }
  const TbUid *uids = tb_editor_selection (editor, &n);
  if (n > 0)
    tb_canvas_scroll_to (paste->sheet->canvas, uids[0]);
}

static void
refuse (Paste *paste, const char *sentence)
{
  tb_sheet_toast (paste->sheet, sentence);
  paste_free (paste);
}

static void read_on (Paste *paste);

static void
chunk_read (GObject *source, GAsyncResult *result, gpointer data)
{
  Paste *paste = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) chunk = g_input_stream_read_bytes_finish (paste->stream, result, &error);
  if (chunk == NULL)
    {
      refuse (paste, "The clipboard could not be read.");
      return;
    }
  gsize size;
  const guint8 *bytes = g_bytes_get_data (chunk, &size);
  if (paste->bytes->len + size > READ_MAX)
    refuse (paste, "The clipboard holds more than 64 MiB, too much to paste.");
  else if (size > 0)
    {
      g_byte_array_append (paste->bytes, bytes, (guint) size);
      read_on (paste);
    }
  else
    {
      finish (paste, (const char *) paste->bytes->data, paste->bytes->len, FALSE);
      paste_free (paste);
    }
}

static void
read_on (Paste *paste)
{
  g_input_stream_read_bytes_async (paste->stream, CHUNK, G_PRIORITY_DEFAULT, NULL, chunk_read,
                                   paste);
}

static void
stream_opened (GObject *source, GAsyncResult *result, gpointer data)
{
  Paste *paste = data;
  g_autoptr (GError) error = NULL;
  paste->stream = gdk_clipboard_read_finish (GDK_CLIPBOARD (source), result, NULL, &error);
  if (paste->stream == NULL)
    {
      refuse (paste, "There is nothing in the clipboard that can be pasted into a drawing.");
      return;
    }
  paste->bytes = g_byte_array_new ();
  read_on (paste);
}

static void
paste (TbSheet *sheet, gboolean as_copy)
{
  static const char *types[] = { TB_CLIP_MIME_TYPE, "text/plain;charset=utf-8", "text/plain",
                                 "UTF8_STRING", NULL };
  GdkClipboard *clipboard = clipboard_of (sheet);
  GdkContentProvider *content = gdk_clipboard_get_content (clipboard);
  Paste *p = g_new0 (Paste, 1);
  p->sheet = g_object_ref (sheet);
  p->copy = as_copy;
  p->has_at = where (sheet, &p->at);
  if (!TB_IS_CLIP_PROVIDER (content))
    {
      gdk_clipboard_read_async (clipboard, types, G_PRIORITY_DEFAULT, NULL, stream_opened, p);
      return;
    }
  gsize size;
  const char *xml = tb_clip_provider_xml (TB_CLIP_PROVIDER (content), &size);
  finish (p, xml, size,
          tb_clip_provider_is_from (TB_CLIP_PROVIDER (content), sheet->document));
  paste_free (p);
}

gboolean
tb_clipboard_ask (TbSheet *sheet, const char *what)
{
  if (strcmp (what, "copy") == 0)
    copy (sheet);
  else if (strcmp (what, "cut") == 0)
    cut (sheet);
  else if (strcmp (what, "paste") == 0 || strcmp (what, "paste-copy") == 0)
    paste (sheet, strcmp (what, "paste-copy") == 0);
  else
    return FALSE;
  return TRUE;
}
