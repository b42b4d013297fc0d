#pragma once

#include "tb-export.h"

GBytes *tb_export_svg (const TbModel *model, const TbExportOptions *options, GError **error);
GBytes *tb_export_png (const TbModel *model, const TbExportOptions *options, GError **error);
GBytes *tb_export_pdf (const TbModel *model, const TbExportOptions *options, GError **error);
