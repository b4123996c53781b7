package org.unmute.probes.event;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Features;
import org.unmute.models.frontend.MelBands;
import org.unmute.probes.pool.Contributions;
import org.unmute.probes.pool.Contributions.Part;
import org.unmute.probes.pool.MaxPooled;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TokenBatch;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.truth.TrainingBoxes;
import org.unmute.tensor.Grad;
import org.unmute.tensor.TensorScope;

/**
 * Finds the frequencies at which a probe with prototypes detected a class. It examines some rows of the grid: the
 * context that determines the score.
 *
 * <p>Each prototype that adds to the class's logit (weight times similarity) wins at one token, that is, at a row and a
 * column. Around the winner lie the columns whose similarity in the same row is at least halfway between the minimum of
 * that row, the floor, and the winner. Each of these columns receives the weight times the winner's height above the
 * floor: the part of the contribution that the column decides. These votes are summed over the prototypes. The band is
 * the run of columns around the maximum of the sum that have at least half of that maximum.
 *
 * <p>A probe that was trained on boxes is asked as it was trained: each column of the rows is scored by itself. With
 * {@link MaxPooled#TAUGHT} the band is the mean of those of the class's training boxes, weighted by how well these
 * scores fit them. With {@link MaxPooled#COLUMNS}, or if no box taught the class, it is the run of columns around the
 * best one whose logit is at most {@value #BELOW} below the best.
 *
 * <p>If the grid has one column, or the probe has no prototypes, or no prototype adds to the class, the band is full.
 */
public final class BandFinder {
    /** Share of the maximum below which a run ends. */
    private static final double SHARE = 0.5;
    /** Smaller differences between the similarities of columns are rounding errors. */
    private static final double MIN_HEIGHT = 1e-5;
    /** Logits below that of the best column at which a run ends. */
    private static final double BELOW = 2;

    private final TrainedProbe probe;
    private final EncoderSpec spec;
    private final boolean local;
    private final Band full;
    private final @Nullable TaughtBands[] taught;

    /**
     * @param probe the probe
     * @param spec the encoder that produces its tokens
     */
    public BandFinder(TrainedProbe probe, EncoderSpec spec) {
        this.probe = probe;
        this.spec = spec;
        MelBands bands = spec.input().bands();
        local = bands != null
                && spec.freq() > 1
                && Probes.type(probe.probe().name()).hasPrototypes();
        full = bands == null
                ? new Band(0, spec.speed().recordedHertz(spec.sampleRate() / 2.0), true)
                : new Band(
                        spec.speed().recordedHertz(bands.lowHz()), spec.speed().recordedHertz(bands.highHz()), true);
        taught = local ? taught(probe, spec) : new TaughtBands[0];
    }

    /** Whether any band can be narrower than {@link #full}. */
    public boolean isLocal() {
        return local;
    }

    /** Whether the bands of some classes are found from those of the boxes that taught them. */
    public boolean isTaught() {
        return Arrays.stream(taught).anyMatch(Objects::nonNull);
    }

    /** The whole frequency range of the encoder. */
    public Band full() {
        return full;
    }

    /**
     * The band of a class in some rows of the grid.
     *
     * @param rows tokens of the rows, with layers if the probe pools layers
     * @param classIndex index of the class
     * @throws IllegalArgumentException if the tokens do not fit the probe, or there is no such class
     */
    public Band of(Features rows, int classIndex) {
        if (!local) {
            return full;
        }
        try (TensorScope _ = new TensorScope()) {
            TokenBatch clip = probe.batchOfRows(List.of(rows));
            if (probe.probe() instanceof MaxPooled pooled && !bands(pooled).equals(MaxPooled.WINNERS)) {
                double[] logits = columns(pooled, clip, classIndex);
                if (taught[classIndex] != null) {
                    double[] edges = taught[classIndex].mean(logits);
                    return edges[0] <= full.low() && edges[1] >= full.high()
                            ? full
                            : new Band(edges[0], edges[1], false);
                }
                return band(logits, Arrays.stream(logits).max().orElseThrow() - BELOW);
            }
            Contributions all = probe.probe().contributions(clip, classIndex).orElseThrow();
            List<Part> parts = all.parts().stream()
                    .filter(p -> p.token() >= 0 && p.weight() > 0 && p.contribution() > 0)
                    .toList();
            if (parts.isEmpty()) {
                return full;
            }
            int[] which = parts.stream().mapToInt(Part::index).toArray();
            float[] similarities =
                    probe.probe().similarityMap(clip, which).orElseThrow().toFloats();
            double[] votes = new double[spec.freq()];
            for (int i = 0; i < which.length; i++) {
                int row = i * rows.tokens().time() + parts.get(i).token() / votes.length;
                vote(similarities, row * votes.length, parts.get(i), votes);
            }
            double most = Arrays.stream(votes).max().orElseThrow();
            return most > 0 ? band(votes, SHARE * most) : full;
        }
    }

