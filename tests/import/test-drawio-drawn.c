/* What people draw by hand and mean: lines that end at lines, frames with a bar for their name, pictures without words. */
#include <gio/gio.h>

#include "drawio-test.h"

#define PLAIN "rounded=0;html=1;"
#define ICON(id, picture, x, y) BOX (id, "", "image;html=1;points=[];image=img/lib/" picture ".svg;", "1", x, y, 48, 48)
/* With loose ends, or one of them: from and to are attributes. */
#define LOOSE(id, style, ends, x1, y1, x2, y2)                                                                         \
  "<mxCell id='" id "' style='" style "' edge='1' parent='1' " ends "><mxGeometry relative='1' as='geometry'><mxPoint x='" #x1          \
  "' y='" #y1 "' as='sourcePoint'/><mxPoint x='" #x2 "' y='" #y2 "' as='targetPoint'/></mxGeometry></mxCell>"

static gboolean
calls (const Result *r, const char *from, const char *to)
{
  for (guint i = 0; i < tb_model_count (r->model, TB_KIND_LINK); i++)
    {
      const TbElement *link = tb_model_nth (r->model, TB_KIND_LINK, i);
      if (tb_element_get_ref (r->model, link, TB_PROP_FROM) == titled (r->model, TB_KIND_COMPONENT, from)
          && tb_element_get_ref (r->model, link, TB_PROP_TO) == titled (r->model, TB_KIND_COMPONENT, to))
        return TRUE;
    }
  return FALSE;
}

/* A trunk from the door down beside two things, and an arrow off it to each. */
static void
test_a_trunk_and_its_branches_are_calls (void)
{
  Result r = import_cells (BOX ("g", "Door", PLAIN, "1", 400, 0, 120, 60) BOX ("a", "Orders", PLAIN, "1", 200, 120, 120, 60)
                           BOX ("b", "Prices", PLAIN, "1", 200, 220, 120, 60)
                           LOOSE ("t", "endArrow=none;", "source='g'", 460, 60, 460, 250)
                           LOOSE ("u", "endArrow=classic;", "target='a'", 460, 150, 320, 150)
                           LOOSE ("v", "endArrow=classic;", "target='b'", 460, 250, 320, 250));
  g_assert_no_error (r.error);
  g_assert_true (calls (&r, "Door", "Orders") && calls (&r, "Door", "Prices"));
  g_assert_cmpuint (tb_model_count (r.model, TB_KIND_LINK), ==, 2);
  g_assert_true (tells (&r, "3 lines that meet: Door calls Orders, Prices"));
  g_assert_cmpuint (r.dropped->len, ==, 1);
  result_clear (&r);
}

static void
test_a_line_that_ends_at_another_calls_what_that_calls (void)
{
  Result r = import_cells (BOX ("a", "Orders", PLAIN, "1", 0, 0, 120, 60) BOX ("b", "Prices", PLAIN, "1", 0, 200, 120, 60)
                           BOX ("c", "Eureka", PLAIN, "1", 400, 0, 120, 60)
                           LINE ("t", "asks", "endArrow=classic;", "a", "c")
                           LOOSE ("u", "endArrow=none;", "source='b'", 120, 230, 260, 30));
  g_assert_no_error (r.error);
  g_assert_true (calls (&r, "Orders", "Eureka") && calls (&r, "Prices", "Eureka"));
  g_assert_cmpuint (tb_model_count (r.model, TB_KIND_LINK), ==, 2);
  result_clear (&r);
}

/* A line across two calls, which leads from nothing to nothing, says nothing of them. */
static void
test_calls_that_a_line_touches_stay_what_they_are (void)
{
  Result r = import_cells (BOX ("a", "Orders", PLAIN, "1", 0, 0, 120, 60) BOX ("b", "Prices", PLAIN, "1", 0, 200, 120, 60)
                           BOX ("c", "One", PLAIN, "1", 400, 0, 120, 60) BOX ("d", "Two", PLAIN, "1", 400, 200, 120, 60)
                           LINE ("t", "", "", "a", "c") LINE ("u", "", "", "b", "d")
                           LOOSE ("v", "endArrow=none;", "", 260, 30, 260, 230));
  g_assert_no_error (r.error);
  g_assert_cmpuint (tb_model_count (r.model, TB_KIND_LINK), ==, 2);
  g_assert_true (tells (&r, "leads from and to nothing"));
  result_clear (&r);
}

