package org.unmute.cli.chart;

import org.unmute.cli.chart.Mark.Anchor;
import org.unmute.cli.chart.ReliabilityDiagram.Bin;

/** Lays a {@link ReliabilityDiagram} out: a square for accuracy over confidence, a strip below it for the counts. */
final class ReliabilityLayout {
    private static final double SIDE = 340;
    private static final double STRIP = 90;
    private static final double BETWEEN = 16;
    /** From this ratio of the fullest to the emptiest bin on, counts are on a logarithmic scale. */
    private static final double UNEVEN = 30;

    private final ReliabilityDiagram chart;

    ReliabilityLayout(ReliabilityDiagram chart) {
        this.chart = chart;
    }

    Drawing draw() {
        Axis fraction = Axis.percent("accuracy").reaching(0, 1);
        Scale accuracy = Scale.of(fraction, new Extent(fraction), SIDE, 0, 60);
        Scale counts = counts();
        double left = Math.max(Axes.leftRoom(accuracy), Axes.leftRoom(counts));
        double right = left + SIDE;
        Sheet sheet = new Sheet(chart.caption(), right + Sheet.MARGIN + 26);
        double top = sheet.header();
        double bottom = top + SIDE;
        double stripTop = bottom + BETWEEN;
        double stripBottom = stripTop + STRIP;
        accuracy = accuracy.along(bottom, top);
        counts = counts.along(stripBottom, stripTop);
        Axis along = Axis.percent("confidence").reaching(0, 1);
        Scale confidence = Scale.of(along, new Extent(along), left, right, 60);
        Axes.left(sheet, accuracy, left, right);
        Axes.left(sheet, counts, left, right);
        for (double tick : confidence.ticks()) {
            double x = confidence.at(tick);
            sheet.add(new Mark.Line(x, top, x, bottom, Style.stroke(Role.GRID, 1), null));
        }
        Axes.bottom(sheet, confidence, stripTop, stripBottom);
        for (Bin b : chart.bins()) {
            bars(sheet, b, confidence, accuracy, counts);
        }
        sheet.add(new Mark.Line(
                left, bottom, right, top, Style.stroke(Role.SOFT, 1.4).dashed(5), null));
        for (Bin b : chart.bins()) {
            point(sheet, b, confidence, accuracy);
        }
        words(sheet, left, top, right, bottom);
        return sheet.finish(stripBottom + Axes.BELOW + Sheet.MARGIN / 2);
    }

    private Scale counts() {
        double[] some = chart.bins().stream()
                .mapToDouble(Bin::count)
                .filter(c -> c > 0)
                .sorted()
                .toArray();
        if (some.length > 0 && some[some.length - 1] > UNEVEN * some[0]) {
            // Half the emptiest bin as the low end, so that its bar has a height.
            Axis axis = Axis.logarithmic("count (log)").reaching(some[0] / 2, some[some.length - 1]);
            return Scale.of(axis, new Extent(axis), STRIP, 0, 30);
        }
        Axis axis = Axis.linear("count").reaching(0, some.length > 0 ? some[some.length - 1] : 1);
        return Scale.of(axis, new Extent(axis), STRIP, 0, 30);
    }

    private void bars(Sheet sheet, Bin b, Scale confidence, Scale accuracy, Scale counts) {
        if (b.count() == 0) {
            return;
        }
        double x = confidence.at(b.low()) + 1;
        double width = Math.max(1, confidence.at(b.high()) - 1 - x);
        if (accuracy.shows(b.accuracy())) {
            double y = accuracy.at(b.accuracy());
            sheet.add(new Mark.Rect(
                    x,
                    y,
                    width,
                    Math.max(1, accuracy.from() - y),
                    0,
                    Style.fill(chart.look().colour()).faded(0.35),
                    tip(b)));
        }
        double y = counts.at(b.count());
        sheet.add(new Mark.Rect(
                x,
                y,
                width,
                Math.max(1, counts.from() - y),
                0,
                Style.fill(Role.SOFT).faded(0.7),
                range(b) + ": " + Numbers.count(b.count()) + (b.count() == 1 ? " prediction" : " predictions")));
    }

    private static String range(Bin b) {
        return "confidence " + Numbers.value(b.low(), Axis.Kind.PERCENT) + " to "
                + Numbers.value(b.high(), Axis.Kind.PERCENT);
    }

    private static String tip(Bin b) {
        return range(b) + ": mean " + Numbers.value(b.confidence(), Axis.Kind.PERCENT) + ", accuracy "
                + Numbers.value(b.accuracy(), Axis.Kind.PERCENT);
    }

    private void point(Sheet sheet, Bin b, Scale confidence, Scale accuracy) {
        if (b.count() > 0 && confidence.shows(b.confidence()) && accuracy.shows(b.accuracy())) {
            sheet.add(
                    Points.point(confidence.at(b.confidence()), accuracy.at(b.accuracy()), 4.5, chart.look(), tip(b)));
        }
    }

    private void words(Sheet sheet, double left, double top, double right, double bottom) {
        if (chart.bins().stream().allMatch(b -> b.count() == 0)) {
            sheet.nothing(left, top, right, bottom);
        } else if (Double.isFinite(chart.error())) {
            String words = "ECE " + Numbers.value(chart.error(), Axis.Kind.PERCENT);
            double width = TextWidth.of(words, Sheet.STRONG);
            sheet.add(new Mark.Rect(
                    left + 10,
                    top + 10,
                    width + 16,
                    24,
                    4,
                    Style.fill(Role.GROUND).edged(Role.GRID, 1),
                    null));
            sheet.text(left + 18 + width / 2, top + 26.5, words, Sheet.STRONG, Anchor.MIDDLE, Role.INK);
        }
    }
}