    private static String bands(Probe probe) {
        return probe.options().values().getOrDefault(MaxPooled.BANDS, MaxPooled.WINNERS);
    }

    /** Of each class, if bands are found from those of training boxes; null for a class without boxes. */
    private static @Nullable TaughtBands[] taught(TrainedProbe probe, EncoderSpec spec) {
        @Nullable TaughtBands[] all = new TaughtBands[probe.classes().size()];
        TrainingBoxes boxes = probe.boxes();
        if (boxes != null && bands(probe.probe()).equals(MaxPooled.TAUGHT)) {
            double[][] columns = new double[spec.freq()][];
            Arrays.setAll(columns, f ->
                    new double[] {spec.place(0, f).lowHz(), spec.place(0, f).highHz()});
            Arrays.setAll(all, c -> {
                List<TrainingBoxes.Band> own = boxes.classes().get(c).bands();
                return own.isEmpty() ? null : new TaughtBands(own, columns);
            });
        }
        return all;
    }

    /** The logit of each column of a clip by itself. */
    private static double[] columns(MaxPooled probe, TokenBatch clip, int classIndex) {
        int[][] bags = new int[clip.freq()][clip.time()];
        for (int f = 0; f < bags.length; f++) {
            int own = f;
            Arrays.setAll(bags[f], t -> t * clip.freq() + own);
        }
        return Grad.withoutRecording(() ->
                probe.classify(probe.bags(clip, bags)).select(1, classIndex).toDoubles());
    }

    /** Adds a prototype's vote for the columns around its winner. Its row of similarities begins at {@code from}. */
    private static void vote(float[] similarities, int from, Part part, double[] votes) {
        double floor = Double.POSITIVE_INFINITY;
        double top = Double.NEGATIVE_INFINITY;
        for (int f = 0; f < votes.length; f++) {
            floor = Math.min(floor, similarities[from + f]);
            top = Math.max(top, similarities[from + f]);
        }
        double level = floor + SHARE * (top - floor);
        int winner = part.token() % votes.length;
        // A part may stand for the minimum of its prototype (cgp), which does not locate anything.
        if (top - floor < MIN_HEIGHT || similarities[from + winner] < level) {
            return;
        }
        double vote = part.weight() * (top - floor);
        for (int f = winner; f >= 0 && similarities[from + f] >= level; f--) {
            votes[f] += vote;
        }
        for (int f = winner + 1; f < votes.length && similarities[from + f] >= level; f++) {
            votes[f] += vote;
        }
    }

    /** The run of columns of at least this level around the best. */
    private Band band(double[] votes, double level) {
        int best = IntStream.range(0, votes.length)
                .reduce((a, b) -> votes[b] > votes[a] ? b : a)
                .orElseThrow();
        int first = best;
        while (first > 0 && votes[first - 1] >= level) {
            first--;
        }
        int last = best;
        while (last < votes.length - 1 && votes[last + 1] >= level) {
            last++;
        }
        return first == 0 && last == votes.length - 1
                ? full
                : new Band(spec.place(0, first).lowHz(), spec.place(0, last).highHz(), false);
    }
}
