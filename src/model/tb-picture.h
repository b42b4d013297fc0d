/* Drawings inside pictures: "shop.tierboard.svg" is a picture to everybody and a drawing to us.
 *
 * In an SVG the drawing stands as XML in <metadata>, readable and one element a line, as it would in
 * its own file. In a PNG it is the text of an uncompressed iTXt chunk with the keyword "tierboard".
 * tb_document_load() opens either; nothing is decompressed, fetched or run. */
#pragma once

#include "tb-model.h"

G_BEGIN_DECLS

typedef enum
{
  TB_PICTURE_NONE, /* a file of its own */
  TB_PICTURE_SVG,
  TB_PICTURE_PNG
} TbPicture;

/* What the document was read from. Saving as it is would put plain XML in the picture's place:
 * tb_export_save() draws the picture anew. */
TbPicture tb_document_picture (TbDocument *document);
/* What the name of a file says it is to be. */
TbPicture tb_picture_of_path (const char *path);

/* The drawing as it stands in <metadata>: without a declaration, each line indented as it is.
 * (transfer full) */
char *tb_picture_metadata (const TbModel *model);

/* Whether these bytes begin as a PNG does. */
gboolean tb_png_is (const char *bytes, gsize size);
/* The same picture with the drawing in it, in the place of one that was in it; NULL with error where
 * bytes are no PNG. (transfer full) */
GBytes *tb_png_embed (const char *bytes, gsize size, const TbModel *model, GError **error);
/* The drawing in it: a part of bytes, not terminated. NULL with error where there is none. */
const char *tb_png_find (const char *bytes, gsize size, gsize *xml_size, GError **error);

G_END_DECLS
