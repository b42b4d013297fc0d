/* Reading compressed headers: the examples of RFC 7541, and a great many blocks that another
 * program's encoder made, compared header by header. */
#include "hpack.h"

#include <glib.h>
#include <string.h>
#ifdef HAVE_NGHTTP2
#include <nghttp2/nghttp2.h>
#endif

#include "tb-base.h"

static const char *const names[TB_FIELD_COUNT] = {
  [TB_FIELD_METHOD] = ":method",          [TB_FIELD_PATH] = ":path",
  [TB_FIELD_STATUS] = ":status",          [TB_FIELD_CONTENT_TYPE] = "content-type",
  [TB_FIELD_GRPC_STATUS] = "grpc-status", [TB_FIELD_TRACEPARENT] = "traceparent",
};

static void
add_line (TbField field, const char *value, size_t n, void *data)
{
  g_string_append_printf (data, "%s: %.*s\n", names[field], (int) n, value);
}

static size_t
from_hex (const char *hex, char *out)
{
  size_t n = 0;
  for (; hex[0] != '\0'; hex++)
    if (*hex != ' ')
      {
        out[n++] = (char) (g_ascii_xdigit_value (hex[0]) << 4 | g_ascii_xdigit_value (hex[1]));
        hex++;
      }
  return n;
}

/* RFC 7541 C.4 and C.6: three blocks on one connection, with Huffman codes; the second of these with
 * a table of 256 bytes, from which entries must go. */
