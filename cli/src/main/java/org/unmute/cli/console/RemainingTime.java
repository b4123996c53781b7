package org.unmute.cli.console;

import java.util.ArrayList;
import java.util.List;

/**
 * Estimates how long a run still takes, from the rate of the last quarter of the time so far: what lies before holds
 * the warm-up of the virtual machine and of caches, and what it says about the rate is old. Work is counted in what
 * costs time, such as seconds of audio. It may come in bursts, as of a batch that ends at once. Memory is bounded. Not
 * thread-safe.
 */
final class RemainingTime {
    private static final int MAX_POINTS = 128;
    /** The share of the time so far that tells the rate. */
    private static final double RECENT = 0.25;
    /** What is noted within this share of the time so far is one burst: storing a batch takes a while too. */
    private static final double BURST = 0.05;

    /** Before so many seconds there is no estimate: compilation decides the rate. */
    private static final double MIN_SECONDS = 2;
    /** The start and two more: from the first batch alone, all would seem to take as long as one with the warm-up. */
    private static final int MIN_POINTS = 3;

    /** Work done up to a time; {@code begun} is that of the first of the notes that the point stands for. */
    private record Point(double begun, double seconds, double work) {}

    private List<Point> points = new ArrayList<>();
    private double interval = 0.1;

    RemainingTime() {
        points.add(new Point(0, 0, 0));
    }

    /**
     * Notes how much work is done.
     *
     * @param seconds since the start, not less than before
     * @param work    done by this run, not less than before
     */
    void note(double seconds, double work) {
        Point last = points.getLast();
        if (points.size() > 1 && seconds - last.begun < Math.max(interval, BURST * last.begun)) {
            // A burst is one point: half of it in one and half in the next would distort the rate between them.
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
     * The seconds that the rest takes. Between two notes it falls as time passes, and rises once nothing has been noted
     * for longer than before.
     *
     * @param seconds since the start, not before the last note
     * @param left    work that is left
     * @return NaN while it is too early to say
     */
    double estimate(double seconds, double left) {
        Point last = points.getLast();
        if (last.seconds < MIN_SECONDS || points.size() < MIN_POINTS || !(last.work > 0)) {
            return Double.NaN;
        }
        double begin = last.seconds * (1 - RECENT);
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
