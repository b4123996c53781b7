package org.unmute.probes.train;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * How the loss of clips that a training does not see changes over its epochs.
 *
 * @param points in order, at least one
 * @param targets known targets of these clips, each of which counts alike
 */
public record HeldOutCurve(List<Point> points, long targets) {
    /** Less of a fall in the second half of the training is none: the learning rate falls too. */
    private static final double FALL = 0.01;
    /** Where the training loss is a smaller share of this one, more steps fit the training clips alone. */
    private static final double SHARE = 0.5;

    /**
     * The loss after an epoch.
     *
     * @param steps number of steps up to then
     * @param loss mean over clips and classes
     */
    public record Point(int epoch, long steps, double loss) {}

    /**
     * The mean of several trainings of as many epochs, each of which leaves out other clips.
     *
     * @param curves at least one; {@code steps} of the mean are those of the first
     */
    public static HeldOutCurve mean(List<HeldOutCurve> curves) {
        long all = curves.stream().mapToLong(HeldOutCurve::targets).sum();
        List<Point> first = curves.getFirst().points;
        return new HeldOutCurve(
                IntStream.range(0, first.size())
                        .mapToObj(i -> new Point(
                                first.get(i).epoch,
                                first.get(i).steps,
                                curves.stream()
                                                .mapToDouble(c -> c.points.get(i).loss * c.targets)
                                                .sum()
                                        / all))
                        .toList(),
                all);
    }

    /**
     * Whether twice as many epochs are likely to be better: the loss is at its lowest at the end, it fell by at least
     * one hundredth in the second half of the training, and the training loss is at least half of it.
     *
     * @param trainingLoss that of the last epoch
     */
    public boolean isStillFalling(double trainingLoss) {
        double last = points.getLast().loss;
        return points.size() > 1
                && lowest() == points.getLast()
                && points.get(points.size() / 2 - 1).loss >= (1 + FALL) * last
                && trainingLoss >= SHARE * last;
    }

    /** The loss at its lowest and at the end, in words. */
    public String inWords() {
        Point lowest = lowest();
        Point last = points.getLast();
        return String.format(
                Locale.ROOT,
                "loss of left-out clips %.4f after %d steps%s",
                last.loss,
                last.steps,
                lowest == last
                        ? ", its lowest"
                        : String.format(Locale.ROOT, "; its lowest, %.4f, after %d", lowest.loss, lowest.steps));
    }

    /** The point with the lowest loss, the first of equal ones. */
    public Point lowest() {
        return points.stream().min(Comparator.comparingDouble(Point::loss)).orElseThrow();
    }
}
