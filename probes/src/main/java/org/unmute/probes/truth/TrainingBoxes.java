package org.unmute.probes.truth;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * The boxes that a probe was trained on, in summary: of each class how many there were, where most of them lie, and
 * some of their bands. It is small, however many boxes there were. Immutable and thread-safe.
 *
 * @param classes one for each class, in the order of the probe
 */
public record TrainingBoxes(List<OfClass> classes) {
    /** Max number of bands of a class that are kept. */
    public static final int MAX_BANDS = 64;

    /** Size of the first cells in which similar bands are joined, in octaves, and growth of the next ones. */
    private static final double FIRST_CELL = 1 / 24.0;

    private static final double GROWTH = 1.25;

    private static final Comparator<Band> BY_EDGES =
            Comparator.comparingDouble(Band::low).thenComparingDouble(Band::high);

    /**
     * A box.
     *
     * @param seconds its length, not negative
     * @param low     lower edge in Hz, within what the encoder hears
     * @param high    upper edge in Hz, above {@code low}
     */
    public record Box(double seconds, double low, double high) {
        /** @throws IllegalArgumentException if a value is out of range */
        public Box {
            if (!(seconds >= 0 && seconds < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "training boxes: the length of a box must be finite and not negative: " + seconds + " s");
            }
            requireBand(low, high);
        }
    }

    /**
     * The band of a training box.
     *
     * @param low   lower edge in Hz
     * @param high  upper edge in Hz
     * @param boxes how many boxes have this band, or a similar one that it stands for
     */
    public record Band(double low, double high, int boxes) {
        /** @throws IllegalArgumentException if the edges are not in order, or no box has the band */
        public Band {
            requireBand(low, high);
            if (boxes < 1) {
                throw new IllegalArgumentException("training boxes: a band of " + boxes + " boxes");
            }
        }
    }

    /**
     * Where most of some values lie: quantiles by linear interpolation.
     *
     * @param tenth     a tenth of them is at most so large
     * @param median    half of them is
     * @param ninetieth nine tenths are
     */
    public record Spread(double tenth, double median, double ninetieth) {
        /** Of no values. */
        static final Spread NONE = new Spread(Double.NaN, Double.NaN, Double.NaN);

        /** @throws IllegalArgumentException if they are not in order; all three may be NaN */
        public Spread {
            boolean none = Double.isNaN(tenth) && Double.isNaN(median) && Double.isNaN(ninetieth);
            if (!none && !(tenth <= median && median <= ninetieth)) {
                throw new IllegalArgumentException(
                        "training boxes: quantiles must be in order: " + tenth + ", " + median + ", " + ninetieth);
            }
        }

        private static Spread of(List<Box> boxes, ToDoubleFunction<Box> value) {
            double[] sorted = boxes.stream().mapToDouble(value).sorted().toArray();
            return new Spread(quantile(sorted, 0.1), quantile(sorted, 0.5), quantile(sorted, 0.9));
        }

        private static double quantile(double[] sorted, double share) {
            double place = share * (sorted.length - 1);
            int below = (int) place;
            int above = Math.min(below + 1, sorted.length - 1);
            return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
        }
    }

    /**
     * The boxes of a class.
     *
     * @param low     lower edges in Hz; NaN without boxes
     * @param high    upper edges in Hz; NaN without boxes
     * @param seconds lengths; NaN without boxes
     * @param bands   by lower, then upper edge; at most {@value #MAX_BANDS} if made by {@link #of}
     */
    public record OfClass(Spread low, Spread high, Spread seconds, List<Band> bands) {
        /** A class without boxes. */
        public static final OfClass NONE = new OfClass(Spread.NONE, Spread.NONE, Spread.NONE, List.of());

        /** @throws IllegalArgumentException if there are bands and no quantiles, or the other way round */
        public OfClass {
            bands = List.copyOf(bands);
            for (Spread spread : new Spread[] {low, high, seconds}) {
                if (Double.isNaN(spread.median()) != bands.isEmpty()) {
                    throw new IllegalArgumentException("training boxes: " + bands.size() + " bands, quantiles " + low
                            + ", " + high + ", " + seconds);
                }
            }
        }

        /** How many boxes there were. */
        public int boxes() {
            return bands.stream().mapToInt(Band::boxes).sum();
        }

        /** The summary of boxes, whatever their order. */
        public static OfClass of(List<Box> boxes) {
            return boxes.isEmpty()
                    ? NONE
                    : new OfClass(
                            Spread.of(boxes, Box::low),
                            Spread.of(boxes, Box::high),
                            Spread.of(boxes, Box::seconds),
                            representatives(boxes));
        }
    }

    /** Copies the list. */
    public TrainingBoxes {
        classes = List.copyOf(classes);
    }

    /** How many boxes there were. */
    public int boxes() {
        return classes.stream().mapToInt(OfClass::boxes).sum();
    }

    private static void requireBand(double low, double high) {
        if (!(low >= 0 && low < high && high < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "training boxes: a band must have 0 <= low < high: " + low + " to " + high + " Hz");
        }
    }

    /**
     * All bands, or, if they are too many, one of each cell of a grid over the logarithms of both edges, as fine as it
     * can be.
     */
    private static List<Band> representatives(List<Box> boxes) {
        TreeMap<Band, Integer> counts = new TreeMap<>(BY_EDGES);
        boxes.forEach(b -> counts.merge(new Band(b.low(), b.high(), 1), 1, Integer::sum));
        List<Band> all = new ArrayList<>();
        counts.forEach((band, n) -> all.add(new Band(band.low(), band.high(), n)));
        List<Band> few = all;
        for (double cell = FIRST_CELL; few.size() > MAX_BANDS; cell *= GROWTH) {
            Map<List<Double>, List<Band>> cells = new TreeMap<>(
                    Comparator.comparing((List<Double> c) -> c.get(0)).thenComparing(c -> c.get(1)));
            for (Band band : all) {
                List<Double> place =
                        List.of(Math.floor(octave(band.low()) / cell), Math.floor(octave(band.high()) / cell));
                cells.computeIfAbsent(place, _ -> new ArrayList<>()).add(band);
            }
            few = cells.values().stream()
                    .map(TrainingBoxes::central)
                    .sorted(BY_EDGES)
                    .toList();
        }
        return few;
    }

    private static double octave(double hertz) {
        return Math.log(Math.max(1, hertz)) / Math.log(2);
    }

    /** The band nearest to the mean of some, which stands for all of them. */
    private static Band central(List<Band> some) {
        double[] mean = new double[3];
        for (Band b : some) {
            mean[0] += b.boxes() * octave(b.low());
            mean[1] += b.boxes() * octave(b.high());
            mean[2] += b.boxes();
        }
        Band nearest = some.stream()
                .min(Comparator.comparingDouble(
                        b -> Math.hypot(octave(b.low()) - mean[0] / mean[2], octave(b.high()) - mean[1] / mean[2])))
                .orElseThrow();
        return new Band(nearest.low(), nearest.high(), (int) mean[2]);
    }
}
