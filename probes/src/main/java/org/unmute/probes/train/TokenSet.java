package org.unmute.probes.train;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.truth.BoxTargets;
import org.unmute.probes.truth.RowTargets;
import org.unmute.probes.truth.TokenBags;
import org.unmute.tensor.DType;

/**
 * Clips with their labels.
 *
 * @param tokens the clips' tokens
 * @param targets {@code [clips, classes]}, 1 for present classes, 0 for absent ones, NaN where that is not known;
 *     values in between are allowed
 * @param classes number of classes
 * @param rows targets of the clips' rows, on which a probe of rows is trained; null if only those of clips are known
 * @param boxes bags of the clips' tokens, on which a probe that takes the maximum is trained; null for none
 */
public record TokenSet(
        TokenSource tokens,
        float[] targets,
        int classes,
        @Nullable RowTargets rows,
        @Nullable BoxTargets boxes) {
    /** @throws IllegalArgumentException if the number of targets does not fit or a target lies outside [0, 1] */
    public TokenSet {
        if (classes < 1 || targets.length != (long) tokens.clips() * classes) {
            throw new IllegalArgumentException("token set: " + tokens.clips() + " clips and " + classes
                    + " classes do not have " + targets.length + " targets");
        }
        for (int i = 0; i < targets.length; i++) {
            if (targets[i] < 0 || targets[i] > 1) {
                throw new IllegalArgumentException("token set: target of clip " + i / classes + ", class " + i % classes
                        + " must lie in [0, 1], or be NaN where it is not known: " + targets[i]);
            }
        }
        if (rows != null && boxes != null) {
            throw new IllegalArgumentException("token set: a probe is trained on rows or on boxes, not on both");
        }
    }

    /**
     * Clips whose targets hold for them as a whole, or for their rows.
     *
     * @throws IllegalArgumentException if the number of targets does not fit or a target lies outside [0, 1]
     */
    public TokenSet(TokenSource tokens, float[] targets, int classes, @Nullable RowTargets rows) {
        this(tokens, targets, classes, rows, null);
    }

    /**
     * Clips whose targets hold for them as a whole.
     *
     * @throws IllegalArgumentException if the number of targets does not fit or a target lies outside [0, 1]
     */
    public TokenSet(TokenSource tokens, float[] targets, int classes) {
        this(tokens, targets, classes, null);
    }

    /** Clips in memory. */
    public static TokenSet of(List<TokenMap> maps, float[] targets, int classes) {
        return new TokenSet(TokenSource.of(maps), targets, classes);
    }

    /** Number of clips. */
    public int clips() {
        return tokens.clips();
    }

    /**
     * A subset of the clips, in the given order; tokens are shared.
     *
     * @throws IllegalArgumentException if there are none
     * @throws IndexOutOfBoundsException if an index is out of range
     */
    public TokenSet subset(int... clips) {
        return new TokenSet(
                new Subset(tokens, clips.clone()),
                targets(clips),
                classes,
                rows == null ? null : rows.subset(clips.clone()),
                boxes == null ? null : boxes.subset(clips.clone()));
    }

    /** Some of the clips of a source. */
    static TokenSource subset(TokenSource tokens, int... clips) {
        return new Subset(tokens, clips);
    }

    /** The targets of some clips, {@code [clips, classes]}. */
    float[] targets(int[] clips) {
        float[] own = new float[Math.multiplyExact(clips.length, classes)];
        for (int i = 0; i < clips.length; i++) {
            System.arraycopy(targets, clips[i] * classes, own, i * classes, classes);
        }
        return own;
    }

    /** How many rows each of some clips has. */
    int[] rowsOf(int[] clips) {
        return Arrays.stream(clips).map(clip -> tokens.grid(clip).time()).toArray();
    }

    /**
     * The targets of the rows of some clips, {@code [rows of all, classes]}. Where only the clip's target is known,
     * absent means absent in each row; of a class that is somewhere in the clip, no row is known.
     */
    float[] rowTargets(int[] clips) {
        int[] each = rowsOf(clips);
        float[] all = new float[Math.multiplyExact(Arrays.stream(each).reduce(0, Math::addExact), classes)];
        int at = 0;
        for (int i = 0; i < clips.length; i++) {
            if (!rows.read(clips[i], each[i], all, at)) {
                for (int n = 0; n < each[i] * classes; n++) {
                    float target = targets[clips[i] * classes + n % classes];
                    all[at + n] = target == 0 ? 0 : Float.NaN;
                }
            }
            at += each[i] * classes;
        }
        return all;
    }

    /** The bags of a clip. */
    TokenBags bags(int clip) {
        TokenGrid grid = tokens.grid(clip);
        return boxes.bags(clip, targets(new int[] {clip}), grid.time(), grid.freq());
    }

    /** Whether of any of these clips any target is known. */
    boolean isAnyKnown(int[] clips) {
        if (boxes != null) {
            return Arrays.stream(clips).anyMatch(clip -> bags(clip).tokens().length > 0);
        }
        return known(targets(clips)).length > 0
                || rows != null
                        && Arrays.stream(clips).anyMatch(clip -> known(rowTargets(new int[] {clip})).length > 0);
    }

    /** Positions of known targets among {@link #targets(int[])}, ascending. */
    static int[] known(float[] targets) {
        return IntStream.range(0, targets.length)
                .filter(i -> !Float.isNaN(targets[i]))
                .toArray();
    }

    /** A text that differs if clips or targets differ. */
    public String fingerprint() {
        String clips = tokens.fingerprint() + "-" + MemorySource.fingerprint(Stream.of(targets));
        return rows != null
                ? clips + "-rows-" + rows.fingerprint()
                : boxes != null ? clips + "-boxes-" + boxes.fingerprint() : clips;
    }

    private record Subset(TokenSource all, int[] numbers) implements TokenSource {
        Subset {
            if (numbers.length == 0) {
                throw new IllegalArgumentException("token set: a subset of no clips");
            }
            for (int n : numbers) {
                Objects.checkIndex(n, all.clips());
            }
        }

        @Override
        public int clips() {
            return numbers.length;
        }

        @Override
        public TokenGrid grid(int clip) {
            return all.grid(numbers[clip]);
        }

        @Override
        public int sound(int clip) {
            return all.sound(numbers[clip]);
        }

        @Override
        public boolean isSoundOnly() {
            return all.isSoundOnly();
        }

        @Override
        public void read(int clip, float[] tokens, int tokensAt, float[] cls, int clsAt) throws IOException {
            all.read(numbers[clip], tokens, tokensAt, cls, clsAt);
        }

        @Override
        public DType stored() {
            return all.stored();
        }

        @Override
        public void readHalves(int clip, short[] tokens, int tokensAt, float[] cls, int clsAt) throws IOException {
            all.readHalves(numbers[clip], tokens, tokensAt, cls, clsAt);
        }

        @Override
        public int layers() {
            return all.layers();
        }

        @Override
        public void readLayers(
                int clip, float[] tokens, int tokensAt, int tokensStep, float[] cls, int clsAt, int clsStep)
                throws IOException {
            all.readLayers(numbers[clip], tokens, tokensAt, tokensStep, cls, clsAt, clsStep);
        }

        @Override
        public String fingerprint() {
            return all.fingerprint() + "-" + Integer.toHexString(Arrays.hashCode(numbers));
        }
    }
}
