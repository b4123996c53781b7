package org.unmute.report.event;

import static org.unmute.report.drawing.Markup.escape;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.unmute.report.page.AxisTick;
import org.unmute.report.page.Html;
import org.unmute.report.page.TimeText;
import org.unmute.report.page.TimeTicks;

/**
 * The number of events of each class over time: by time of day if it is known when all recordings were made, else
 * along the recordings, one after the other.
 */
final class Timeline {
    private static final int BINS = 96;
    private static final int DAY = 86_400;
    /** Maximum number of classes drawn. */
    private static final int MAX_ROWS = 40;

    private enum Axis {
        TIME_OF_DAY,
        SECONDS,
        FILES
    }

    private final Axis axis;
    /** Position of second 0 of each file on the axis: its second of the day, cumulative seconds, or its index. */
    private final double[] starts;

    private final double end;
    private final int[][] counts;

    private Timeline(Axis axis, double[] starts, double end, int classes) {
        this.axis = axis;
        this.starts = starts;
        this.end = end;
        counts = new int[classes][BINS];
    }

    static Timeline of(List<SoundFile> files, int classes) {
        double[] starts = new double[files.size()];
        List<Optional<LocalDateTime>> started =
                files.stream().map(SoundFile::started).toList();
        if (!files.isEmpty() && started.stream().allMatch(Optional::isPresent)) {
            for (int i = 0; i < starts.length; i++) {
                starts[i] = started.get(i).orElseThrow().toLocalTime().toSecondOfDay();
            }
            return new Timeline(Axis.TIME_OF_DAY, starts, DAY, classes);
        }
        double end = 0;
        for (int i = 0; i < starts.length; i++) {
            starts[i] = end - files.get(i).start();
            end += files.get(i).seconds();
        }
        if (end > 0) {
            return new Timeline(Axis.SECONDS, starts, end, classes);
        }
        for (int i = 0; i < starts.length; i++) {
            starts[i] = i;
        }
        return new Timeline(Axis.FILES, starts, Math.max(1, files.size()), classes);
    }

    void add(int label, int file, double onset) {
        double at = starts[file] + (axis == Axis.FILES ? 0 : onset);
        if (axis == Axis.TIME_OF_DAY) {
            at %= DAY;
        }
        counts[label][Math.clamp((int) (at / end * BINS), 0, BINS - 1)]++;
    }

    /** A row of bars for each class, most events first, with the axis below. */
    String html(List<EventSelection.OfClass> classes) {
        List<EventSelection.OfClass> shown = classes.stream()
                .filter(c -> c.events() > 0)
                .sorted(Comparator.comparingLong((EventSelection.OfClass c) -> -c.events())
                        .thenComparingInt(EventSelection.OfClass::index))
                .toList();
        Html html = new Html();
        html.line(
                "<p class=\"note\">%s Each row has its own scale; the number at its right is the most events of one"
                        + " column.%s</p><div class=\"times\" role=\"list\">",
                note(),
                shown.size() > MAX_ROWS
                        ? String.format(
                                Locale.ROOT, " The %d of %d classes with the most events.", MAX_ROWS, shown.size())
                        : "");
        for (EventSelection.OfClass c : shown.subList(0, Math.min(MAX_ROWS, shown.size()))) {
            int[] row = counts[c.index()];
            int max = IntStream.of(row).max().orElse(0);
            int at = IntStream.range(0, BINS)
                    .filter(i -> row[i] == max)
                    .findFirst()
                    .orElse(0);
            html.line(
                    "<div class=\"time\" role=\"listitem\" aria-label=\"%s: at most %d in one column, %s\"><span"
                            + " class=\"name\">%s</span><svg viewBox=\"0 0 %d 100\" preserveAspectRatio=\"none\""
                            + " aria-hidden=\"true\"><path d=\"%s\"/></svg><span class=\"value\""
                            + " aria-hidden=\"true\">%d</span></div>",
                    escape(c.type().name()), max, place(at), escape(c.type().name()), BINS, path(row, max), max);
        }
        html.line("</div><div class=\"time\" aria-hidden=\"true\"><span></span><span class=\"x\">");
        for (AxisTick tick : ticks()) {
            html.line("<i style=\"left:%s\">%s</i>", Html.percent(tick.position()), escape(tick.label()));
        }
        return html.line("</span><span></span></div>").toString();
    }

    private String note() {
        String width = TimeText.length(end / BINS);
        return switch (axis) {
            case TIME_OF_DAY -> "Events by time of day, as the recorders tell it; a column is " + width + ".";
            case SECONDS ->
                (starts.length == 1 ? "Events along the recording" : "Events along the recordings, one after the other")
                        + ", by onset; a column is " + width + ".";
            case FILES -> "Events along the recordings, in their order.";
        };
    }

    private String place(int bin) {
        return switch (axis) {
            case TIME_OF_DAY, SECONDS -> "at " + TimeText.clock(bin * end / BINS, 0);
            case FILES -> "at recording " + (1 + (int) (bin * end / BINS));
        };
    }

    private List<AxisTick> ticks() {
        List<AxisTick> ticks = new ArrayList<>();
        switch (axis) {
            case TIME_OF_DAY -> {
                for (int hour = 0; hour <= 24; hour += 4) {
                    ticks.add(new AxisTick(hour / 24.0, hour + ":00"));
                }
            }
            case SECONDS -> ticks.addAll(TimeTicks.of(end));
            case FILES -> {
                ticks.add(new AxisTick(0, "first recording"));
                ticks.add(new AxisTick(1, "last"));
            }
        }
        return ticks;
    }

    /** Bars as a single path; each has a minimum height, so that a single event is visible. */
    private static String path(int[] row, int max) {
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < row.length; i++) {
            if (row[i] > 0) {
                long height = Math.max(4, Math.round(100.0 * row[i] / max));
                path.append(String.format(Locale.ROOT, "M%d 100v-%dh1v%dz", i, height, height));
            }
        }
        return path.toString();
    }
}
