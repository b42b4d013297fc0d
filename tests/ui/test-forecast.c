/* What the Prediction page says, and what its sliders do to the drawing; without GTK. */
#include <math.h>
#include <string.h>

#include "forecast.h"

#define DRAWING                                                                                                                    \
  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<architecture xmlns=\"urn:tierboard:1\" name=\"Test\">"                             \
  "<component id=\"browser\" kind=\"client\" name=\"Browser\" replicas=\"2\" threads=\"pool 3\">"                                  \
  "<builtin think=\"exponential 20ms\"><call link=\"ask\" op=\"read\" share=\"0.5\"/><call link=\"ask\" op=\"write\" share=\"0.5\"/></builtin></component>" \
  "<component id=\"meter\" kind=\"client\" name=\"Meter\"><builtin rate=\"5\"><call link=\"tell\"/></builtin></component>"         \
  "<component id=\"shop\" kind=\"server\" name=\"Shop\" threads=\"pool 2\">"                                                       \
  "<service name=\"web\" protocol=\"http\" port=\"8080\"/><builtin work=\"wait exponential 10ms\"/></component>"                   \
  "<link id=\"ask\" from=\"browser\" to=\"shop\"/><link id=\"tell\" from=\"meter\" to=\"shop\"/></architecture>"

typedef struct
{
  TbDocument *document;
  TbQueueNet *net;
  TbPrediction *prediction;
  GArray *what_if;
} Page;

static void
set_up (Page *p, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  p->document = tb_document_load_bytes ("test", DRAWING, strlen (DRAWING), NULL, &error);
  g_assert_no_error (error);
  p->net = tb_queue_net_new (tb_document_model (p->document), NULL, NULL);
  p->prediction = tb_predict (p->net);
  p->what_if = g_array_new (FALSE, FALSE, sizeof (TbWhatIf));
}

static void
tear_down (Page *p, gconstpointer unused)
{
  g_array_unref (p->what_if);
  tb_prediction_free (p->prediction);
  tb_queue_net_free (p->net);
  g_object_unref (p->document);
}

