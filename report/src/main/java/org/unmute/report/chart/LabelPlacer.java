package org.unmute.report.chart;

import java.awt.geom.Line2D;
import java.util.ArrayList;
import java.util.List;

/** Places labels next to points so that they overlap neither points nor each other and stay within the plot. */
final class LabelPlacer {
    /** Directions in order of preference: right, left, above, below, then the corners. */
    private static final double[][] DIRECTIONS = {{1, 0}, {-1, 0}, {0, -1}, {0, 1}, {1, -1}, {1, 1}, {-1, -1}, {-1, 1}};

    private static final double[] FURTHER = {0, 7, 14, 22, 30};
    private final Box area;
    private final List<Box> taken = new ArrayList<>();
    private final List<Box> labels = new ArrayList<>();
    private final List<Line2D> leaders = new ArrayList<>();

    LabelPlacer(double left, double top, double right, double bottom) {
        area = new Box(left, top, right, bottom);
    }

    /** A rectangle. */
    record Box(double left, double top, double right, double bottom) {
        boolean overlaps(Box other) {
            return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
        }

        boolean contains(Box other) {
            return left <= other.left && other.right <= right && top <= other.top && other.bottom <= bottom;
        }

        boolean crosses(Line2D line) {
            return line.intersects(left, top, right - left, bottom - top);
        }

        /** The shortest line to this box from a point outside it. */
        Line2D leaderFrom(double x, double y) {
            return new Line2D.Double(x, y, Math.clamp(x, left, right), Math.clamp(y, top, bottom));
        }
    }

    /** Keeps labels off a rectangle. */
    void keepFree(Box box) {
        taken.add(box);
    }

    /**
     * Reserves a place for a label near a point; null if nothing nearby is free. Call {@link #keepFree} for all points
     * first.
     *
     * @param gap    distance from the centre of the point to the label
     * @param width  of the label
     * @param height of the label
     */
    Box place(double x, double y, double gap, double width, double height) {
        for (double further : FURTHER) {
            for (double[] d : DIRECTIONS) {
                double out = gap + further;
                // Diagonal directions keep about the same distance from the point.
                double reach = d[0] != 0 && d[1] != 0 ? out * 0.75 : out;
                double cx = x + d[0] * (reach + width / 2);
                double cy = y + d[1] * (reach + height / 2);
                Box box = new Box(cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2);
                if (isFree(box, box.leaderFrom(x, y))) {
                    taken.add(box);
                    labels.add(box);
                    leaders.add(box.leaderFrom(x, y));
                    return box;
                }
            }
        }
        return null;
    }

    private boolean isFree(Box box, Line2D leader) {
        return area.contains(box)
                && taken.stream().noneMatch(box::overlaps)
                && labels.stream().noneMatch(b -> b.crosses(leader))
                && leaders.stream().noneMatch(box::crosses);
    }
}
