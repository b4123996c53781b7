package org.unmute.cli.console;

import java.util.ArrayList;
import java.util.List;

/**
 * Estimates how long a run still takes, from the rate of the second half of the time so far: the first half holds the
 * warm-up of the virtual machine and of caches, and what it says about the rate is old. Work is counted in what costs
 * time, such as seconds of audio. Memory is bounded. Not thread-safe.
 */
final class RemainingTime {
    private static final int MAX_POINTS = 128;
    /** Before so many seconds there is no estimate: compilation decides the rate. */
    private static final double MIN_SECONDS = 2;

    /** Work done up to a time. */
    private record Point(double seconds, double work) {}

    private List<Point> points = new ArrayList<>();
    private double interval = 0.1;

    RemainingTime() {
        points.add(new Point(0, 0));
    }

    /**
     * Notes how much work is done.
     *
     * @param seconds since the start, not less than before
     * @param work    done by this run, not less than before
     */
    void note(double seconds, double work) {
        if (seconds - points.getLast().seconds < interval) {
            return;
        }
        points.add(new Point(seconds, work));
        if (points.size() > MAX_POINTS) {
            List<Point> half = new ArrayList<>();
            for (int i = 0; i < points.size(); i += 2) {
                half.add(points.get(i));
            }
            points = half;
            interval *= 2;
        }
    }

    /**
     * The seconds that the rest takes.
     *
     * @param seconds since the start
     * @param work    done by this run
     * @param left    work that is left
     * @return NaN while it is too early to say
     */
    double estimate(double seconds, double work, double left) {
        if (seconds < MIN_SECONDS || !(work > 0)) {
            return Double.NaN;
        }
        Point from = points.getFirst();
        for (Point p : points) {
            if (p.seconds > seconds / 2 || p.work >= work) {
                break;
            }
            from = p;
        }
        return left * (seconds - from.seconds) / (work - from.work);
    }
}
