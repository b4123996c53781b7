package org.unmute.cli.chart;

import java.util.ArrayList;
import java.util.List;
import org.unmute.cli.chart.ClassBars.Bar;
import org.unmute.cli.chart.Mark.Anchor;

/** Lays {@link ClassBars} out: name, bar, value and note in each row; a line stands for the rows that are left out. */
final class ClassBarsLayout {
    private static final double ROW = 20;
    private static final double PLOT = 380;
    private static final double LONGEST_NAME = 230;
    private static final double LONGEST_NOTE = 110;
    private final ClassBars chart;
    private final List<Bar> sorted;
    private final int top;
    private final int bottom;

    ClassBarsLayout(ClassBars chart) {
        this.chart = chart;
        sorted = chart.sorted();
        boolean all = sorted.size() <= chart.top() + chart.bottom();
        top = all ? sorted.size() : chart.top();
        bottom = all ? 0 : chart.bottom();
    }

    Drawing draw() {
        List<Bar> shown = new ArrayList<>(sorted.subList(0, top));
        shown.addAll(sorted.subList(sorted.size() - bottom, sorted.size()));
        // The scale holds all bars, so that it is the same however many are shown.
        Extent extent = new Extent(chart.values());
        for (Bar b : sorted) {
            extent.add(b.value(), b.error());
            extent.add(b.reference());
        }
        boolean empty = extent.isEmpty();
        extent.add(0);
        double names = Math.min(
                LONGEST_NAME, TextWidth.widest(shown.stream().map(Bar::label).toList(), Sheet.LABEL));
        double values =
                Math.max(34, TextWidth.widest(shown.stream().map(this::value).toList(), Sheet.SMALL));
        double notes = Math.min(
                LONGEST_NOTE,
                Math.max(
                        TextWidth.of(chart.noteTitle(), Sheet.SMALL),
                        TextWidth.widest(shown.stream().map(Bar::note).toList(), Sheet.SMALL)));
        double left = Sheet.MARGIN + names + 10;
        double right = left + PLOT;
        double valueRight = right + 16 + values;
        double noteRight = valueRight + (notes > 0 ? 14 + notes : 0);
        Scale scale = Scale.of(chart.values(), extent, left, right, 60);
        Sheet sheet = new Sheet(chart.caption(), noteRight + Sheet.MARGIN);
        double y = legend(sheet, sheet.header(), left);
        sheet.fitted(noteRight, y + 11, chart.noteTitle(), Sheet.SMALL, Anchor.END, Role.SOFT, notes + 0.01);
        y += 18;
        double begin = y;
        double end = y + Math.max(2, shown.size() + (bottom > 0 ? 1 : 0)) * ROW;
        Axes.bottom(sheet, scale, begin, end);
        if (shown.isEmpty() || empty) {
            sheet.nothing(left, begin, right, end);
        }
        for (int i = 0; i < shown.size(); i++) {
            if (bottom > 0 && i == top) {
                leftOut(sheet, left, right, y);
                y += ROW;
            }
            Bar b = shown.get(i);
            sheet.fitted(left - 10, y + 14.5, b.label(), Sheet.LABEL, Anchor.END, Role.INK, names + 0.01);
            bar(sheet, scale, b, y);
            sheet.text(valueRight, y + 14.5, value(b), Sheet.SMALL, Anchor.END, Role.INK);
            sheet.fitted(noteRight, y + 14.5, b.note(), Sheet.SMALL, Anchor.END, Role.SOFT, notes + 0.01);
            y += ROW;
        }
        sheet.add(new Mark.Line(scale.base(), begin, scale.base(), end, Style.stroke(Role.SOFT, 1.2), null));
        return sheet.finish(end + Axes.BELOW + Sheet.MARGIN / 2);
    }

    private double legend(Sheet sheet, double y, double left) {
        if (chart.reference().isEmpty() || sorted.stream().noneMatch(b -> Double.isFinite(b.reference()))) {
            return y;
        }
        double middle = y + 9;
        sheet.add(reference(left + 6, middle, null));
        sheet.text(left + 18, middle + 4.5, chart.reference(), Sheet.LABEL, Anchor.START, Role.INK);
        return y + 22;
    }

    private static Mark reference(double x, double y, String tip) {
        return Points.point(x, y, 4, new Look(Role.INK, Look.Shape.DIAMOND, false, false, true), tip);
    }

    private void leftOut(Sheet sheet, double left, double right, double y) {
        sheet.add(new Mark.Rect(left, y + 1, right - left, ROW - 2, 0, Style.fill(Role.GROUND), null));
        sheet.text(
                (left + right) / 2,
                y + 14.5,
                "\u2026 " + Numbers.count(sorted.size() - top - bottom) + " more between \u2026",
                Sheet.SMALL,
                Anchor.MIDDLE,
                Role.SOFT);
    }

    private String value(Bar b) {
        return Numbers.value(b.value(), chart.values().kind());
    }

    private void bar(Sheet sheet, Scale scale, Bar b, double y) {
        String note = b.note().isEmpty()
                ? ""
                : ", " + b.note() + (chart.noteTitle().isEmpty() ? "" : " " + chart.noteTitle());
        if (scale.shows(b.value())) {
            double from = scale.base();
            double to = scale.at(b.value());
            Points.bar(
                    sheet,
                    Math.min(from, to),
                    y + 3.5,
                    Math.max(1, Math.abs(to - from)),
                    ROW - 7,
                    chart.look(),
                    b.label() + ": " + value(b)
                            + (b.error() > 0
                                    ? Numbers.plusMinus(
                                            b.error(), chart.values().kind())
                                    : "") + note);
        }
        if (scale.shows(b.value()) && b.error() > 0) {
            Points.errorBarAlong(
                    sheet, y + ROW / 2, scale.at(b.value() - b.error()), scale.at(b.value() + b.error()), 3);
        }
        if (scale.shows(b.reference())) {
            sheet.add(reference(
                    scale.at(b.reference()),
                    y + ROW / 2,
                    b.label() + ", " + chart.reference() + ": "
                            + Numbers.value(b.reference(), chart.values().kind())));
        }
    }
}
