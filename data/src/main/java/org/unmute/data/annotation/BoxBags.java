package org.unmute.data.annotation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.unmute.data.MalformedTableException;
import org.unmute.data.Manifest;
import org.unmute.data.annotation.SparseRecording.Span;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.probes.truth.BoxTargets;
import org.unmute.probes.truth.TokenBags;
import org.unmute.probes.truth.TrainingBoxes;

/**
 * Bags of tokens from boxes in time and frequency: the tokens in a box are a bag that has its class, the tokens outside
 * every box of a class one that does not. A token is in a box if at least half of it is covered in time and at least
 * half in frequency; a box that covers half of no row, or of no column, has the one that it covers most. A token that a
 * box covers otherwise is in no bag of its class. Boxes of a class may overlap. Each box, and the rest of each class in
 * each clip, weighs the same.
 *
 * <p>A bag is cut into pieces of some rows, side by side, and of one column, which share its weight. The maximum over
 * more tokens is higher for every prototype: whole boxes could be told from the rest, which is larger, by their size.
 *
 * <p>A clip of a recording that no table names is known only as a whole: it is a bag with each of its classes, cut into
 * no pieces, and one without each of the others. So it is with a class that a clip is labelled with, but no box of
 * which lies in it. In a sparse recording ({@link Coverage}) the rest is known where an annotator looked. Where a mark
 * has no name, nothing is known of any class. Immutable and thread-safe.
 */
public final class BoxBags implements BoxTargets {
    private final ClipEvents clips;
    private final int piece;
    /** {@code [columns][2]}: lower and upper edge of a token, in Hz. */
    private final double[][] columns;

    private final List<String> remarks = new ArrayList<>();

    private BoxBags(ClipEvents clips, int piece, double[][] columns) {
        this.clips = clips;
        this.piece = piece;
        this.columns = columns;
    }

    /**
     * The bags of clips.
     *
     * @param tables of boxes, with the classes of the clips; a recording may be in several
     * @param clips  with the ids of a token cache
     * @param cached ids of all clips of the cache
     * @param rows   how many each of the clips has that are sound
     * @param spec   of the encoder, with more than one column
     * @param piece  rows of a piece, above 0
     * @throws IllegalArgumentException if a name of a table could be any of several recordings, no event has a band, or
     *     the encoder's tokens have one column
     */
    public static BoxBags of(
            List<LabelFile> tables,
            Manifest clips,
            Set<String> cached,
            IntUnaryOperator rows,
            EncoderSpec spec,
            int piece) {
        if (spec.freq() < 2 || spec.input().bands() == null) {
            throw new IllegalArgumentException("encoder " + spec.name() + " has one band of tokens, of which no box"
                    + " covers less than another: use --frames, which learns when sounds are there");
        }
        long bands = tables.stream()
                .flatMap(table -> table.events().stream())
                .filter(e -> !Double.isNaN(e.low()) || !Double.isNaN(e.high()))
                .count();
        if (bands == 0) {
            throw new IllegalArgumentException("no event has a band (low and high, in Hz): give tables of boxes, or use"
                    + " --frames, which learns when sounds are there");
        }
        double[][] columns = IntStream.range(0, spec.freq())
                .mapToObj(f ->
                        new double[] {spec.place(0, f).lowHz(), spec.place(0, f).highHz()})
                .toArray(double[][]::new);
        BoxBags all = new BoxBags(ClipEvents.of(tables, clips, cached, rows, spec.rowTimes(), false), piece, columns);
        all.remark(tables);
        return all;
    }

    private void remark(List<LabelFile> tables) {
        remarks.addAll(clips.remarks());
        List<Annotation> timed = tables.stream()
                .flatMap(table -> table.events().stream())
                .filter(e -> !e.isWhole())
                .toList();
        List<Annotation> unheard = timed.stream().filter(e -> !isHeard(e)).toList();
        if (!unheard.isEmpty()) {
            remarks.add(unheard.size() + " boxes lie outside " + hertz(columns[0][0]) + " to "
                    + hertz(columns[columns.length - 1][1]) + " Hz, which the encoder hears, and are left out, such as "
                    + ClipEvents.described(unheard.getFirst()));
        }
        long without = timed.stream()
                .filter(e -> Double.isNaN(e.low()) || Double.isNaN(e.high()))
                .count();
        if (without > 0) {
            remarks.add(without + " of " + timed.size()
                    + " events lack an edge of their band: they reach to the end of what the encoder hears");
        }
        Set<String> boxed = new TreeSet<>();
        timed.stream().filter(this::isHeard).forEach(e -> boxed.add(e.label()));
        List<String> weak =
                clips.classes().names().stream().filter(c -> !boxed.contains(c)).toList();
        if (!weak.isEmpty()) {
            remarks.add(weak.size() + " classes have no box and are learned from clips as a whole, such as "
                    + MalformedTableException.quote(weak.getFirst()));
        }
    }

