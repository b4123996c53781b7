package org.unmute.cli.console;

import java.util.ArrayList;
import java.util.List;

/**
 * Estimates the remaining time of a run. The rate is taken from about the second half of the elapsed time, since the
 * first half includes the warm-up of the JVM and of caches and says little about the current rate. Work is counted in
 * units proportional to its cost, such as seconds of audio. It may arrive in bursts, such as a batch that completes at
 * once. Memory is bounded. Not thread-safe.
 */
final class RemainingTime {
    private static final int MAX_POINTS = 128;
    /** Notes within this fraction of the elapsed time form one burst, since storing a batch takes a while too. */
    private static final double BURST = 0.05;

    /** There is no estimate before this time, in seconds: JIT compilation dominates until then. */
    private static final double MIN_SECONDS = 2;
    /** The start and two more points: the first batch alone would make all seem to take as long as the warm-up. */
    private static final int MIN_POINTS = 3;

    /** Work done up to a time. A point may merge several notes; {@code begun} is the time of the first. */
    private record Point(double begun, double seconds, double work) {}

    private List<Point> points = new ArrayList<>();
    private double interval = 0.1;

    RemainingTime() {
        points.add(new Point(0, 0, 0));
    }

    /**
     * Records the progress of the run.
     *
     * @param seconds since the start, not less than before
     * @param work    work done by this run, not less than before
     */
    void note(double seconds, double work) {
        Point last = points.getLast();
        if (points.size() > 1 && seconds - last.begun < Math.max(interval, BURST * last.begun)) {
            // A burst is one point: splitting it between two would distort the rate between them.
            points.set(points.size() - 1, new Point(last.begun, seconds, work));
            return;
        }
        points.add(new Point(seconds, seconds, work));
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
     * Estimates the time that the rest takes, in seconds. The estimate falls between two notes as time passes, and
     * rises once the pause is longer than any before.
     *
     * @param seconds since the start, not before the last note
     * @param left    remaining work
     * @return NaN while it is too early to say
     */
    double estimate(double seconds, double left) {
        Point last = points.getLast();
        if (last.seconds < MIN_SECONDS || points.size() < MIN_POINTS || !(last.work > 0)) {
            return Double.NaN;
        }
        int from = 0;
        for (int i = 1; i < points.size() - 1; i++) {
            Point p = points.get(i);
            boolean nearer =
                    Math.abs(p.seconds - last.seconds / 2) < Math.abs(points.get(from).seconds - last.seconds / 2);
            if (nearer && p.work < last.work) {
                from = i;
            }
        }
        double pause = 0;
        for (int i = from + 1; i < points.size(); i++) {
            pause = Math.max(pause, points.get(i).begun - points.get(i - 1).seconds);
        }
        double silent = Math.max(0, seconds - last.seconds);
        double usual = Math.min(silent, pause);
        double perWork =
                (last.seconds + silent - usual - points.get(from).seconds) / (last.work - points.get(from).work);
        return Math.max(0, left * perWork - usual);
    }
}
