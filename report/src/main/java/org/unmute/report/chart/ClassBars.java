package org.unmute.report.chart;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.unmute.report.drawing.Caption;
import org.unmute.report.drawing.Drawing;
import org.unmute.report.plot.Axis;
import org.unmute.report.plot.NumberText;
import org.unmute.report.plot.SeriesStyle;

/**
 * Horizontal bars in descending order, such as average precision per class with the number of positives next to each.
 *
 * @param caption   title and description
 * @param values    the value axis
 * @param style     the bars' colour
 * @param noteTitle heading above the notes, such as {@code positives}
 * @param reference name of the reference marks, such as {@code linear}; empty if there are none
 * @param bars      the bars, in any order; those without a value come last
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
     * @param note      written at the right, such as the number of positives
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

    /** A copy that shows every bar. */
    public ClassBars whole() {
        return new ClassBars(caption, values, style, noteTitle, reference, bars, Math.max(1, bars.size()), 0);
    }

    /** The bars by descending value, those without a value last; ties keep their order. */
    List<Bar> sorted() {
        return bars.stream()
                .sorted(Comparator.comparingDouble(
                        (Bar b) -> Double.isFinite(b.value()) ? -b.value() : Double.MAX_VALUE))
                .toList();
    }

    @Override
    public Drawing draw() {
        return new ClassBarsLayout(this).draw();
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
            rows.add(List.of(
                    b.label(),
                    NumberText.csv(b.value()),
                    NumberText.csv(b.error()),
                    b.note(),
                    NumberText.csv(b.reference())));
        }
        return rows;
    }
}
