#include "ui/layout.h"

enum {
    BELOW_LEAST = 14,   /* lines of the views, for a detail below the list */
    BESIDE_LEAST = 120, /* columns, for one beside it */
    ROWS_LEAST = 4,
    COLUMNS_LEAST = 20 /* of each */
};

/* Where list and detail are, when both are seen. */
static enum split split_of(const struct ui *ui, struct area whole)
{
    enum split split = (enum split)ui->settings.split;
    if (!ui->detail_open || (ui->place != PLACE_MESSAGES && ui->place != PLACE_DETAIL))
        return SPLIT_ALONE;
    if (split == SPLIT_AUTO)
        split = whole.width >= BESIDE_LEAST ? SPLIT_BESIDE : SPLIT_BELOW;
    if (split == SPLIT_BELOW && whole.height < BELOW_LEAST)
        split = SPLIT_ALONE;
    if (split == SPLIT_BESIDE && whole.width < BESIDE_LEAST / 2)
        split = SPLIT_ALONE;
    return split;
}

static int part(int whole, int percent, int least)
{
    int size = (whole * percent + 50) / 100;
    return size < least ? least : size > whole - least ? whole - least : size;
}

void layout_make(struct layout *l, const struct ui *ui, struct area whole)
{
    enum split split = split_of(ui, whole);
    *l = (struct layout){0};
    l->areas[ui->place] = whole;
    if (split == SPLIT_BELOW) {
        int rows = part(whole.height, ui->settings.split_size, ROWS_LEAST);
        l->areas[PLACE_MESSAGES] = (struct area){whole.y, whole.x, rows, whole.width};
        l->split_line = (struct area){whole.y + rows, whole.x, 1, whole.width};
        l->areas[PLACE_DETAIL] = (struct area){whole.y + rows + 1, whole.x, whole.height - rows - 1, whole.width};
    } else if (split == SPLIT_BESIDE) {
        int columns = part(whole.width, ui->settings.split_size, COLUMNS_LEAST);
        l->areas[PLACE_MESSAGES] = (struct area){whole.y, whole.x, whole.height, columns};
        l->split_line = (struct area){whole.y, whole.x + columns, whole.height, 1};
        l->areas[PLACE_DETAIL] = (struct area){whole.y, whole.x + columns + 1, whole.height, whole.width - columns - 1};
    }
}
