/* What was copied, for the clipboard: the XML, and pictures of it that are made when asked for. */
#pragma once

#include <gtk/gtk.h>

#include "tb-model.h"

G_BEGIN_DECLS

#define TB_TYPE_CLIP_PROVIDER (tb_clip_provider_get_type ())
G_DECLARE_FINAL_TYPE (TbClipProvider, tb_clip_provider, TB, CLIP_PROVIDER, GdkContentProvider)

/* xml: as tb_editor_copy() gives it (transfer full). source: the document it was copied from. */
GdkContentProvider *tb_clip_provider_new (char *xml, gsize size, TbDocument *source);
/* (transfer none) */
const char *tb_clip_provider_xml (TbClipProvider *provider, gsize *size);
/* Whether it was copied from that document, and that is open still. */
gboolean tb_clip_provider_is_from (TbClipProvider *provider, TbDocument *document);

G_END_DECLS