static void
test_examples (void)
{
  static const struct
  {
    uint32_t max;
    const char *blocks[3], *read, *end;
  } examples[] = {
    { 4096,
      { "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff", "8286 84be 5886 a8eb 1064 9cbf",
        "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf" },
      ":method: GET\n:path: /\n:method: GET\n:path: /\n:method: GET\n:path: /index.html\n", "3 164" },
    { 256,
      { "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e "
        "919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3",
        "4883 640e ffc1 c0bf",
        "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 "
        "821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed "
        "4ee5 b106 3d50 07" },
      ":status: 302\n:status: 307\n:status: 200\n", "3 215" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (examples); i++)
    {
      TbHpack table;
      char block[512];
      g_autoptr (GString) read = g_string_new (NULL);
      tb_hpack_init (&table);
      table.max = examples[i].max;
      for (int k = 0; k < 3; k++)
        g_assert_true (tb_hpack_read (&table, block, from_hex (examples[i].blocks[k], block), add_line,
                                      read));
      g_autofree char *end = g_strdup_printf ("%u %u", table.n, table.size);
      g_assert_cmpstr (read->str, ==, examples[i].read);
      g_assert_cmpstr (end, ==, examples[i].end);
      tb_hpack_clear (&table);
    }
}

static void
test_bad_blocks (void)
{
  static const char *const blocks[] = {
    "80",                   /* no index */
    "be",                   /* one beyond the table */
    "7f ff ff ff ff 7f",    /* an integer without an end that makes sense */
    "ff ff ff",             /* cut off */
    "44 05 2f",             /* a string longer than the block */
    "44 81 00",             /* padding that is no padding */
    "44 84 ff ff ff ff",    /* "end of string" inside one */
    "44 82 ff ff",          /* more padding than a byte */
    "3f ff ff ff 7f",       /* a table of any size */
  };
  for (gsize i = 0; i < G_N_ELEMENTS (blocks); i++)
    {
      TbHpack table;
      char block[64];
      g_autoptr (GString) read = g_string_new (NULL);
      tb_hpack_init (&table);
      g_assert_false (tb_hpack_read (&table, block, from_hex (blocks[i], block), add_line, read));
      tb_hpack_clear (&table);
    }
}

#ifdef HAVE_NGHTTP2

#define HEADERS_MAX 12

typedef struct
{
  char texts[HEADERS_MAX][2][200];
  nghttp2_nv pairs[HEADERS_MAX];
  size_t n;
} Headers;

static void
random_text (TbRng *rng, char *text, size_t max)
{
  size_t n = tb_rng_below (rng, max), i;
  bool any = tb_rng_below (rng, 4) == 0;
  for (i = 0; i < n; i++)
    text[i] = (char) (any ? 1 + tb_rng_below (rng, 255) : 'a' + tb_rng_below (rng, 26));
  text[i] = '\0';
}

/* Known names and others, values that come again and values that do not. */
static void
draw_headers (TbRng *rng, Headers *h, GString *expected)
{
  static const char *const others[] = { "user-agent", "x-request-id", "cookie", "te", ":scheme", "date" };
  static const char *const values[] = { "GET", "/", "200", "application/grpc", "0", "http" };
  h->n = tb_rng_below (rng, HEADERS_MAX);
  for (size_t i = 0; i < h->n; i++)
    {
      char *name = h->texts[i][0], *value = h->texts[i][1];
      uint64_t field = tb_rng_below (rng, TB_FIELD_COUNT);
      if (field != TB_FIELD_OTHER)
        g_strlcpy (name, names[field], 200);
      else if (tb_rng_below (rng, 2))
        g_strlcpy (name, others[tb_rng_below (rng, G_N_ELEMENTS (others))], 200);
      else
        g_snprintf (name, 200, "x-%u", (unsigned) tb_rng_below (rng, 40));
      if (tb_rng_below (rng, 2))
        g_strlcpy (value, values[tb_rng_below (rng, G_N_ELEMENTS (values))], 200);
      else
        random_text (rng, value, 199);
      h->pairs[i] = (nghttp2_nv) { (uint8_t *) name, (uint8_t *) value, strlen (name), strlen (value),
                                   tb_rng_below (rng, 8) ? NGHTTP2_NV_FLAG_NONE
                                                         : NGHTTP2_NV_FLAG_NO_INDEX };
      if (field != TB_FIELD_OTHER)
        add_line ((TbField) field, value, MIN (strlen (value), TB_HPACK_VALUE_MAX), expected);
    }
}

static void
test_another_encoder (void)
{
  uint64_t seed = g_test_rand_int ();
  TbRng rng;
  nghttp2_hd_deflater *deflater = NULL;
  TbHpack table;
  tb_rng_seed (&rng, seed);
  g_test_message ("seed %lu", (unsigned long) seed);
  tb_hpack_init (&table);
  g_assert_cmpint (nghttp2_hd_deflate_new (&deflater, 65536), ==, 0);
  g_assert_cmpint (nghttp2_hd_deflate_change_table_size (deflater, 4096), ==, 0);
  for (int i = 0; i < 20000; i++)
    {
      Headers headers;
      uint8_t block[8192];
      g_autoptr (GString) read = g_string_new (NULL), expected = g_string_new (NULL);
      if (tb_rng_below (&rng, 50) == 0)
        nghttp2_hd_deflate_change_table_size (deflater, tb_rng_below (&rng, 65536));
      draw_headers (&rng, &headers, expected);
      ssize_t n = nghttp2_hd_deflate_hd (deflater, block, sizeof block, headers.pairs, headers.n);
      g_assert_cmpint (n, >=, 0);
      g_autofree char *copy = g_memdup2 (block, (gsize) n);
      g_assert_true (tb_hpack_read (&table, copy, (size_t) n, add_line, read));
      g_assert_cmpstr (read->str, ==, expected->str);
      g_assert_cmpuint (table.size, ==, nghttp2_hd_deflate_get_dynamic_table_size (deflater));
    }
  nghttp2_hd_deflate_del (deflater);
  tb_hpack_clear (&table);
}

/* What another decoder reads. */
static void
read_with (nghttp2_hd_inflater *inflater, const void *block, size_t size, GString *read)
{
  const uint8_t *p = size > 0 ? block : (const void *) "", *end = p + size; /* an empty array has no address */
  for (int flags = 0; !(flags & NGHTTP2_HD_INFLATE_FINAL);)
    {
      nghttp2_nv nv;
      ssize_t n = nghttp2_hd_inflate_hd2 (inflater, &nv, &flags, p, (size_t) (end - p), 1);
      g_assert_cmpint (n, >=, 0);
      p += n;
      if (flags & NGHTTP2_HD_INFLATE_EMIT)
        g_string_append_printf (read, "%s: %s%s\n", nv.name, nv.value,
                                nv.flags & NGHTTP2_NV_FLAG_NO_INDEX ? " (never)" : "");
    }
  nghttp2_hd_inflate_end_headers (inflater);
}

/* Blocks that are written anew say the same to whoever misses some of those before them. */
static void
test_written_anew_some_can_be_left_out (void)
{
  TbRng rng;
  uint64_t seed = g_test_rand_int ();
  nghttp2_hd_deflater *deflater = NULL;
  nghttp2_hd_inflater *inflater = NULL, *other = NULL;
  TbHpack table;
  TbHpackOut out = { .bytes = NULL };
  tb_rng_seed (&rng, seed);
  g_test_message ("seed %lu", (unsigned long) seed);
  tb_hpack_init (&table);
  g_assert_cmpint (nghttp2_hd_deflate_new (&deflater, 4096), ==, 0);
  g_assert_cmpint (nghttp2_hd_inflate_new (&inflater), ==, 0);
  g_assert_cmpint (nghttp2_hd_inflate_new (&other), ==, 0);
  for (int i = 0; i < 20000; i++)
    {
      Headers headers;
      uint8_t block[8192];
      g_autoptr (GString) fields = g_string_new (NULL), read = g_string_new (NULL);
      g_autoptr (GString) known = g_string_new (NULL), expected = g_string_new (NULL);
      if (tb_rng_below (&rng, 50) == 0)
        nghttp2_hd_deflate_change_table_size (deflater, tb_rng_below (&rng, 4097));
      draw_headers (&rng, &headers, fields);
      ssize_t n = nghttp2_hd_deflate_hd (deflater, block, sizeof block, headers.pairs, headers.n);
      g_autofree char *copy = g_memdup2 (block, (gsize) n);
      g_assert_true (tb_hpack_rewrite (&table, copy, (size_t) n, add_line, known, &out));
      g_assert_cmpstr (known->str, ==, fields->str);
      read_with (other, block, (size_t) n, expected);
      if (tb_rng_below (&rng, 4) == 0)
        {
          table.resized |= out.n > 0 && ((uint8_t) out.bytes[0] & 0xe0) == 0x20;
          continue;
        }
      read_with (inflater, out.bytes, out.n, read);
      g_assert_cmpstr (read->str, ==, expected->str);
      g_assert_cmpuint (nghttp2_hd_inflate_get_num_table_entries (inflater), ==, 61);
    }
  nghttp2_hd_deflate_del (deflater);
  nghttp2_hd_inflate_del (inflater);
  nghttp2_hd_inflate_del (other);
  tb_hpack_clear (&table);
  g_free (out.bytes);
}

#endif

/* An endpoint's table holds 4096 bytes of names and values. */
static void
test_takes_little_memory (void)
{
  TbHpack table;
  g_autoptr (GString) read = g_string_new (NULL);
  tb_hpack_init (&table);
  for (int i = 0; i < 1000; i++)
    {
      char block[64] = "\x40\x04" "x-id" "\x20";
      memset (block + 7, 'a' + i % 26, 32);
      g_assert_true (tb_hpack_read (&table, block, 7 + 32, add_line, read));
    }
  g_assert_cmpuint (table.n, ==, 4096 / (4 + 32 + 32));
  g_assert_cmpuint (table.entries_size * sizeof *table.entries + table.values_size, <=, 2 * 4096);
  tb_hpack_clear (&table);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hpack/examples", test_examples);
  g_test_add_func ("/hpack/bad-blocks", test_bad_blocks);
  g_test_add_func ("/hpack/takes-little-memory", test_takes_little_memory);
#ifdef HAVE_NGHTTP2
  g_test_add_func ("/hpack/another-encoder", test_another_encoder);
  g_test_add_func ("/hpack/written-anew", test_written_anew_some_can_be_left_out);
#endif
  return g_test_run ();
}
