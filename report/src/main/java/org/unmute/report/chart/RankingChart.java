package org.unmute.report.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.unmute.report.drawing.Caption;
import org.unmute.report.drawing.ColourRole;
import org.unmute.report.drawing.Drawing;
import org.unmute.report.drawing.Element;
import org.unmute.report.drawing.Element.Anchor;
import org.unmute.report.drawing.Element.Spot;
import org.unmute.report.drawing.Style;
import org.unmute.report.drawing.TextWidth;

/**
 * A bump chart: ranks from column to column, best at the top, with a line for each contestant (Figure 6 of the paper:
 * encoders ranked under each probe).
 *
 * @param caption     title and description
 * @param columns     names of the columns, from left to right
 * @param contestants the ranked items
 */
public record RankingChart(Caption caption, List<String> columns, List<Contestant> contestants) implements Chart {
    /**
     * One line.
     *
     * @param name   written at both ends
     * @param style  its colour
     * @param scores one per column, higher is better; NaN leaves a gap in a column in which it is not ranked
     */
    public record Contestant(String name, SeriesStyle style, double[] scores) {}

    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException if a contestant does not have one score per column
     */
    public RankingChart {
        columns = List.copyOf(columns);
        contestants = List.copyOf(contestants);
        for (Contestant c : contestants) {
            Checks.length("ranking: scores of " + c.name(), c.scores(), columns.size());
        }
    }

    /** Ranks from 1 for the highest score; equal scores share the better rank (1, 2, 2, 4); NaN has rank 0. */
    public static int[] ranks(double[] scores) {
        int[] ranks = new int[scores.length];
        for (int i = 0; i < scores.length; i++) {
            int better = 0;
            for (double other : scores) {
                better += other > scores[i] ? 1 : 0;
            }
            ranks[i] = Double.isNaN(scores[i]) ? 0 : better + 1;
        }
        return ranks;
    }

    private static final double SLOT = 38;
    private static final double DISC = 11;
    private static final double MAX_NAME_WIDTH = 170;

    /** One slot per rank. Contestants that share a rank take consecutive slots, so that none hides another. */
    @Override
    public Drawing draw() {
        int n = contestants.size();
        double names = Math.min(
                MAX_NAME_WIDTH,
                TextWidth.widest(contestants.stream().map(Contestant::name).toList(), Canvas.STRONG));
        double maxWidth = names + DISC + 12;
        double slotWidth = Math.clamp(620.0 / Math.max(1, columns.size()), 54, 160);
        CategoryLabels labels = new CategoryLabels(columns, slotWidth);
        double left = Canvas.MARGIN + Math.max(maxWidth, labels.overhangLeft() + slotWidth / 2) + 10;
        double right = left + Math.max(0, columns.size() - 1) * slotWidth;
        Canvas canvas = new Canvas(caption, Math.max(480, right + maxWidth + Canvas.MARGIN));
        double top = canvas.header() + DISC + 4;
        List<Place[]> places = places(left, slotWidth, top);
        if (places.stream().flatMap(Stream::of).allMatch(Objects::isNull)) {
            return canvas.noData(top);
        }
        double bottom = top + (n - 1) * SLOT + DISC + 4;
        for (int c = 0; c < columns.size(); c++) {
            double x = left + c * slotWidth;
            canvas.line(x, top - DISC, x, bottom, Canvas.GRID);
            labels.below(canvas, c, x, bottom + 2);
        }
        for (int i = 0; i < n; i++) {
            lines(canvas, contestants.get(i).style(), places.get(i));
        }
        for (int i = 0; i < n; i++) {
            discs(canvas, contestants.get(i), places.get(i));
            name(canvas, contestants.get(i), places.get(i), slotWidth, names + 0.01);
        }
        return canvas.finish(bottom + labels.height() + Canvas.MARGIN);
    }

    /** Position of a contestant in a column. */
    private record Place(double x, double y, int rank, boolean shared) {}

