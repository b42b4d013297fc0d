/* Formats out: a row each. */
#pragma once

#include <gio/gio.h>

#include "tb-diagram.h"
#include "tb-model.h"

G_BEGIN_DECLS

typedef struct
{
  const char *view_id; /* NULL: the first */
  TbThemeId theme;
  double scale;        /* pixels (PNG, SVG) or 3/4 point (PDF) per world unit; 0: 1 */
  const char *folder;  /* the drawing's, from which its icons' paths start; NULL: none */
  gboolean or_dark;    /* SVG: dark where the viewer prefers it, theme everywhere else */
  gboolean embed;      /* the drawing goes along (SVG, PNG): opening the picture opens it */
  gboolean no_cache;     /* find every route anew, and keep none */
  TbProblems *lost;    /* gets what the format cannot hold (rule "lost"), a sentence each; NULL: nobody asks */
  const char *interaction; /* the sequence diagram of that one instead of a view; NULL: a view */
  const char *const *without; /* pictures of a view: what stops without these (orders, orders/2, db-1, save); NULL: not asked */
  gboolean single_points; /* pictures of a view: what stops a client alone is marked */
} TbExportOptions;

/* What a format is for: lists of formats are in this order. */
typedef enum
{
  TB_EXPORT_TO_SHOW,  /* to look at */
  TB_EXPORT_TO_DRAW,  /* for other programs that draw */
  TB_EXPORT_TO_START, /* for other programs that start it */
  TB_N_EXPORT_USES
} TbExportUse;

typedef struct
{
  const char *name;      /* "svg": also the file name's extension, where extensions is NULL */
  const char *label;     /* for people: "SVG picture" */
  const char *mime_type;
  gboolean picture;      /* theme and scale mean something */
  gboolean embeds;       /* embed does */
  /* The whole file (transfer full), NULL with error. */
  GBytes *(*write) (const TbModel *model, const TbExportOptions *options, GError **error);
  gboolean text;           /* no picture of a view but a description, of which options->lost tells what is missing */
  const char *extensions;  /* "dot gv"; "": only -f and file_names mean it; NULL: the name */
  const char *file_names;  /* "compose.yaml docker-compose.yml"; NULL: none */
  TbExportUse use;
  const char *help;        /* what one gets, for people: "Text stays text, and it is sharp at any size" */
} TbExportFormat;

const TbExportFormat *tb_export_formats (guint *n);
/* Whether without and single_points mean something: it is a picture that can be drawn over. */
gboolean tb_export_shows_marks (const TbExportFormat *format);
/* NULL where there is none of that name. */
const TbExportFormat *tb_export_format (const char *name);
/* By a file's name, or its extension; NULL where that says nothing. */
const TbExportFormat *tb_export_format_of_path (const char *path);

/* What a file of that format is called beside others of the same stem: "shop.svg", "compose.yaml". (transfer full) */
char *tb_export_file_name (const TbExportFormat *format, const char *stem);
/* "svg, png, pdf and html": of that use. (transfer full) */
char *tb_export_names (TbExportUse use);
/* "SVG picture, PNG picture and Compose file": those that can hold the drawing. (transfer full) */
char *tb_export_labels_embedding (void);

GBytes *tb_export_bytes (const TbModel *model, const TbExportFormat *format,
                         const TbExportOptions *options, GError **error);
/* Writes beside path and renames: a failure leaves what was there. "-" is standard output. */
gboolean tb_export_file (const TbModel *model, const TbExportFormat *format,
                         const TbExportOptions *options, const char *path, GError **error);

/* Saves the document where its path says: a drawing as tb_document_save() does, a picture
 * (shop.tierboard.svg) drawn anew with the drawing in it. options (may be NULL) are the picture's.
 * Either way the document is unmodified afterwards and path is its own. */
gboolean tb_export_save (TbDocument *document, const char *path, const TbExportOptions *options,
                         GError **error);

G_END_DECLS
