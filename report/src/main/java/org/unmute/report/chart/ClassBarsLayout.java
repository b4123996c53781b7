package org.unmute.report.chart;

import java.util.ArrayList;
import java.util.List;
import org.unmute.report.chart.ClassBars.Bar;
import org.unmute.report.drawing.ColourRole;
import org.unmute.report.drawing.Drawing;
import org.unmute.report.drawing.Element;
import org.unmute.report.drawing.Element.Anchor;
import org.unmute.report.drawing.Style;
import org.unmute.report.drawing.TextWidth;
import org.unmute.report.plot.Axes;
import org.unmute.report.plot.Canvas;
import org.unmute.report.plot.Extent;
import org.unmute.report.plot.NumberText;
import org.unmute.report.plot.Scale;
import org.unmute.report.plot.SeriesMarks;
import org.unmute.report.plot.SeriesStyle;

/** Layout of {@link ClassBars}: each row has name, bar, value and note; one line replaces all omitted rows. */
final class ClassBarsLayout {
    private static final double ROW = 20;
    private static final double PLOT = 380;
    private static final double MAX_NAME_WIDTH = 230;
    private static final double MAX_NOTE_WIDTH = 110;
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
        // The scale covers all bars, so that it does not depend on how many are shown.
        Extent extent = new Extent(chart.values());
        for (Bar b : sorted) {
            extent.add(b.value(), b.error());
            extent.add(b.reference());
        }
        boolean empty = extent.isEmpty();
        extent.add(0);
        double names = Math.min(
                MAX_NAME_WIDTH, TextWidth.widest(shown.stream().map(Bar::label).toList(), Canvas.LABEL));
        double values =
                Math.max(34, TextWidth.widest(shown.stream().map(this::value).toList(), Canvas.SMALL));
        double notes = Math.min(
                MAX_NOTE_WIDTH,
                Math.max(
                        TextWidth.of(chart.noteTitle(), Canvas.SMALL),
                        TextWidth.widest(shown.stream().map(Bar::note).toList(), Canvas.SMALL)));
        double left = Canvas.MARGIN + names + 10;
        double right = left + PLOT;
        double valueRight = right + 16 + values;
        double noteRight = valueRight + (notes > 0 ? 14 + notes : 0);
        Scale scale = Scale.of(chart.values(), extent, left, right, 60);
        Canvas canvas = new Canvas(chart.caption(), noteRight + Canvas.MARGIN);
        double y = legend(canvas, canvas.header(), left);
        canvas.fitted(noteRight, y + 11, chart.noteTitle(), Canvas.SMALL, Anchor.END, ColourRole.SOFT, notes + 0.01);
        y += 18;
        double begin = y;
        double end = y + Math.max(2, shown.size() + (bottom > 0 ? 1 : 0)) * ROW;
        Axes.bottom(canvas, scale, begin, end);
        if (shown.isEmpty() || empty) {
            canvas.noData(left, begin, right, end);
        }
        for (int i = 0; i < shown.size(); i++) {
            if (bottom > 0 && i == top) {
                leftOut(canvas, left, right, y);
                y += ROW;
            }
            Bar b = shown.get(i);
            canvas.fitted(left - 10, y + 14.5, b.label(), Canvas.LABEL, Anchor.END, ColourRole.INK, names + 0.01);
            bar(canvas, scale, b, y);
            canvas.text(valueRight, y + 14.5, value(b), Canvas.SMALL, Anchor.END, ColourRole.INK);
            canvas.fitted(noteRight, y + 14.5, b.note(), Canvas.SMALL, Anchor.END, ColourRole.SOFT, notes + 0.01);
            y += ROW;
        }
        canvas.add(new Element.Line(scale.base(), begin, scale.base(), end, Style.stroke(ColourRole.SOFT, 1.2), null));
        return canvas.finish(end + Axes.BELOW + Canvas.MARGIN / 2);
    }

    private double legend(Canvas canvas, double y, double left) {
        if (chart.reference().isEmpty() || sorted.stream().noneMatch(b -> Double.isFinite(b.reference()))) {
            return y;
        }
        double middle = y + 9;
        canvas.add(reference(left + 6, middle, null));
        canvas.text(left + 18, middle + 4.5, chart.reference(), Canvas.LABEL, Anchor.START, ColourRole.INK);
        return y + 22;
    }

    private static Element reference(double x, double y, String tip) {
        return SeriesMarks.point(
                x, y, 4, new SeriesStyle(ColourRole.INK, SeriesStyle.Shape.DIAMOND, false, false, true), tip);
    }

    private void leftOut(Canvas canvas, double left, double right, double y) {
        canvas.add(new Element.Rect(left, y + 1, right - left, ROW - 2, 0, Style.fill(ColourRole.GROUND), null));
        canvas.text(
                (left + right) / 2,
                y + 14.5,
                "\u2026 " + NumberText.count(sorted.size() - top - bottom) + " more between \u2026",
                Canvas.SMALL,
                Anchor.MIDDLE,
                ColourRole.SOFT);
    }

    private String value(Bar b) {
        return NumberText.value(b.value(), chart.values().kind());
    }

    private void bar(Canvas canvas, Scale scale, Bar b, double y) {
        String note = b.note().isEmpty()
                ? ""
                : ", " + b.note() + (chart.noteTitle().isEmpty() ? "" : " " + chart.noteTitle());
        if (scale.shows(b.value())) {
            double from = scale.base();
            double to = scale.at(b.value());
            SeriesMarks.bar(
                    canvas,
                    Math.min(from, to),
                    y + 3.5,
                    Math.max(1, Math.abs(to - from)),
                    ROW - 7,
                    chart.style(),
                    b.label() + ": " + value(b)
                            + (b.error() > 0
                                    ? NumberText.plusMinus(
                                            b.error(), chart.values().kind())
                                    : "") + note);
        }
        if (scale.shows(b.value()) && b.error() > 0) {
            SeriesMarks.errorBarAlong(
                    canvas, y + ROW / 2, scale.at(b.value() - b.error()), scale.at(b.value() + b.error()), 3);
        }
        if (scale.shows(b.reference())) {
            canvas.add(reference(
                    scale.at(b.reference()),
                    y + ROW / 2,
                    b.label() + ", " + chart.reference() + ": "
                            + NumberText.value(b.reference(), chart.values().kind())));
        }
    }
}
