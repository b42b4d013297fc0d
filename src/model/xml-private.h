/* XML in and out, inside src/model. */
#pragma once

#include "model-private.h"
#include "tb-picture.h"

/* Limits of what is read: far above any drawing, far below what would hurt. */
#define TB_XML_MAX_BYTES (64u << 20)
#define TB_XML_MAX_DEPTH 64
#define TB_XML_MAX_ELEMENTS 1000000
#define TB_XML_MAX_ATTRIBUTES 256 /* of one element */
#define TB_XML_MAX_VALUE (64u << 10) /* bytes of an attribute */
#define TB_XML_MAX_PROBLEMS 100      /* after so many errors reading stops */

/* An element with all that is in it, as it stands in a file at that depth, with its line's end. */
void tb_xml_append_element (GString *out, const TbElement *element, guint depth);
void tb_xml_append_attribute (GString *out, const char *name, const char *value);

/* A model, or NULL where problems (never NULL) got an error. picture: whether it stood in an SVG. */
TbModel *tb_xml_read (const char *bytes, gsize size, TbPicture *picture, TbProblems *problems);

/* Whether a parser may see it: size, encoding, attributes of one element. */
gboolean tb_xml_check_bytes (const char *bytes, gsize size, TbProblems *problems);

typedef struct
{
  guint line, column; /* from 1; columns count characters */
} TbXmlPosition;

/* Of the byte at offset, counted from the byte at from, which is at that place. */
TbXmlPosition tb_xml_position (const char *bytes, gsize from, TbXmlPosition at, gsize offset);
/* Where the tag that ends at offset begins. */
gsize tb_xml_tag_start (const char *bytes, gsize offset);
/* Where that attribute's name stands in the tag between the two; tag itself if nowhere. */
gsize tb_xml_attribute_start (const char *bytes, gsize tag, gsize end, const char *qualified_name);
