#pragma once

#include "tb-export.h"

/* 0 becomes 1; FALSE with error where it is beyond what can be drawn. */
gboolean tb_export_check_scale (TbExportOptions *options, GError **error);
/* What is drawn, and a margin. */
TbRect tb_export_page (const TbScene *scene);
/* The view that options ask for, with its icons. */
TbScene *tb_export_make_scene (const TbModel *model, const TbExportOptions *options);
/* marks (may be NULL): of TbMark, over it. */
GBytes *tb_export_scene_png (const TbScene *scene, const TbRect *page, const GArray *marks,
                             const TbExportOptions *options, GError **error);

/* options->interaction as that format: "svg", "png", "pdf". */
GBytes *tb_export_sequence (const TbModel *model, const TbExportOptions *options, const char *format,
                            GError **error);
GBytes *tb_export_scene_pdf (const TbScene *scene, const TbRect *page, const GArray *marks,
                             const TbExportOptions *options, GError **error);

GBytes *tb_export_svg (const TbModel *model, const TbExportOptions *options, GError **error);
GBytes *tb_export_png (const TbModel *model, const TbExportOptions *options, GError **error);
GBytes *tb_export_pdf (const TbModel *model, const TbExportOptions *options, GError **error);
GBytes *tb_export_compose (const TbModel *model, const TbExportOptions *options, GError **error);
GBytes *tb_export_kubernetes (const TbModel *model, const TbExportOptions *options, GError **error);
GBytes *tb_export_process_compose (const TbModel *model, const TbExportOptions *options, GError **error);
GBytes *tb_export_procfile (const TbModel *model, const TbExportOptions *options, GError **error);
GBytes *tb_export_d2 (const TbModel *model, const TbExportOptions *options, GError **error);
GBytes *tb_export_dot (const TbModel *model, const TbExportOptions *options, GError **error);
GBytes *tb_export_mermaid (const TbModel *model, const TbExportOptions *options, GError **error);
GBytes *tb_export_plantuml (const TbModel *model, const TbExportOptions *options, GError **error);
GBytes *tb_export_drawio (const TbModel *model, const TbExportOptions *options, GError **error);
GBytes *tb_export_html (const TbModel *model, const TbExportOptions *options, GError **error);
GBytes *tb_export_structurizr (const TbModel *model, const TbExportOptions *options, GError **error);