    private static String hertz(double value) {
        return String.format(Locale.ROOT, "%.0f", value);
    }

    private static double low(Annotation e) {
        return Double.isNaN(e.low()) ? 0 : e.low();
    }

    private static double high(Annotation e) {
        return Double.isNaN(e.high()) ? Double.POSITIVE_INFINITY : e.high();
    }

    private boolean isHeard(Annotation e) {
        return low(e) < columns[columns.length - 1][1] && high(e) > columns[0][0];
    }

    /** How many clips are of recordings that a table names. */
    public int strong() {
        return clips.strong();
    }

    /** What a user should know: what was left out, cut off, or counts as a whole. */
    public List<String> remarks() {
        return List.copyOf(remarks);
    }

    /** A summary of the boxes in clips: their bands as far as the encoder hears them, their lengths as drawn. */
    public TrainingBoxes summary() {
        List<List<TrainingBoxes.Box>> boxes = new ArrayList<>();
        clips.classes().names().forEach(_ -> boxes.add(new ArrayList<>()));
        for (Annotation e : clips.used()) {
            double low = Math.max(low(e), columns[0][0]);
            double high = Math.min(high(e), columns[columns.length - 1][1]);
            if (!e.isWhole() && !e.label().isEmpty() && low < high) {
                boxes.get(clips.classes().indexOf(e.label()))
                        .add(new TrainingBoxes.Box(e.offset() - e.onset(), low, high));
            }
        }
        return new TrainingBoxes(boxes.stream().map(TrainingBoxes.OfClass::of).toList());
    }

    @Override
    public TokenBags bags(int clip, float[] targets, int time, int freq) {
        if (freq != columns.length) {
            throw new IllegalArgumentException(
                    "boxes: tokens have " + freq + " columns, the encoder has " + columns.length);
        }
        ClipEvents.Clip own = clip == WEAK ? null : clips.clip(clip);
        TokenBags.Builder bags = new TokenBags.Builder(targets.length);
        if (own == null || own.recording() == null) {
            BitSet all = all(time);
            for (int c = 0; c < targets.length; c++) {
                if (targets[c] > 0) {
                    bags.add(list(all, 0, time), c, true, 1);
                } else if (targets[c] == 0) {
                    absent(all, time, c, bags);
                }
            }
            return bags.build();
        }
        double[] begins = new double[time + 1];
        Arrays.setAll(begins, t -> own.start() + clips.times().seconds(t));
        BitSet[] free = new BitSet[targets.length];
        Arrays.setAll(free, _ -> all(time));
        BitSet unnamed = new BitSet();
        own.recording().events().within(begins[0], begins[time], e -> {
            if (!e.isWhole() && isHeard(e)) {
                int c = e.label().isEmpty() ? -1 : clips.classes().indexOf(e.label());
                mark(e, begins, c < 0 ? unnamed : free[c], c, bags);
            }
        });
        BitSet looked = looked(own.recording().sparse(), begins);
        for (int c = 0; c < targets.length; c++) {
            int here = c;
            boolean complete = own.recording().sparse() == null
                    || own.recording()
                            .sparse()
                            .isComplete(clips.classes().names().get(c));
            if (Arrays.stream(own.open()).anyMatch(open -> open == here)) {
                bags.add(list(all(time), 0, time), c, true, 1);
                continue;
            }
            free[c].andNot(unnamed);
            if (!complete) {
                free[c].and(looked);
            }
            absent(free[c], time, c, bags);
        }
        return bags.build();
    }