    /** {@code [contestant][column]}; null where a contestant is not ranked. */
    private List<Place[]> places(double left, double slotWidth, double top) {
        int n = contestants.size();
        List<Place[]> places =
                Stream.generate(() -> new Place[columns.size()]).limit(n).toList();
        for (int c = 0; c < columns.size(); c++) {
            int[] ranks = ranks(scores(c));
            int[] taken = new int[n + 1];
            for (int i = 0; i < n; i++) {
                int rank = ranks[i];
                if (rank > 0) {
                    int slot = rank - 1 + taken[rank]++;
                    boolean shared = IntStream.of(ranks).filter(r -> r == rank).count() > 1;
                    places.get(i)[c] = new Place(left + c * slotWidth, top + slot * SLOT, rank, shared);
                }
            }
        }
        return places;
    }

    private static void lines(Canvas canvas, SeriesStyle style, Place[] places) {
        List<Spot> run = new ArrayList<>();
        for (int c = 0; c <= places.length; c++) {
            if (c < places.length && places[c] != null) {
                run.add(new Spot(places[c].x(), places[c].y()));
                continue;
            }
            if (run.size() > 1) {
                canvas.add(new Element.Path(run, false, SeriesMarks.line(style), null));
            }
            run.clear();
        }
    }

    private void discs(Canvas canvas, Contestant who, Place[] places) {
        for (int c = 0; c < places.length; c++) {
            Place place = places[c];
            if (place != null) {
                String tip = who.name() + ", " + columns.get(c) + ": rank " + place.rank()
                        + (place.shared() ? " (shared)" : "") + ", "
                        + NumberText.value(who.scores()[c], Axis.Kind.LINEAR);
                canvas.add(new Element.Circle(
                        place.x(), place.y(), DISC, Style.fill(who.style().colour()), tip));
                canvas.text(
                        place.x(),
                        place.y() + 4.2,
                        place.rank() + (place.shared() ? "=" : ""),
                        new Element.Font(11.5, true),
                        Anchor.MIDDLE,
                        ColourRole.GROUND);
            }
        }
    }

    /** Draws the name at the edges that the line reaches, or else below its first disc. */
    private static void name(Canvas canvas, Contestant who, Place[] places, double slotWidth, double maxWidth) {
        Element.Font font = who.style().strong() ? Canvas.STRONG : Canvas.LABEL;
        int end = places.length - 1;
        if (end >= 0 && places[0] != null) {
            double x = places[0].x() - DISC - 8;
            canvas.fitted(x, places[0].y() + 4.5, who.name(), font, Anchor.END, ColourRole.INK, maxWidth);
        }
        if (end > 0 && places[end] != null) {
            double x = places[end].x() + DISC + 8;
            canvas.fitted(x, places[end].y() + 4.5, who.name(), font, Anchor.START, ColourRole.INK, maxWidth);
            return;
        }
        Place first = Stream.of(places).filter(Objects::nonNull).findFirst().orElse(null);
        if (first != null && first != places[0]) {
            double y = first.y() + DISC + 11;
            double width = Math.min(slotWidth - 6, TextWidth.of(who.name(), Canvas.SMALL));
            Style veil = Style.fill(ColourRole.GROUND).faded(0.85);
            canvas.rect(first.x() - width / 2 - 2, y - 9, width + 4, 12, 3, veil, null);
            canvas.fitted(first.x(), y, who.name(), Canvas.SMALL, Anchor.MIDDLE, ColourRole.INK, slotWidth - 6);
        }
    }

    @Override
    public List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("column", "contestant", "rank", "score"));
        for (int c = 0; c < columns.size(); c++) {
            int[] ranks = ranks(scores(c));
            for (int i = 0; i < ranks.length; i++) {
                Contestant who = contestants.get(i);
                rows.add(
                        NumberText.csvLine(columns.get(c), who.name(), ranks[i] == 0 ? "" : ranks[i], who.scores()[c]));
            }
        }
        return rows;
    }

    /** The scores of all contestants in a column; NaN if not finite. */
    private double[] scores(int column) {
        return contestants.stream()
                .mapToDouble(c -> c.scores()[column])
                .map(v -> Double.isFinite(v) ? v : Double.NaN)
                .toArray();
    }
}