/* One box around all, one along its upper edge, with words in it or over it. */
static void
test_a_bar_along_a_frames_edge_is_its_name (void)
{
  static const char *const bars[] = { BOX ("h", "Data", PLAIN, "1", 0, 0, 400, 40),
                                      BOX ("h", "", PLAIN, "1", 0, 0, 400, 40)
                                        BOX ("w", "Data", "text;strokeColor=none;fillColor=none;", "1", 150, 10, 80, 20) };
  for (guint i = 0; i < G_N_ELEMENTS (bars); i++)
    {
      g_autofree char *cells = g_strconcat (BOX ("f", "", PLAIN, "1", 0, 0, 400, 300), bars[i],
                                            BOX ("a", "Orders", PLAIN, "1", 20, 80, 120, 60) BOX ("b", "Prices", PLAIN, "1", 220, 80, 120, 60)
                                            BOX ("c", "Outside", PLAIN, "1", 600, 80, 120, 60), NULL);
      Result r = import_cells (cells);
      g_assert_no_error (r.error);
      g_assert_cmpuint (tb_model_count (r.model, TB_KIND_GROUP), ==, 1);
      titled (r.model, TB_KIND_GROUP, "Data");
      g_assert_cmpuint (tb_model_count (r.model, TB_KIND_COMPONENT), ==, 3);
      result_clear (&r);
    }
}

/* With nothing under it but words it is a card with a heading. */
static void
test_a_bar_over_words_stays_a_card (void)
{
  Result r = import_cells (BOX ("f", "", PLAIN, "1", 0, 0, 400, 300) BOX ("h", "Orders", PLAIN, "1", 0, 0, 400, 40) TWO);
  g_assert_no_error (r.error);
  titled (r.model, TB_KIND_COMPONENT, "Orders");
  result_clear (&r);
}

/* “image” stands in such styles as a word, too. */
static void
test_a_picture_without_words_is_called_after_its_file (void)
{
  Result r = import_cells (TWO ICON ("p", "azure2/databases/Azure_Database_PostgreSQL_Server", 300, 0) ICON ("q", "mscae/Cache_Redis_64x64", 300, 200));
  g_assert_no_error (r.error);
  const TbElement *db = titled (r.model, TB_KIND_COMPONENT, "Azure Database PostgreSQL Server");
  g_assert_cmpint (tb_component_role (db), ==, TB_ROLE_STORE);
  g_assert_cmpint (tb_component_role (titled (r.model, TB_KIND_COMPONENT, "Cache Redis")), ==, TB_ROLE_CACHE);
  result_clear (&r);
}

static void
test_clients_that_others_call_are_a_server (void)
{
  Result r = import_cells (BOX ("a", "Groups", PLAIN, "1", 0, 0, 120, 60) BOX ("b", "Channels", PLAIN, "1", 0, 200, 120, 60)
                           BOX ("c", "Clients", PLAIN, "1", 400, 0, 120, 60) BOX ("u", "Users", PLAIN, "1", 400, 200, 120, 60)
                           LINE ("1", "", "", "a", "c") LINE ("2", "", "", "b", "c") LINE ("3", "", "", "u", "a") LINE ("4", "", "", "b", "u"));
  g_assert_no_error (r.error);
  g_assert_cmpint (tb_component_role (titled (r.model, TB_KIND_COMPONENT, "Clients")), ==, TB_ROLE_SERVER);
  g_assert_cmpint (tb_component_role (titled (r.model, TB_KIND_COMPONENT, "Users")), ==, TB_ROLE_CLIENT);
  result_clear (&r);
}

/* As some programs write it, with ends of lines in an attribute; what comes after is told with the line where it is. */
static void
test_lines_of_words_are_kept_and_so_are_those_of_the_file (void)
{
  const char *file = "<mxfile><diagram id='p'>" HEAD "\n<mxCell id=\"a\" value=\"Orders Table\r\nPK: id\nRead: 5\" style=\"html=1;\" vertex=\"1\" "
                     "parent=\"1\"><mxGeometry width=\"90\" height=\"90\" as=\"geometry\"/></mxCell>\n"
                     LOOSE ("z", "", "", 900, 900, 990, 990) TAIL "</diagram></mxfile>";
  Result r = import_bytes (file, strlen (file));
  g_assert_no_error (r.error);
  const TbElement *table = titled (r.model, TB_KIND_COMPONENT, "Orders Table");
  g_assert_cmpstr (tb_element_get (table, TB_PROP_DESCRIPTION), ==, "PK: id Read: 5");
  g_assert_cmpint (tb_component_role (table), ==, TB_ROLE_STORE);
  g_assert_cmpuint (r.dropped->len, ==, 1);
  g_assert_cmpuint (((TbProblem *) r.dropped->pdata[0])->line, ==, 5);
  result_clear (&r);
}

#define ADD(path, test) g_test_add_func ("/import/drawio-drawn/" path, test)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("a trunk and its branches are calls", test_a_trunk_and_its_branches_are_calls);
  ADD ("a line that ends at another calls what that calls", test_a_line_that_ends_at_another_calls_what_that_calls);
  ADD ("calls that a line touches stay what they are", test_calls_that_a_line_touches_stay_what_they_are);
  ADD ("a bar along a frame's edge is its name", test_a_bar_along_a_frames_edge_is_its_name);
  ADD ("a bar over words stays a card", test_a_bar_over_words_stays_a_card);
  ADD ("a picture without words is called after its file", test_a_picture_without_words_is_called_after_its_file);
  ADD ("clients that others call are a server", test_clients_that_others_call_are_a_server);
  ADD ("lines of words are kept, and so are those of the file", test_lines_of_words_are_kept_and_so_are_those_of_the_file);
  return g_test_run ();
}