    private BitSet all(int time) {
        BitSet all = new BitSet();
        all.set(0, time * columns.length);
        return all;
    }

    /** Tokens of the whole rows that an annotator looked at. */
    private BitSet looked(SparseRecording sparse, double[] begins) {
        BitSet tokens = new BitSet();
        for (int t = 0; sparse != null && t < begins.length - 1; t++) {
            for (Span span : sparse.known()) {
                if (span.start() <= begins[t] + ClipEvents.ROUNDING
                        && span.end() >= begins[t + 1] - ClipEvents.ROUNDING) {
                    tokens.set(t * columns.length, (t + 1) * columns.length);
                }
            }
        }
        return tokens;
    }

    /** Adds the bag of a box. Every token that it touches leaves the rest, or joins what is unnamed. */
    private void mark(Annotation e, double[] begins, BitSet rest, int classIndex, TokenBags.Builder bags) {
        double[] rows = new double[begins.length - 1];
        Arrays.setAll(rows, t -> covered(e.onset(), e.offset(), begins[t], begins[t + 1]));
        double[] bands = new double[columns.length];
        Arrays.setAll(bands, f -> covered(low(e), high(e), columns[f][0], columns[f][1]));
        BitSet inRows = inside(rows);
        BitSet inBands = inside(bands);
        BitSet inside = new BitSet();
        for (int t = 0; t < rows.length; t++) {
            for (int f = 0; f < bands.length; f++) {
                int token = t * columns.length + f;
                boolean touched = rows[t] > 0 && bands[f] > 0 || inRows.get(t) && inBands.get(f);
                if (touched) {
                    rest.set(token, classIndex < 0);
                }
                if (inRows.get(t) && inBands.get(f)) {
                    inside.set(token);
                }
            }
        }
        if (classIndex >= 0) {
            pieces(inside, rows.length, classIndex, true, bags);
        }
    }

    /** The share of a stretch that is covered; slightly above 0 for a point in it. */
    private static double covered(double from, double to, double start, double end) {
        double share = (Math.min(to, end) - Math.max(from, start)) / (end - start);
        return share > ClipEvents.ROUNDING ? share : from == to && from >= start && from < end ? 1e-12 : 0;
    }

    /** Those that are covered at least by half; if there are none, the one that is covered most. */
    private static BitSet inside(double[] shares) {
        BitSet inside = new BitSet();
        int most = 0;
        for (int i = 0; i < shares.length; i++) {
            inside.set(i, shares[i] >= 0.5 - ClipEvents.ROUNDING);
            most = shares[i] > shares[most] ? i : most;
        }
        if (inside.isEmpty() && shares[most] > 0) {
            inside.set(most);
        }
        return inside;
    }

    private void absent(BitSet tokens, int time, int classIndex, TokenBags.Builder bags) {
        pieces(tokens, time, classIndex, false, bags);
    }

    private void pieces(BitSet tokens, int time, int classIndex, boolean present, TokenBags.Builder bags) {
        List<List<Integer>> pieces = new ArrayList<>();
        for (int t = 0; t < time; t += piece) {
            for (int f = 0; f < columns.length; f++) {
                List<Integer> own = column(tokens, f, t, Math.min(time, t + piece));
                if (!own.isEmpty()) {
                    pieces.add(own);
                }
            }
        }
        pieces.forEach(own -> bags.add(own, classIndex, present, 1.0 / pieces.size()));
    }

    /** The tokens of some rows. */
    private List<Integer> list(BitSet tokens, int from, int to) {
        List<Integer> own = new ArrayList<>();
        int end = to * columns.length;
        for (int i = tokens.nextSetBit(from * columns.length); i >= 0 && i < end; i = tokens.nextSetBit(i + 1)) {
            own.add(i);
        }
        return own;
    }

    /** The tokens of some rows in a column. */
    private List<Integer> column(BitSet tokens, int column, int from, int to) {
        List<Integer> own = new ArrayList<>();
        for (int t = from; t < to; t++) {
            int token = t * columns.length + column;
            if (tokens.get(token)) {
                own.add(token);
            }
        }
        return own;
    }

    @Override
    public String fingerprint() {
        return "boxes-" + clips.size() + "-" + clips.digest() + "-" + piece + "-" + Arrays.deepHashCode(columns);
    }
}
