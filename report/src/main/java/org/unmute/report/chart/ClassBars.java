package org.unmute.report.chart;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.unmute.report.drawing.Caption;
import org.unmute.report.drawing.ColourRole;
import org.unmute.report.drawing.Drawing;
import org.unmute.report.drawing.Element;
import org.unmute.report.drawing.Element.Anchor;
import org.unmute.report.drawing.Style;
import org.unmute.report.drawing.TextWidth;

/**
 * Horizontal bars in descending order, such as average precision per class with the number of positives next to each.
 *
 * @param caption   title and description
 * @param values    the value axis
 * @param style     the bars' colour
 * @param noteTitle heading above the notes, such as {@code positives}
 * @param reference name of the reference marks, such as {@code linear}; empty if there are none
 * @param bars      the bars, in any order; those without a value are drawn last
 * @param top       number of highest bars shown if there are more than {@code top + bottom}
 * @param bottom    number of lowest bars shown in that case
 */
public record ClassBars(
        Caption caption,
        Axis values,
        SeriesStyle style,
        String noteTitle,
        String reference,
        List<Bar> bars,
        int top,
        int bottom)
        implements Chart {
    /**
     * One bar.
     *
     * @param label     the class
     * @param value     its length; NaN is shown as a dash
     * @param error     half the length of its error bar; NaN for none
     * @param note      text at the right, such as the number of positives
     * @param reference the value of another probe; NaN for none
     */
    public record Bar(String label, double value, double error, String note, double reference) {}

    /**
     * Copies the list.
     *
     * @throws IllegalArgumentException if {@code top} or {@code bottom} is negative or both are 0
     */
    public ClassBars {
        bars = List.copyOf(bars);
        if (top < 0 || bottom < 0 || top + bottom == 0) {
            throw new IllegalArgumentException(
                    "class bars: top " + top + ", bottom " + bottom + ": nothing would be shown: give one at least 1");
        }
    }

    private static final double ROW = 20;
    private static final double PLOT = 380;
    private static final double MAX_NAME_WIDTH = 230;
    private static final double MAX_NOTE_WIDTH = 110;
    private static final SeriesStyle REFERENCE =
            new SeriesStyle(ColourRole.INK, SeriesStyle.Shape.DIAMOND, false, false, true);

    /** The bars by descending value, those without a value last; ties keep their order. */
    private List<Bar> sorted() {
        return bars.stream()
                .sorted(Comparator.comparingDouble(
                        (Bar b) -> Double.isFinite(b.value()) ? -b.value() : Double.MAX_VALUE))
                .toList();
    }

    /** Each row has name, bar, value and note; one line replaces all omitted rows. */
    @Override
    public Drawing draw() {
        List<Bar> sorted = sorted();
        boolean cut = sorted.size() > top + bottom;
        List<Bar> shown = new ArrayList<>(sorted);
        if (cut) {
            shown.subList(top, sorted.size() - bottom).clear();
        }
        // The scale covers all bars, so that it does not depend on how many are shown.
        Extent extent = new Extent(values);
        for (Bar b : sorted) {
            extent.add(b.value(), b.error());
            extent.add(b.reference());
        }
        boolean empty = extent.isEmpty();
        extent.add(0);
        double names = Math.min(MAX_NAME_WIDTH, widest(shown, Bar::label, Canvas.LABEL));
        double notes = Math.min(
                MAX_NOTE_WIDTH,
                Math.max(TextWidth.of(noteTitle, Canvas.SMALL), widest(shown, Bar::note, Canvas.SMALL)));
        double left = Canvas.MARGIN + names + 10;
        double right = left + PLOT;
        double valueRight = right + 16 + Math.max(34, widest(shown, b -> values.text(b.value()), Canvas.SMALL));
        double noteRight = valueRight + (notes > 0 ? 14 + notes : 0);
        Scale scale = Scale.of(extent, left, right, 60);
        Canvas canvas = new Canvas(caption, noteRight + Canvas.MARGIN);
        double y = legend(canvas, canvas.header(), left);
        canvas.fitted(noteRight, y + 11, noteTitle, Canvas.SMALL, Anchor.END, ColourRole.SOFT, notes + 0.01);
        y += 18;
        double begin = y;
        double end = y + Math.max(2, shown.size() + (cut && bottom > 0 ? 1 : 0)) * ROW;
        scale.drawBottom(canvas, begin, end);
        if (shown.isEmpty() || empty) {
            canvas.noData(left, begin, right, end);
        }
        for (int i = 0; i < shown.size(); i++) {
            if (cut && i == top) {
                leftOut(canvas, left, right, y);
                y += ROW;
            }
            Bar b = shown.get(i);
            canvas.fitted(left - 10, y + 14.5, b.label(), Canvas.LABEL, Anchor.END, ColourRole.INK, names + 0.01);
            bar(canvas, scale, b, y);
            canvas.text(valueRight, y + 14.5, values.text(b.value()), Canvas.SMALL, Anchor.END, ColourRole.INK);
            canvas.fitted(noteRight, y + 14.5, b.note(), Canvas.SMALL, Anchor.END, ColourRole.SOFT, notes + 0.01);
            y += ROW;
        }
        canvas.line(scale.base(), begin, scale.base(), end, Canvas.EDGE);
        return canvas.finish(end + Scale.BELOW + Canvas.MARGIN / 2);
    }

    private static double widest(List<Bar> bars, Function<Bar, String> words, Element.Font font) {
        return TextWidth.widest(bars.stream().map(words).toList(), font);
    }

    private double legend(Canvas canvas, double y, double left) {
        if (reference.isEmpty() || bars.stream().noneMatch(b -> Double.isFinite(b.reference()))) {
            return y;
        }
        canvas.add(SeriesMarks.point(left + 6, y + 9, 4, REFERENCE, null));
        canvas.text(left + 18, y + 9 + 4.5, reference, Canvas.LABEL, Anchor.START, ColourRole.INK);
        return y + 22;
    }

    private void leftOut(Canvas canvas, double left, double right, double y) {
        canvas.rect(left, y + 1, right - left, ROW - 2, 0, Style.fill(ColourRole.GROUND), null);
        canvas.text(
                (left + right) / 2,
                y + 14.5,
                "\u2026 " + NumberText.count(bars.size() - top - bottom) + " more between \u2026",
                Canvas.SMALL,
                Anchor.MIDDLE,
                ColourRole.SOFT);
    }

    private void bar(Canvas canvas, Scale scale, Bar b, double y) {
        if (values.shows(b.value())) {
            String note = b.note().isEmpty() ? "" : ", " + b.note() + (noteTitle.isEmpty() ? "" : " " + noteTitle);
            double from = scale.base();
            double to = scale.at(b.value());
            SeriesMarks.bar(
                    canvas,
                    Math.min(from, to),
                    y + 3.5,
                    Math.max(1, Math.abs(to - from)),
                    ROW - 7,
                    style,
                    b.label() + ": " + values.text(b.value(), b.error()) + note);
            if (b.error() > 0) {
                SeriesMarks.errorBarAlong(
                        canvas, y + ROW / 2, scale.at(b.value() - b.error()), scale.at(b.value() + b.error()), 3);
            }
        }
        if (values.shows(b.reference())) {
            String tip = b.label() + ", " + reference + ": " + values.text(b.reference());
            canvas.add(SeriesMarks.point(scale.at(b.reference()), y + ROW / 2, 4, REFERENCE, tip));
        }
    }

    @Override
    public List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(
                "label",
                "value",
                "error",
                noteTitle.isEmpty() ? "note" : noteTitle,
                reference.isEmpty() ? "reference" : reference));
        for (Bar b : sorted()) {
            rows.add(NumberText.csvLine(b.label(), b.value(), b.error(), b.note(), b.reference()));
        }
        return rows;
    }
}
