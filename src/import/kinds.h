/* What somebody else's shape, image or name says of the part that a component plays: one table for all readers. */
#pragma once

#include "tb-model.h"

G_BEGIN_DECLS

typedef struct
{
  TbRole role;           /* server where nothing says anything */
  gboolean known;        /* something did */
  const char *template;  /* a known program that is there as a template ("postgresql"); NULL: none */
  gboolean from_program; /* the image or name is that program's; not only a word such as “db” or a shape */
} TbForeignKind;

/* Any of them may be NULL. image: a container image ("docker.io/library/postgres:16"), a file or URL of a picture, a
 * technology ("PostgreSQL 16"). shape: "cylinder", "mxgraph.aws3.rds", "shape=cylinder3", "Person". The image decides
 * before the shape, and that before words of the name. */
TbForeignKind tb_foreign_kind (const char *shape, const char *image, const char *name);
/* Whether that is a known program's image (image TRUE) or name. */
gboolean tb_foreign_program (const char *text, gboolean image, TbForeignKind *kind);
/* "postgresql", "http" …: the protocol that goes with a well-known port or URL scheme; NULL: none that we speak. */
const char *tb_foreign_protocol (guint port, const char *scheme);

G_END_DECLS