static void
test_differences_in_words (void)
{
  static const struct
  {
    double rate, measured_rate, ns, measured_ns;
    const char *words;
  } rows[] = {
    { 100, 98, 1e6, 1.02e6, "as predicted" },
    { 100, 92, 1e6, 1.2e6, "8\u202f% fewer, 20\u202f% slower" },
    { 100, 110, 1e6, 0.5e6, "10\u202f% more, 50\u202f% quicker" },
    { 100, 101, 1e6, 3e6, "3 times as slow" },
    { 10, 25, NAN, NAN, "2.5 times as many" },
    { 100, NAN, 1e6, NAN, "" },
    { NAN, NAN, 1e6, 1e6, "as predicted" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *words = tb_forecast_difference (rows[i].rate, rows[i].measured_rate, rows[i].ns, rows[i].measured_ns);
      g_assert_cmpstr (words, ==, rows[i].words);
    }
}

/* Clients first, then the others, then links; a round of one request is set beside what the client's link measured. */
static void
test_rows (Page *p, gconstpointer unused)
{
  g_autoptr (TbMeasured) measured = tb_measured_new (p->net);
  measured->seconds = 10;
  measured->links[0] = (TbMeasuredLink){ .rate_per_s = 50, .latency_ns = 20e6, .p95_ns = 40e6 };
  measured->links[1] = (TbMeasuredLink){ .rate_per_s = 1, .latency_ns = 20e6, .p95_ns = 40e6 };
  g_autoptr (GPtrArray) rows = tb_forecast_rows (tb_document_model (p->document), p->net, p->prediction, measured);
  const TbForecastRow *browser = rows->pdata[0], *meter = rows->pdata[1], *shop = rows->pdata[2], *ask = rows->pdata[3];
  g_assert_cmpuint (rows->len, ==, 5);
  g_assert_cmpstr (browser->title, ==, "Browser");
  g_assert_true (browser->client && meter->client && !shop->client && ask->link);
  g_assert_cmpfloat (browser->measured_rate, ==, 50);
  g_assert_cmpstr (browser->difference, !=, "");
  g_assert_true (isnan (meter->measured_rate)); /* ten requests say nothing */
  g_assert_cmpfloat (shop->measured_rate, ==, 51);
  g_assert_true (shop->busy > 0 && shop->busy <= 1);
  g_assert_cmpfloat (ask->measured_p95_ns, ==, 40e6);
}

static const TbForecastSlider *
slider_of (GPtrArray *sliders, const char *label)
{
  for (guint i = 0; i < sliders->len; i++)
    if (g_str_equal (((const TbForecastSlider *) sliders->pdata[i])->label, label))
      return sliders->pdata[i];
  g_error ("there is no slider “%s”", label);
}

static const char *
said (Page *p, const char *id, TbProp prop)
{
  const TbElement *element = tb_model_lookup (tb_document_model (p->document), id);
  if (prop == TB_PROP_RATE)
    element = tb_element_child_of (element, TB_KIND_BUILTIN);
  return tb_element_get (element, prop);
}

/* What is slid becomes the drawing in one step, and one undo takes all of it back. */
static void
test_what_was_tried_is_taken (Page *p, gconstpointer unused)
{
  g_autoptr (GPtrArray) sliders = tb_forecast_sliders (p->net, p->prediction, 0, p->what_if);
  g_assert_cmpuint (sliders->len, ==, 4);
  tb_forecast_slide (p->what_if, slider_of (sliders, "Browser: customers"), 8);
  tb_forecast_slide (p->what_if, slider_of (sliders, "Meter: rounds a second"), 12);
  tb_forecast_slide (p->what_if, slider_of (sliders, "Threads of Shop"), 5);
  tb_forecast_slide (p->what_if, slider_of (sliders, "Replicas of Shop"), 3);
  g_assert_cmpuint (tb_forecast_apply (p->document, p->what_if), ==, 4);
  g_assert_cmpstr (said (p, "browser", TB_PROP_THREADS), ==, "pool 4");
  g_assert_cmpstr (said (p, "browser", TB_PROP_REPLICAS), ==, "2");
  g_assert_cmpstr (said (p, "meter", TB_PROP_RATE), ==, "12");
  g_assert_cmpstr (said (p, "shop", TB_PROP_THREADS), ==, "pool 5");
  g_assert_cmpstr (said (p, "shop", TB_PROP_REPLICAS), ==, "3");
  g_assert_true (tb_document_undo (p->document));
  g_assert_cmpstr (said (p, "shop", TB_PROP_THREADS), ==, "pool 2");
  g_assert_cmpstr (said (p, "browser", TB_PROP_THREADS), ==, "pool 3");
  g_assert_null (tb_document_undo_label (p->document));
}

static void
test_slid_back_it_is_as_drawn (Page *p, gconstpointer unused)
{
  g_autoptr (GPtrArray) sliders = tb_forecast_sliders (p->net, p->prediction, 0, p->what_if);
  const TbForecastSlider *threads = slider_of (sliders, "Threads of Shop");
  tb_forecast_slide (p->what_if, threads, 5);
  tb_forecast_slide (p->what_if, threads, 6);
  g_assert_cmpuint (p->what_if->len, ==, 1);
  g_autoptr (GPtrArray) again = tb_forecast_sliders (p->net, p->prediction, 0, p->what_if);
  g_assert_cmpfloat (slider_of (again, "Threads of Shop")->what.value, ==, 6);
  g_assert_cmpfloat (slider_of (again, "Threads of Shop")->drawn, ==, 2);
  tb_forecast_slide (p->what_if, threads, 2);
  g_assert_cmpuint (p->what_if->len, ==, 0);
  g_assert_cmpuint (tb_forecast_apply (p->document, p->what_if), ==, 0);
  g_assert_null (tb_document_undo_label (p->document));
}

/* Customers that the replicas do not divide are those of one replica. */
static void
test_customers_that_cannot_be_divided (Page *p, gconstpointer unused)
{
  g_autoptr (GPtrArray) sliders = tb_forecast_sliders (p->net, p->prediction, 0, p->what_if);
  tb_forecast_slide (p->what_if, slider_of (sliders, "Browser: customers"), 7);
  tb_forecast_apply (p->document, p->what_if);
  g_assert_cmpstr (said (p, "browser", TB_PROP_REPLICAS), ==, "1");
  g_assert_cmpstr (said (p, "browser", TB_PROP_THREADS), ==, "pool 7");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/forecast/differences-in-words", test_differences_in_words);
  g_test_add ("/forecast/rows", Page, NULL, set_up, test_rows, tear_down);
  g_test_add ("/forecast/what-was-tried-is-taken", Page, NULL, set_up, test_what_was_tried_is_taken, tear_down);
  g_test_add ("/forecast/slid-back-it-is-as-drawn", Page, NULL, set_up, test_slid_back_it_is_as_drawn, tear_down);
  g_test_add ("/forecast/customers-that-cannot-be-divided", Page, NULL, set_up, test_customers_that_cannot_be_divided, tear_down);
  return g_test_run ();
}
